from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.timetable.durations import Fixed
from ao.timetable.procedure import DECISION, Flawed, Procedure
from ao.timetable.schedule import Schedule, schedule
from tests.unit.timetable.samples import decision, procedure, task

TINY = 1e-6


@st.composite
def procedures(draw: st.DrawFn, step: float = 0.0) -> Procedure:
    """Procedures of up to eight tasks, in all forms that there can be."""
    count = draw(st.integers(1, 8))
    before = draw(st.integers(0, count))
    closing = draw(st.integers(max(before, 1), count)) if draw(st.booleans()) else count
    tasks = []
    for number in range(count):
        after = [f"t{n}" for n in range(number) if draw(st.booleans())]
        if number >= closing:
            after.append(DECISION)
        minutes = draw(st.floats(0, 100, allow_subnormal=False))
        stops = number >= before and draw(st.booleans())
        tasks.append(
            task(
                f"t{number}",
                minutes,
                *after,
                before_window=number < before,
                stops_until=f"t{draw(st.integers(number, count - 1))}" if stops else None,
            )
        )
    decided = decision(
        *(f"t{n}" for n in range(closing) if draw(st.booleans())),
        watch=draw(st.floats(0, 30)),
        switch_back=draw(st.floats(0, 30)),
    )
    wanted = closing < count or draw(st.booleans())
    return procedure(*tasks, decision=decided if wanted else None, step=step)


def spans(plan: Schedule) -> dict[str, tuple[float, float]]:
    found = {slot.task.name: (slot.begin, slot.end) for slot in plan.slots}
    if plan.decision is not None:
        found[DECISION] = (plan.decision, plan.decision)
    return found


@given(procedures())
def test_nothing_begins_before_what_it_comes_after_is_done(given: Procedure) -> None:
    plan = schedule(given)
    times = spans(plan)
    assert len(plan.slots) == len(given.tasks)
    for slot in plan.slots:
        assert slot.end - slot.begin == pytest.approx(slot.task.takes.planned)
        for name in slot.task.after:
            assert times[name][1] <= slot.begin + TINY
    if given.decision and plan.decision is not None:
        for name in given.decision.after:
            assert times[name][1] + given.decision.watch.planned <= plan.decision + TINY


@given(procedures())
def test_the_window_lasts_from_the_first_begin_to_the_last_end(given: Procedure) -> None:
    plan = schedule(given)
    ends = [slot.end for slot in plan.within]
    if plan.decision is not None:
        ends.append(plan.decision + plan.switch_back)
    assert plan.closes == pytest.approx(max(ends, default=0.0))
    assert plan.slack == pytest.approx(0)
    assert plan.window == (plan.closes if given.stops else 0)


@given(procedures(step=900.0))
def test_a_window_of_whole_steps_is_the_least_that_is_long_enough(given: Procedure) -> None:
    plan, needed = schedule(given), schedule(replace(given, opening=replace(given.opening, step=0)))
    assert plan.closes % 900 == 0
    assert needed.closes - TINY <= plan.closes < needed.closes + 900
    assert plan.slack == pytest.approx(plan.closes - needed.closes, abs=TINY)


@given(procedures())
def test_what_is_before_the_window_ends_before_it_and_the_rest_begins_in_it(
    given: Procedure,
) -> None:
    plan = schedule(given)
    assert all(slot.end <= TINY for slot in plan.before)
    assert all(slot.begin >= -TINY and slot.end <= plan.closes + TINY for slot in plan.within)


@given(procedures(), st.data())
def test_no_window_becomes_shorter_when_something_takes_longer(
    given: Procedure, data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(given.tasks) - 1))
    slower = data.draw(st.floats(0, 3600))
    tasks = list(given.tasks)
    taken = tasks[number].takes.planned + slower
    tasks[number] = replace(tasks[number], takes=Fixed(seconds=taken))
    longer = replace(given, tasks=tuple(tasks))
    assert schedule(longer).closes >= schedule(given).closes - TINY
    if given.decision:
        careful = replace(given.decision, switch_back=Fixed(seconds=36000))
        assert schedule(replace(given, decision=careful)).closes >= schedule(given).closes - TINY


@given(procedures())
def test_stops_are_in_order_apart_and_cover_what_stops_production(given: Procedure) -> None:
    plan, times = schedule(given), spans(schedule(given))
    for one, next_one in zip(plan.stops, plan.stops[1:], strict=False):
        assert one.end < next_one.begin
    for slot in plan.slots:
        if slot.task.stops_until:
            end = times[slot.task.stops_until][1]
            assert any(
                stop.begin <= slot.begin + TINY and end <= stop.end + TINY for stop in plan.stops
            )


def test_tasks_that_do_not_wait_for_each_other_run_side_by_side() -> None:
    plan = schedule(procedure(task("a", 10), task("b", 20), task("c", 5, "a", "b")))
    assert spans(plan) == {"a": (0, 600), "b": (0, 1200), "c": (1200, 1500)}


def test_two_stops_with_production_open_between_count_each() -> None:
    plan = schedule(
        procedure(
            task("a", 5, stops_until="a"), task("b", 10, "a"), task("c", 5, "b", stops_until="c")
        )
    )
    assert [(stop.begin, stop.end) for stop in plan.stops] == [(0, 300), (900, 1200)]
    assert (plan.stopped, plan.window) == (600, 1200)


@pytest.mark.parametrize(
    ("tasks", "why"),
    [
        ([task("a", 1, "b")], "there is no task `b`; there are a"),
        ([task("a", 1, "decision")], "there is no task `decision`"),
        (
            [task("a", 1, "c"), task("b", 1, "a"), task("c", 1, "b")],
            "in a circle: `a`, which is after `c`, which is after `b`, which is after `a`",
        ),
        ([task("a", 1, "a")], "in a circle: `a`, which is after `a`"),
        ([task("a"), task("a")], "two tasks have one name"),
        ([task("a"), task("b", 1, "a", before_window=True)], "before the window and after `a`"),
        ([task("a", before_window=True, stops_until="a")], "belongs in the window"),
        ([task("a", stops_until="b")], "there is no task `b`"),
        ([task("a", before_window=True), task("b", stops_until="a")], "done before the window"),
        ([task("a", stops_until="b"), task("b", droppable=True)], "`b` may be dropped"),
    ],
)
def test_a_procedure_that_cannot_be_is_refused(tasks: list[object], why: str) -> None:
    with pytest.raises(Flawed) as refused:
        procedure(*tasks)  # type: ignore[arg-type]
    assert why in refused.value.message


def test_a_failure_after_the_decision_is_refused() -> None:
    with pytest.raises(Flawed, match="nothing is switched back"):
        procedure(task("a"), task("b", 1, DECISION, fails=0.1), decision=decision("a"))


def test_a_decision_after_what_waits_for_it_is_a_circle() -> None:
    with pytest.raises(Flawed, match="in a circle"):
        procedure(task("a", 1, DECISION), decision=decision("a"))


def test_what_came_after_a_dropped_task_comes_after_what_that_came_after() -> None:
    whole = procedure(
        task("a"),
        task("b", 5, "a", droppable=True),
        task("c", 5, "b", droppable=True),
        task("d", 5, "c"),
        decision=decision("c"),
    )
    trimmed = whole.trimmed
    assert [(it.name, it.after) for it in trimmed.tasks] == [("a", ()), ("d", ("a",))]
    assert trimmed.decision is not None
    assert trimmed.decision.after == ("a",)
