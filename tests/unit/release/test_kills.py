"""Commands killed, or left without an answer, at every point of their work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ao import fake, release
from ao.colour import Colour
from ao.errors import Unavailable
from ao.work import Work
from tests.unit.release.stage import Visitor, built, deployed, start, state

BLUE, GREEN = Colour
LOST = Unavailable("the service did not answer")


@dataclass(frozen=True)
class Case:
    """A command on a site, and how it may be said again."""

    prepare: Callable[[], Work]
    command: Callable[[Work], object]
    served: bool = True
    """Whether production answers before it."""


CASES = {
    "up": Case(start, release.up, served=False),
    "deploy": Case(built, lambda work: release.deploy(work, "2.0")),
    "switch": Case(deployed, release.switch),
    "switch to a named system": Case(deployed, lambda work: release.switch(work, GREEN)),
    "down of the standby": Case(built, lambda work: release.down(work, frozenset([GREEN]))),
    "down": Case(built, lambda work: release.down(work, frozenset(Colour)), served=False),
}


def run(case: Case) -> tuple[object, int, int]:
    """What a command ends in, how many calls it makes, and how many that write."""
    work = case.prepare()
    begin = len(work.cloud.calls)
    case.command(work)
    calls = work.cloud.calls[begin:]
    return state(work.observe()), len(calls), sum(call.writes for call in calls)


def killed(case: Case, calls: int, written: int) -> Iterator[Work]:
    """The site after the command was killed at every write, before and after, and between."""
    points = [("*", skip, False) for skip in range(0, calls, 5)]
    points += [("", skip, after) for skip in range(written) for after in (False, True)]
    for call, skip, after in points:
        work = case.prepare()
        work.cloud.faults.kill(call, skip=skip, after=after)
        with pytest.raises(fake.Killed):
            case.command(work)
        yield work


def again(name: str, work: Work, end: object) -> Visitor:
    """Say a command again; an unnamed switch that was done would go back."""
    visitor = Visitor(work)
    if not (name == "switch" and state(work.observe()) == end):
        CASES[name].command(visitor.watch())
    assert state(work.observe()) == end
    return visitor


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_reaches_its_end_when_said_again(name: str) -> None:
    case = CASES[name]
    end, calls, written = run(case)
    for work in killed(case, calls, written):
        assert not case.served or Visitor(work).look() in list(Colour)
        visitor = again(name, work, end)
        assert not case.served or set(visitor.seen) <= set(Colour)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CASES)
def test_a_write_that_is_not_answered_does_not_lead_astray(name: str, after: bool) -> None:
    case = CASES[name]
    end, _, written = run(case)
    for skip in range(written):
        work = case.prepare()
        work.cloud.faults.fail("", LOST, skip=skip, after=after)
        try:
            case.command(work)
        except Unavailable:
            again(name, work, end)
        assert state(work.observe()) == end


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("skip", range(3))
def test_a_move_of_an_address_that_is_not_answered_is_looked_at_and_tried_again(
    skip: int, after: bool
) -> None:
    work = deployed()
    work.cloud.faults.fail("addresses.point", LOST, skip=skip, after=after)
    assert release.switch(work).live is GREEN


@pytest.mark.parametrize("skip", range(3))
def test_a_stack_that_is_begun_without_an_answer_is_followed(skip: int) -> None:
    work = start()
    work.cloud.faults.fail("stacks.create", LOST, skip=skip, after=True)
    assert state(release.up(work)) == state(built().observe())


def test_an_update_that_is_begun_without_an_answer_is_followed() -> None:
    work = built()
    work.cloud.faults.fail("stacks.update", LOST, after=True)
    assert state(release.deploy(work, "2.0")) == state(deployed().observe())
