"""Tables 2 and 3 of the report, row by row."""

import pytest

from ao.message.translation import Language
from ao.timetable import clock_times
from ao.timetable.comparison import Comparison
from ao.timetable.rows import before, rows
from ao.timetable.schedule import schedule
from tests.unit.timetable import samples


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
