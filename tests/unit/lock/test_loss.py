"""Commands that lose their lock in the midst of their work."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ao import fake, lock
from ao.clock import Clock
from ao.cloud.protocols import MOVES, UNLOCKED, WRITES
from ao.colour import Colour
from ao.errors import NotFound
from ao.lock import LockLost, lease
from ao.operations import operations
from ao.progress import ProgressEvent
from ao.site import Method, Site
from ao.site.hooks import Hook, Point
from ao.site.rules import After, Standby
from ao.work import Work
from tests.unit.listeners import begins
from tests.unit.operations.sites import SITES, Visitor, built, deployed, state, told
from tests.unit.release.releases import entries, http_check, outcome, released

BLUE, GREEN = Colour


@dataclass(frozen=True)
class Case:
    """A command on a site."""

    prepare: Callable[[Site], Work]
    command: Callable[[Work], object]


CASES = {
    "release": Case(built, released),
    "deploy": Case(built, lambda work: operations.deploy(work, "2.0")),
    "switch": Case(deployed, operations.switch),
    "scale": Case(built, lambda work: operations.scale(work, GREEN, 3)),
    "down": Case(built, lambda work: operations.down(work, frozenset(Colour))),
}


MOVE = {Method.ADDRESS: "floating_ips.point", Method.POOL: "load_balancers.set_default_pool"}
"""What moves production and the preview, by each method."""


@pytest.fixture(params=list(Method))
def site(request: pytest.FixtureRequest) -> Site:
    """A site whose releases have all stages that need nobody."""
    method: Method = request.param
    site = SITES[method]
    return replace(
        site,
        watch=replace(site.watch, length=6.0, lasting=3.0),
        checks=http_check(),
        rules=replace(site.rules, standby=Standby(after=After.SHRINK, size=1)),
    )


@dataclass
class Other:
    """Somebody who takes the lock over once it has ended."""

    work: Work
    calls: int = 0
    """Calls that had come of the one who lost it by then."""
    held: ExitStack = field(default_factory=ExitStack)

    def take_over(self) -> None:
        """Take it, long after it was renewed last."""
        cloud = fake.Cloud(openstack=self.work.cloud.openstack, user="other")
        self.work.clock.sleep(lock.LEASE)
        self.held.enter_context(lock.acquire(replace(self.work, cloud=cloud), "switch"))
        self.calls = len(self.work.cloud.calls)

    @property
    def writes(self) -> set[str]:
        """What the one who lost it has written since."""
        return {call.name for call in self.work.cloud.calls[self.calls :] if call.writes}


def points(case: Case, site: Site) -> list[int]:
    """At which of a command's writes the lock may be lost: those that have another after them."""
    work = case.prepare(site)
    before = len(work.cloud.calls)
    case.command(work)
    names = [call.name for call in work.cloud.calls[before:] if call.writes]
    first, freed = names.index("locks.take") + 1, names.index("locks.remove")
    last = max(n for n, name in enumerate(names[:freed]) if name in WRITES)
    return list(range(first, last))


def losing(name: str, site: Site, points: list[int]) -> Iterator[tuple[Work, Other]]:
    """The site after a command lost its lock right after each of its writes."""
    case = CASES[name]
    for skip in points:
        work = case.prepare(site)
        other = Other(work)
        visitor = Visitor(work)
        work.cloud.faults.meanwhile("", other.take_over, skip=skip, after=True)
        try:
            case.command(visitor.watch())
        except LockLost as lost:
            assert "now it is held by other" in lost.message  # noqa: PT017
            assert name == "down" or set(visitor.seen) <= set(Colour)
            yield work, other
        else:
            # There is no moment after a write that was refused.
            assert not other.calls


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_lost_its_lock_stops_before_its_next_write(name: str, site: Site) -> None:
    for _, other in losing(name, site, points(CASES[name], site)[::2]):
        assert other.writes <= UNLOCKED - {"locks.take", "locks.remove"}


def test_a_release_that_lost_its_lock_goes_on_where_it_stopped(site: Site) -> None:
    end = state(released(built(site)).observe())
    for work, other in losing("release", site, points(CASES["release"], site)[::4]):
        assert outcome(work) is None
        assert any("is lost" in str(entry.event) for entry in entries(work))
        other.held.close()
        released(work)
        assert state(work.observe()) == end
        assert told(work, "production") == ("green", "2.0")
        assert outcome(work) == "released"


