"""Commands killed, or left without an answer, at every point of their work."""

from collections.abc import Iterator

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import Unavailable
from ao.operations import reconcile
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, Case, Visitor, built, deployed, start, state

BLUE, GREEN = Colour
LOST = Unavailable("the service did not answer")


CASES = {
    "up": Case(start, reconcile.up, served=False),
    "deploy": Case(built, lambda work: reconcile.deploy(work, "2.0")),
    "switch": Case(deployed, reconcile.switch),
    "switch to a named system": Case(deployed, lambda work: reconcile.switch(work, GREEN)),
    "down of the standby": Case(built, lambda work: reconcile.down(work, frozenset([GREEN]))),
    "down": Case(built, lambda work: reconcile.down(work, frozenset(Colour)), served=False),
}


def run(case: Case, site: Site) -> tuple[object, int, int]:
    """What a command ends in, how many calls it makes, and how many that write."""
    work = case.prepare(site)
    begin = len(work.cloud.calls)
    case.command(work)
    calls = work.cloud.calls[begin:]
    return state(work.observe()), len(calls), sum(call.writes for call in calls)


def killed(case: Case, site: Site, calls: int, written: int) -> Iterator[Work]:
    """The site after the command was killed at every write, before and after, and between.

    There is no point after a write that was refused.
    """
    points = [("*", skip, False) for skip in range(0, calls, 5)]
    points += [("", skip, after) for skip in range(written) for after in (False, True)]
    for call, skip, after in points:
        work = case.prepare(site)
        work.cloud.faults.kill(call, skip=skip, after=after)
        try:
            case.command(work)
        except fake.Killed:
            work.cloud.process.restart()
            yield work
        else:
            assert after


def again(name: str, work: Work, end: object) -> Visitor:
    """Say a command again; an unnamed switch that was done would go back."""
    visitor = Visitor(work)
    if not (name == "switch" and state(work.observe()) == end):
        CASES[name].command(visitor.watch())
    assert state(work.observe()) == end
    return visitor


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_reaches_its_end_when_said_again(
    name: str, site: Site
) -> None:
    case = CASES[name]
    end, calls, written = run(case, site)
    for work in killed(case, site, calls, written):
        assert not case.served or Visitor(work).look() in list(Colour)
        visitor = again(name, work, end)
        assert not case.served or set(visitor.seen) <= set(Colour)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CASES)
def test_a_write_that_is_not_answered_does_not_lead_astray(
    name: str, after: bool, site: Site
) -> None:
    case = CASES[name]
    end, _, written = run(case, site)
    for skip in range(written):
        work = case.prepare(site)
        work.cloud.faults.fail("", LOST, skip=skip, after=after)
        try:
            case.command(work)
        except Unavailable:
            again(name, work, end)
        assert state(work.observe()) == end


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("method", "call", "skip"),
    [
        *((Method.ADDRESS, "floating_ips.point", skip) for skip in range(3)),
        *((Method.POOL, "load_balancers.set_default_pool", skip) for skip in range(2)),
    ],
)
def test_a_request_of_a_switch_that_is_not_answered_is_looked_at_and_asked_again(
    method: Method, call: str, skip: int, after: bool
) -> None:
    work = deployed(SITES[method])
    work.cloud.faults.fail(call, LOST, skip=skip, after=after)
    assert reconcile.switch(work).live is GREEN


@pytest.mark.parametrize("skip", range(3))
def test_a_stack_that_is_begun_without_an_answer_is_followed(skip: int, site: Site) -> None:
    work = start(site)
    work.cloud.faults.fail("stacks.create", LOST, skip=skip, after=True)
    assert state(reconcile.up(work)) == state(built(site).observe())


def test_an_update_that_is_begun_without_an_answer_is_followed(site: Site) -> None:
    work = built(site)
    work.cloud.faults.fail("stacks.update", LOST, after=True)
    assert state(reconcile.deploy(work, "2.0")) == state(deployed(site).observe())
