"""Whether production may go back to the standby, by what the journal and the cloud tell."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ao.colour import Colour
from ao.journal import Operation, StepRun
from ao.operations import way_back
from ao.plan.facts import Facts
from tests.unit import samples

BLUE, GREEN = Colour
BEGIN = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)


def facts(standby: str = "1.2", live: str = "1.3") -> Facts:
    """Green is live, blue is the standby; with these versions."""
    found = samples.whole(live=GREEN)
    for colour, version in ((BLUE, standby), (GREEN, live)):
        found = samples.with_system(found, samples.system(colour, version=version))
    return found


def operation(hour: int, act: str, version: str, new: Colour, **more: object) -> Operation:
    begun = BEGIN + timedelta(hours=hour)
    plain = Operation(
        id=f"20261123-{hour:02}15-a3f",
        site="shop",
        act=act,
        version=version,
        old=new.other,
        new=new,
        who="kim",
        reason="",
        begun=begun,
        steps=(),
        outcome="done",
        last=begun + timedelta(minutes=30),
        lost=None,
        paused=False,
    )
    return replace(plain, **more)


def release(
    hour: int, version: str, new: Colour, *steps: str, outcome: str = "released"
) -> Operation:
    """A release that took these steps."""
    begun = BEGIN + timedelta(hours=hour, minutes=1)
    taken = tuple(StepRun(text=it, begun=begun, ended=begun, outcome="done") for it in steps)
    return operation(hour, "release", version, new, steps=taken, outcome=outcome)


LIVE = release(3, "1.3", GREEN, "deploy", "switch")
"""What made green live."""


@pytest.mark.parametrize(
    "last",
    [LIVE, operation(3, "switch", "1.3", GREEN), replace(LIVE, outcome=None)],
    ids=["release", "switch", "release that is open"],
)
def test_it_may_where_the_standby_has_what_it_was_left_with(last: Operation) -> None:
    assert way_back.blocker([last], facts()) == ""
    before = operation(1, "switch", "1.2", BLUE)
    assert way_back.blocker([before, last], facts()) == ""


@pytest.mark.parametrize("outcome", ["aborted", "failed", "check failed"])
def test_what_a_release_brought_that_never_was_live_is_no_way_back(outcome: str) -> None:
    ended = release(5, "1.4", BLUE, "deploy", outcome=outcome)
    before = operation(1, "switch", "1.2", BLUE)
    why = way_back.blocker([LIVE, ended], facts(standby="1.4"))
    assert "blue has 1.4" in why
    assert "1.2 was live there" in way_back.blocker([before, LIVE, ended], facts(standby="1.4"))


def test_another_deploy_of_the_same_version_is_told_too() -> None:
    deployed = operation(5, "deploy", "1.2", BLUE)
    assert "since it was live" in way_back.blocker([LIVE, deployed], facts())
    left = replace(deployed, outcome="left to Heat")
    assert way_back.blocker([LIVE, left], facts())
    refused = replace(deployed, version="1.4", outcome="failed")
    assert way_back.blocker([LIVE, refused], facts()) == ""


@pytest.mark.parametrize("outcome", ["failed", None])
def test_what_a_deploy_brought_that_failed_or_was_killed_is_no_way_back(
    outcome: str | None,
) -> None:
    deployed = operation(5, "deploy", "1.4", BLUE, outcome=outcome)
    assert "blue has 1.4" in way_back.blocker([LIVE, deployed], facts(standby="1.4"))
    begun = release(5, "1.4", BLUE, "deploy", outcome="aborted")
    killed = replace(begun, steps=tuple(replace(it, outcome="") for it in begun.steps))
    assert "blue has 1.4" in way_back.blocker([LIVE, killed], facts(standby="1.4"))


def test_a_switch_that_moved_nothing_changes_nothing() -> None:
    refused = operation(5, "switch", "1.2", BLUE, outcome="failed")
    again = operation(6, "switch", "1.3", GREEN, old=GREEN)
    assert way_back.blocker([LIVE, refused, again], facts()) == ""


def test_what_was_switched_back_is_no_way_back() -> None:
    bad = release(5, "1.2", BLUE, "switch", outcome="rolled back")
    assert way_back.blocker([LIVE, bad], facts()) == "1.2 on blue was switched back"


def test_where_the_journal_does_not_tell_there_is_none() -> None:
    for operations in ([], [operation(1, "deploy", "1.2", BLUE)]):
        assert "does not tell" in way_back.blocker(operations, facts())
    elsewhere = operation(5, "switch", "1.2", BLUE)
    assert "does not tell" in way_back.blocker([LIVE, elsewhere], facts())


def test_a_version_that_came_there_without_ao_is_told_where_the_journal_knows_better() -> None:
    before = operation(1, "switch", "1.2", BLUE)
    assert "blue has 1.9" in way_back.blocker([before, LIVE], facts(standby="1.9"))


def test_without_a_live_system_there_is_none() -> None:
    assert way_back.blocker([LIVE], replace(facts(), production=None)) == "no system is live"


KILLED = operation(5, "switch", "1.3", GREEN, outcome=None)
"""A switch to green that was killed, and that production is on."""


def test_a_way_back_that_was_killed_goes_on_to_the_system_that_it_has_made_live() -> None:
    before = [
        operation(1, "switch", "1.3", GREEN),
        operation(3, "switch", "1.2", BLUE),
    ]
    for outcome in (None, "broken off"):
        assert way_back.begun([*before, replace(KILLED, outcome=outcome)], facts()) is GREEN
    for outcome in ("done", "failed"):
        assert way_back.begun([*before, replace(KILLED, outcome=outcome)], facts()) is None
    assert way_back.begun([*before, KILLED], samples.whole(live=BLUE)) is None


def test_a_switch_forth_that_was_killed_is_none() -> None:
    deployed = operation(4, "deploy", "1.3", GREEN)
    before = [operation(1, "switch", "1.1", GREEN), operation(3, "switch", "1.2", BLUE), deployed]
    assert way_back.begun([*before, KILLED], facts()) is None
    assert way_back.begun([KILLED], facts()) is None
    assert way_back.begun([], facts()) is None
