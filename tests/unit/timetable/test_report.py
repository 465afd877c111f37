"""Tables 2 and 3 of the report, row by row."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.message.translation import Language
from ao.timetable import clock_times
from ao.timetable.comparison import Comparison
from ao.timetable.procedure import Procedure
from ao.timetable.rows import before, rows
from ao.timetable.schedule import schedule
from tests.unit.timetable import samples
from tests.unit.timetable.samples import procedure, task


def shown(table: int, language: Language = Language.ENGLISH) -> list[tuple[str, str, str]]:
    procedure = samples.conventional() if table == 2 else samples.bluegreen()
    return [(row.time, row.what, row.note) for row in rows(schedule(procedure), language)]


def test_table_2_comes_out_row_by_row() -> None:
    assert shown(2) == [
        (
            "23:00",
            "window opens, production stops",
            "forced logout 5 min, stop access 5 min, backup 20 min",
        ),
        ("23:30", "apply the release to production", "30 min"),
        ("24:00", "acceptance test on production", "up to 30 min"),
        ("24:30", "deadline to decide on switching back", "switching back takes 20 min"),
        ("24:55", "prepare to reopen", "start access 5 min"),
        ("25:00", "window closes, production open", "120 min in all"),
    ]


def test_table_3_comes_out_row_by_row() -> None:
    assert shown(3) == [
        ("23:00", "window opens, production stops", "forced logout 5 min"),
        ("23:05", "switch production, production open", "switch 3 s"),
        (
            "23:15",
            "window closes",
            "15 min in all, decision on switching back by 23:10, 3 s kept for it",
        ),
    ]


@pytest.mark.parametrize("table", [2, 3])
def test_the_japanese_rows_have_the_same_times_and_no_english(table: int) -> None:
    japanese = shown(table, Language.JAPANESE)
    assert [time for time, *_ in japanese] == [time for time, *_ in shown(table)]
    assert all(what.isascii() is False and "min" not in note for _, what, note in japanese)


def test_the_window_of_120_minutes_becomes_one_of_15_one_eighth() -> None:
    first, second = schedule(samples.conventional()), schedule(samples.bluegreen())
    assert (first.window, second.window) == (120 * 60, 15 * 60)
    assert Comparison(first=first, second=second, releases=52).ratio == 1 / 8


def test_production_stops_for_the_whole_window_or_until_it_is_switched() -> None:
    assert schedule(samples.conventional()).stopped == 120 * 60
    assert schedule(samples.bluegreen()).stopped == 5 * 60 + 3


def test_the_decision_leaves_time_to_switch_back_and_some_to_spare() -> None:
    first, second = schedule(samples.conventional()), schedule(samples.bluegreen())
    assert first.decision == 90 * 60
    assert (first.switch_back, first.slack) == (20 * 60, 5 * 60)
    assert second.decision == 10 * 60 + 3
    assert (second.switch_back, second.slack) == (3, 5 * 60 - 6)


def test_application_and_tests_come_before_the_window() -> None:
    plan = schedule(samples.bluegreen())
    times = [clock_times.written(plan.procedure.opening, slot.begin) for slot in plan.before]
    assert times == ["22:00", "22:30"]
    assert before(plan) == (
        "apply the release to the standby 30 min, acceptance test on the standby up to 30 min"
    )


def test_without_forced_logout_no_window_is_needed() -> None:
    trimmed = schedule(samples.bluegreen().trimmed)
    assert (trimmed.window, trimmed.stopped) == (0, 0)
    assert rows(trimmed)[0].what.startswith("release begins")


def test_the_conventional_release_needs_its_window_without_forced_logout_too() -> None:
    trimmed = schedule(samples.conventional().trimmed)
    assert trimmed.window == trimmed.stopped == 120 * 60
    assert trimmed.slack == 10 * 60


def times(procedure: Procedure) -> list[str]:
    return [row.time for row in rows(schedule(procedure))]


def test_rows_within_one_minute_are_told_apart_by_their_seconds() -> None:
    apart = procedure(task("one", 0.25), task("two", 0.25, "one"), task("three", 5, "two"))
    assert times(apart) == ["23:00:00", "23:00:15", "23:00:30", "23:05:30"]


def test_a_schedule_of_more_than_a_day_tells_the_day() -> None:
    long = procedure(task("copy", 26 * 60), task("switch", 5, "copy"))
    assert times(long) == ["23:00", "+2d 01:00", "+2d 01:05"]
    opening = replace(long.opening, day=date(2026, 11, 29))
    assert times(replace(long, opening=opening)) == [
        "2026-11-29 23:00",
        "2026-12-01 01:00",
        "2026-12-01 01:05",
    ]
    assert times(replace(long, opening=replace(opening, past_midnight=True)))[1] == "49:00"


@given(st.lists(st.floats(0.01, 3000), min_size=1, max_size=6))
def test_no_two_moments_of_a_timetable_look_alike(minutes: list[float]) -> None:
    """Unless they are the same second."""
    names = [f"t{n}" for n in range(len(minutes))]
    tasks = (
        task(name, length, *names[max(0, n - 1) : n])
        for n, (name, length) in enumerate(zip(names, minutes, strict=True))
    )
    found = rows(schedule(procedure(*tasks)))
    moments = {int(23 * 3600 + row.moment + 1e-6) for row in found}
    assert len({row.time for row in found}) == len(moments)
