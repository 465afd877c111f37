"""A switch as it is ordered: what it looks for side by side, and what it acts on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from ao import lock
from ao.clock import Clock
from ao.colour import Colour
from ao.errors import Refused, Unavailable
from ao.journal import Journal
from ao.lock import Locked, NoLock
from ao.operations import operations, reconcile
from ao.plan.facts import Facts
from ao.plan.plan import Confirm, PointProduction
from ao.progress import ProgressEvent, StepFinished, StepStarted
from ao.work import Work
from tests.unit.operations.sites import start, told, writes

BLUE, GREEN = Colour
MOVES = {"floating_ips.point", "load_balancers.set_default_pool"}


def moves(work: Work) -> list[str]:
    """What was asked for, since the lock was first taken, that moves production or the preview."""
    asked = writes(work.cloud)
    return [name for name in asked[asked.index("locks.take") :] if name in MOVES]


def break_standby(work: Work) -> None:
    """Break the servers of green, as somebody else or the machines below may at any moment."""
    for server in work.observe().systems[GREEN].servers:
        work.cloud.other_user.break_server(server.id)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_standby_that_breaks_as_the_lock_is_taken_gets_no_production(
    work: Work, after: bool
) -> None:
    """What was observed before the lock was held says that it is well."""
    work.cloud.faults.meanwhile("locks.take", lambda: break_standby(work), after=after)
    with pytest.raises(Refused):
        operations.switch(work, GREEN)
    assert not moves(work)
    assert told(work, "production")[0] == BLUE


def test_a_switch_that_somebody_else_made_before_the_lock_was_taken_moves_nothing(
    work: Work,
) -> None:
    other = replace(work, site=work.site)
    work.cloud.faults.meanwhile("locks.take", lambda: reconcile.switch(other, GREEN))
    assert operations.switch(work, GREEN).live is GREEN
    assert told(work, "production")[0] == GREEN


def test_facts_that_grew_old_while_the_journal_took_its_entry_are_observed_anew(
    work: Work,
) -> None:
    def slowly() -> None:
        # The looks beside it are over long before.
        time.sleep(0.5)
        break_standby(work)
        work.clock.sleep(2 * reconcile.FRESH)

    work.cloud.faults.meanwhile("software_configs.add", slowly)
    with pytest.raises(Refused):
        operations.switch(work, GREEN)
    assert not moves(work)


def test_a_switch_whose_beginning_cannot_be_written_down_moves_nothing_and_frees_the_lock(
    work: Work,
) -> None:
    work.cloud.faults.fail("software_configs.add", Unavailable("Heat does not answer"))
    with pytest.raises(Unavailable):
        operations.switch(work, GREEN)
    assert not moves(work)
    assert lock.holder(work) is None


def test_a_switch_whose_look_under_the_lock_fails_is_journalled_as_failed(work: Work) -> None:
    work.cloud.faults.meanwhile(
        "locks.take",
        lambda: work.cloud.faults.fail("floating_ips.find", Unavailable("Neutron is away")),
        after=True,
    )
    with pytest.raises(Unavailable, match="Neutron is away"):
        operations.switch(work, GREEN)
    assert [it.outcome for it in Journal(work).operations()] == ["failed"]
    assert lock.holder(work) is None


def test_a_switch_of_a_locked_site_looks_and_changes_nothing(work: Work) -> None:
    operations.hold(work, "mine", 600.0)
    before = writes(work.cloud)
    with pytest.raises(Locked):
        operations.switch(work, GREEN)
    assert [it for it in writes(work.cloud)[len(before) :] if it != "locks.take"] == []


def test_a_lock_whose_network_the_facts_tell_is_taken_in_one_request(work: Work) -> None:
    facts = work.observe()
    before = len(work.cloud.calls)
    with lock.acquire(work, "switch", facts=facts):
        assert [call.name for call in work.cloud.calls[before:]] == ["locks.take"]


def test_facts_of_a_site_that_is_not_built_tell_that_it_has_no_lock(work: Work) -> None:
    bare = start(work.site)
    with pytest.raises(NoLock):
        lock.acquire(bare, "switch", facts=bare.observe())


def test_the_looks_of_a_switch_are_over_when_its_body_is(work: Work) -> None:
    with reconcile.looking(replace(work, clock=Clock())) as looks:
        pass
    assert looks.facts.result().live is BLUE
    assert looks.findings.result() is None


@dataclass
class Looked:
    """Notes how many calls the cloud had had when production had moved, and when it was seen."""

    work: Work
    moved: int = 0
    seen: int = 0

    def emit(self, event: ProgressEvent) -> None:
        match event:
            case StepFinished(PointProduction()):
                self.moved = len(self.work.cloud.calls)
            case StepStarted(Confirm("production")):
                self.seen = len(self.work.cloud.calls)


def test_production_that_has_moved_is_looked_at_before_the_cloud_is_asked_again(
    work: Work,
) -> None:
    looked = Looked(work)
    assert reconcile.switch(replace(work, progress=looked), GREEN).live is GREEN
    assert looked.seen == looked.moved > 0


def test_what_a_command_saw_before_the_lock_is_not_acted_on(work: Work) -> None:
    before = work.observe()
    break_standby(work)
    with pytest.raises(Refused):
        operations.switch(work, GREEN, seen=lambda: before)
    assert not moves(work)


def test_a_command_that_has_observed_the_site_observes_it_once_less(work: Work) -> None:
    def looks(to: Colour, seen: Callable[[], Facts] | None) -> int:
        before = len(work.cloud.calls)
        operations.switch(work, to, seen=seen)
        return [call.name for call in work.cloud.calls[before:]].count("stacks.tagged")

    facts = work.observe()
    assert looks(GREEN, lambda: facts) == looks(BLUE, None) - 1