def test_a_lock_of_which_nobody_has_told_for_long_is_renewed_before_a_write(site: Site) -> None:
    work = built(site)
    with lock.acquire(work, "deploy") as held:
        guarded = held.guard(work)
        before = len(work.cloud.calls)
        work.clock.sleep(lease.SAFE - 1)
        guarded.cloud.ports.sweep("none")
        work.clock.sleep(1)
        guarded.cloud.ports.sweep("none")
        assert [call.name for call in work.cloud.calls[before:]] == [
            "ports.sweep",
            "locks.renew",
            "ports.sweep",
        ]


def test_a_lock_is_looked_at_right_before_production_or_the_preview_moves(site: Site) -> None:
    work = deployed(site)
    seen = looked = 0
    since: list[float] = []

    def sleep(seconds: float) -> None:
        look()
        work.clock.sleep(seconds)

    def look() -> None:
        """Take in the calls since the last wait: between two waits no time passes."""
        nonlocal seen, looked
        for call in work.cloud.calls[seen:]:
            if call.name in {"locks.take", "locks.renew"}:
                looked = work.clock.now()
            if call.name in MOVES:
                since.append(work.clock.now() - looked)
        seen = len(work.cloud.calls)

    look()
    since.clear()
    operations.switch(replace(work, clock=Clock(now=work.clock.now, sleep=sleep)))
    look()
    assert len(since) >= 2
    assert max(since) < lease.FRESH


def test_a_holder_whose_lock_was_given_away_by_force_moves_nothing_more(site: Site) -> None:
    """Within its lease, and after its command has waited for a moment."""
    work = deployed(site)
    other = replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, user="other"))

    def take_over() -> None:
        lock.release(other, force=True)
        lock.acquire_by_hand(other, "mine", 600.0)
        work.clock.sleep(lease.FRESH)
        after.append(len(work.cloud.calls))

    after: list[int] = []
    work.cloud.faults.meanwhile(MOVE[site.switch.method], take_over, after=True)
    with pytest.raises(LockLost, match="now it is held by other"):
        operations.switch(work)
    assert [call for call in work.cloud.calls[after[0] :] if call.name in MOVES] == []


def test_a_lock_is_renewed_before_a_write_after_the_machine_slept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = built(site)
    with lock.acquire(work, "deploy") as held:
        before = len(work.cloud.calls)
        awake = lease._asleep()
        monkeypatch.setattr(lease, "_asleep", lambda: awake + 80)
        held.guard(work).cloud.ports.sweep("none")
        names = [call.name for call in work.cloud.calls[before:]]
        assert names == ["locks.renew", "ports.sweep"]


def test_no_write_goes_out_while_a_lock_cannot_be_renewed_for_longer_than_is_safe(
    site: Site,
) -> None:
    work = built(site)
    with lock.acquire(work, "deploy") as held:
        guarded = held.guard(work)
        work.clock.sleep(lease.SAFE)
        work.cloud.faults.garble("locks.renew", "<html>Maintenance</html>")
        before = len(work.cloud.calls)
        with pytest.raises(LockLost, match=r"for 80 s.*<html>Maintenance</html>"):
            guarded.cloud.ports.sweep("none")
        # It stays lost: what has stopped does not go on by halves.
        with pytest.raises(LockLost):
            guarded.cloud.ports.sweep("none")
        assert [call.name for call in work.cloud.calls[before:]] == ["locks.renew"]


def test_a_site_is_deleted_by_who_gave_its_lock_free_for_that(site: Site) -> None:
    work = built(site)
    operations.down(work, frozenset(Colour))
    assert work.cloud.stacks.all() == ()


def test_a_deletion_that_does_not_find_something_does_not_go_on_without_the_lock(
    site: Site,
) -> None:
    work = built(site)
    work.cloud.faults.fail("stacks.delete", NotFound("cannot delete stack: HTTP 404"))
    with pytest.raises(NotFound):
        operations.down(work, frozenset(Colour))
    assert [call.name for call in work.cloud.calls].count("stacks.delete") == 1
    assert lock.holder(work) is None


def test_the_cloud_of_a_guarded_work_is_the_fake_with_all_that_tests_use(site: Site) -> None:
    work = built(site)
    with lock.acquire(work, "deploy") as held:
        assert held.guard(work).cloud.calls is work.cloud.calls


def test_no_hook_runs_once_the_lock_is_lost(site: Site, tmp_path: Path) -> None:
    hooks = {Point.BEFORE_SWITCH: (Hook(call="touch ran", deadline=10.0, stops=True),)}
    work = built(replace(site, folder=tmp_path, hooks=hooks))
    other = replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, user="other"))

    class Thief:
        def emit(self, event: ProgressEvent) -> None:
            if begins(event, "switch production"):
                lock.release(other, force=True)
                lock.acquire_by_hand(other, "mine", 600.0)

    with pytest.raises(LockLost):
        released(replace(work, progress=Thief()))
    assert not (tmp_path / "ran").exists()
