"""When Heat's work on a stack counts as standing still."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.cloud import Resource, Stack
from ao.plan.standstill import STANDSTILL, standstill

BEGUN = 1_767_225_600.0
"""2026-01-01T00:00:00Z."""
DEADLINE = 1800.0
STACK = Stack(
    id="1",
    name="ao-shop-green",
    action="UPDATE",
    status="IN_PROGRESS",
    reason="",
    tags=frozenset(),
    updated_at="2026-01-01T00:00:00Z",
)


def at(seconds: float) -> Stack:
    """The stack, read so long after its update began."""
    return replace(STACK, read=BEGUN + seconds)


def changed(moment: str) -> Resource:
    return Resource(
        name="group",
        type="OS::Heat::AutoScalingGroup",
        status="UPDATE_IN_PROGRESS",
        reason="",
        physical_id="2",
        stack_name=STACK.name,
        stack_id=STACK.id,
        parent="",
        updated_at=moment,
    )


def test_work_goes_on_until_nothing_has_changed_for_a_while() -> None:
    assert standstill(at(STANDSTILL - 1), (), DEADLINE) is None
    seen = standstill(at(STANDSTILL), (), DEADLINE)
    assert seen is not None
    assert (seen.seconds, seen.begin, seen.to_cancel) == (STANDSTILL, STACK.updated_at, False)


def test_a_change_of_anything_in_the_stack_is_one_of_its_work() -> None:
    resources = (changed("2026-01-01T00:00:01Z"), changed("2026-01-01T00:10:00Z"), changed(""))
    assert standstill(at(719), resources, DEADLINE) is None
    seen = standstill(at(720), resources, DEADLINE)
    assert seen is not None
    assert seen.begin == "2026-01-01T00:10:00Z"


def test_it_is_cancelled_once_heats_time_is_over_or_the_operator_says_so() -> None:
    over = standstill(at(DEADLINE), (), DEADLINE)
    asked = standstill(at(STANDSTILL), (), DEADLINE, cancel=True)
    assert over is not None
    assert asked is not None
    assert over.to_cancel
    assert asked.to_cancel
    assert over.deadline == "2026-01-01T00:30:00Z"


def test_what_changes_is_not_cancelled_though_its_time_is_over() -> None:
    late = changed("2026-01-01T00:29:59Z")
    assert standstill(at(DEADLINE), (late,), DEADLINE, cancel=True) is None


@pytest.mark.parametrize("status", ["COMPLETE", "FAILED"])
def test_a_stack_at_rest_has_no_standstill(status: str) -> None:
    assert standstill(replace(at(9999), status=status), (), DEADLINE) is None


def test_of_a_stack_that_tells_no_time_nothing_is_said() -> None:
    assert standstill(replace(at(9999), updated_at=""), (), DEADLINE, cancel=True) is None
    assert standstill(None, (), DEADLINE) is None


@given(st.floats(-1e6, 1e6), st.lists(st.integers(0, 59)), st.booleans())
def test_it_is_never_shorter_than_the_limit(read: float, minutes: list[int], asked: bool) -> None:
    resources = [changed(f"2026-01-01T00:{minute:02}:00Z") for minute in minutes]
    seen = standstill(at(read), resources, DEADLINE, cancel=asked)
    assert seen is None or seen.seconds >= STANDSTILL


@pytest.mark.parametrize("action", ["SNAPSHOT", "CHECK", "SUSPEND", "DELETE"])
def test_what_heat_does_not_cancel_is_not_to_be_cancelled(action: str) -> None:
    seen = standstill(replace(at(2 * DEADLINE), action=action), (), DEADLINE, cancel=True)
    assert seen is not None
    assert not seen.to_cancel


def test_heat_may_wait_before_it_deletes_a_server() -> None:
    assert standstill(at(STANDSTILL + 299), (), DEADLINE, pause=300.0) is None
    assert standstill(at(STANDSTILL + 300), (), DEADLINE, pause=300.0) is not None
