import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.timetable import default_procedure
from ao.timetable.durations import Fixed, LogNormal, Measured, Range
from ao.timetable.fit import fit, warning
from ao.timetable.schedule import schedule
from tests.unit.timetable import samples
from tests.unit.timetable.samples import decision, procedure, task
from tests.unit.timetable.test_schedule import procedures

MINUTE = 60.0


def test_what_always_takes_the_same_fits_or_does_not() -> None:
    fixed = procedure(task("a", 10), decision=decision("a", switch_back=5))
    assert fit(fixed, 15 * MINUTE).kept == 1
    short = fit(fixed, 15 * MINUTE - 1)
    assert (short.kept, short.latest_start) == (0, None)
    assert fit(fixed, 20 * MINUTE).latest_start == 5 * MINUTE


def test_a_uniform_range_fits_as_often_as_the_window_is_long() -> None:
    uniform = procedure(task("a", Range(shortest=0, longest=100)))
    found = fit(uniform, 80)
    assert found.kept == pytest.approx(0.8, abs=0.02)
    assert found.median == pytest.approx(50, abs=2)
    assert found.p95 == pytest.approx(95, abs=1)


def test_a_failure_switches_back_and_ends_sooner() -> None:
    failing = procedure(
        task("a", 10, fails=0.25),
        task("b", 30, "a"),
        task("reopen", 5, "decision"),
        decision=decision("b", switch_back=20),
    )
    found = fit(failing, 35 * MINUTE)
    assert found.switched_back == pytest.approx(0.25, abs=0.02)
    assert found.released == 0
    whole = fit(failing, 65 * MINUTE)
    assert whole.released == pytest.approx(0.75, abs=0.02)
    assert whole.kept == 1


def test_a_failure_before_the_window_calls_the_release_off() -> None:
    found = fit(procedure(task("a", 10, before_window=True, fails=0.3), task("b", 10, "a")), 60)
    assert found.called_off == pytest.approx(0.3, abs=0.02)
    assert (found.kept, found.released) == (found.called_off, 0)


def test_a_decision_to_switch_back_takes_the_time_that_was_kept_for_it() -> None:
    found = fit(procedure(task("a"), decision=decision("a", fails=0.5)), 10 * MINUTE)
    assert found.switched_back == pytest.approx(0.5, abs=0.02)
    assert found.kept == 1


def test_the_step_that_varies_most_is_the_one_that_breaks_the_window() -> None:
    varied = procedure(
        task("steady", 60),
        task("calm", Range(shortest=60, longest=120), "steady"),
        task("wild", LogNormal(median=300, p95=1800), "calm"),
    )
    found = fit(varied, 75 * MINUTE)
    assert found.breaker == "wild"
    assert found.breaks > 0.9


def test_a_step_on_which_nothing_waits_does_not_break_the_window() -> None:
    beside = procedure(
        task("long", Range(shortest=600, longest=1200)),
        task("beside", Range(shortest=0, longest=590)),
    )
    assert fit(beside, 1000).breaker == "long"


def test_the_latest_safe_start_leaves_the_runs_it_promises() -> None:
    uniform = procedure(task("a", Range(shortest=0, longest=100)))
    start = fit(uniform, 200, share=0.9).latest_start
    assert start is not None
    assert fit(uniform, 200 - start).kept == pytest.approx(0.9, abs=0.001)


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    given = samples.conventional()
    assert fit(given, 6300, seed=1) == fit(given, 6300, seed=1)
    assert fit(given, 6300, seed=1) != replace(fit(given, 6300, seed=2), seed=1)


@given(procedures(), st.floats(0, 40_000), st.floats(0, 10_000))
def test_shares_are_whole_and_a_longer_window_never_fits_less(
    given_one: object, window: float, more: float
) -> None:
    short, long = (fit(given_one, it, runs=5) for it in (window, window + more))  # type: ignore[arg-type]
    assert 0 <= short.kept <= long.kept <= 1


@given(procedures())
def test_what_is_planned_is_enough_when_nothing_varies(given_one: object) -> None:
    plan = schedule(given_one)  # type: ignore[arg-type]
    assert fit(plan.procedure, plan.closes + 0.001, runs=1).kept == 1


def test_ten_thousand_runs_of_a_long_procedure_take_less_than_a_second() -> None:
    tasks = [
        task(f"t{n}", LogNormal(median=60, p95=200), *([f"t{n - 1}"] if n else []), fails=0.01)
        for n in range(30)
    ]
    long = procedure(*tasks, decision=decision("t29"))
    begin = time.process_time()
    assert fit(long, 3000).breaker
    assert time.process_time() - begin < 1


def test_a_release_is_warned_of_a_window_that_is_too_short() -> None:
    release = default_procedure.default_procedure()
    assert warning(release, 15 * MINUTE) is None
    told = warning(release, 10 * MINUTE)
    assert told is not None
    assert told.startswith("the window of 10 min is long enough for 0 % of releases like this one")
    assert told.endswith(".")


@pytest.mark.parametrize(
    ("takes", "median", "p95"),
    [
        (Fixed(seconds=7), 7, 7),
        (Range(shortest=10, longest=20), 15, 19.5),
        (Range(shortest=0, likely=100, longest=100), 70.7, 97.5),
        (Range(shortest=5, likely=5, longest=5), 5, 5),
        (LogNormal(median=60, p95=180), 60, 180),
        (LogNormal(median=60, p95=60), 60, 60),
        (Measured(seconds=(1, 2, 3)), 2, 3),
    ],
)
def test_samples_are_distributed_as_it_was_said(takes: object, median: float, p95: float) -> None:
    found = fit(procedure(task("a", takes)), 1e6)  # type: ignore[arg-type]
    assert found.median == pytest.approx(median, rel=0.05)
    assert found.p95 == pytest.approx(p95, rel=0.05)


def test_measured_times_are_planned_with_what_95_of_100_keep_to() -> None:
    assert Measured(seconds=tuple(range(1, 101))).planned == 95
    assert Measured(seconds=(3.0, 1.0, 2.0)).planned == 3
