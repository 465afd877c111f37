from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.site.watch import LatencyLimit, Watch
from ao.watch.metrics import FLOOR, source
from ao.watch.sample import Baseline, Missing, Sample
from ao.watch.verdict import Decision, Finding, decide, judge
from tests.unit.watch.samples import BASELINE, ERRORS, NOON, TWICE, WATCH, sample, tally, traffic

QUERY = source(ERRORS)
ERRORS_ONLY = replace(WATCH, error_rate=None, queries=(ERRORS,))
GONE = Missing(why="connection refused")


def found(
    samples: Sequence[Sample], watch: Watch = WATCH, baseline: Baseline = BASELINE
) -> Finding:
    (finding,) = judge(watch, baseline, samples)
    return finding


def errors(*values: float | Missing) -> list[Sample]:
    """Samples of a query, ten seconds apart."""
    return [sample(n * 10, **{QUERY: value}) for n, value in enumerate(values)]


def test_without_losses_nothing_is_wrong() -> None:
    finding = found(traffic(0, 0, 0))
    assert (finding.since, finding.breach) == (None, False)
    assert str(finding) == "error rate: 0% (0 of 100 requests lost)"


def test_losses_that_last_are_a_breach_that_names_figure_limit_and_beginning() -> None:
    finding = found(traffic(0, 4, 4, 4, 4))
    assert finding.breach
    assert finding.since == NOON + 10
    assert str(finding) == (
        "error rate: 4% (4 of 100 requests lost), more than 1%, for 15s since 12:00:10 UTC"
    )


def test_losses_are_no_breach_before_they_have_lasted() -> None:
    finding = found(traffic(0, 4, 4, 4))
    assert finding.since == NOON + 10
    assert not finding.breach


def test_a_short_blip_is_forgiven_however_bad() -> None:
    assert found(traffic(0, 100, 100, 0, 0)).since is None
    assert not found(traffic(100, 100, 0, 100, 100)).breach


def test_with_nothing_to_forgive_the_first_look_at_losses_is_a_breach() -> None:
    assert found(traffic(0, 4), replace(WATCH, lasting=0)).breach


def test_losses_are_counted_beyond_those_of_before_the_switch() -> None:
    before = replace(BASELINE, error_rate=0.05)
    assert not found(traffic(6, 6, 6, 6, 6), baseline=before).breach
    assert found(traffic(7, 7, 7, 7, 7), baseline=before).breach


def test_too_few_requests_are_not_judged() -> None:
    finding = found(traffic(10, 10, 10, 10, requests=10))
    assert finding.reading is None
    assert not finding.breach
    assert "too few requests" in str(finding)


def test_a_rate_reaches_back_until_there_are_enough_requests() -> None:
    finding = found(traffic(10, 10, 10, 10, 10, requests=10))
    assert str(finding).startswith("error rate: 100% (50 of 50 requests lost)")


def test_a_probe_that_does_not_send_is_told_and_is_no_breach() -> None:
    finding = found([sample(n * 5, GONE) for n in range(9)])
    assert finding.reading == GONE
    assert not finding.breach
    assert str(finding) == "error rate cannot be told: connection refused"


def test_a_figure_that_is_missing_is_a_breach_when_the_site_says_so() -> None:
    strict = replace(WATCH, missing_breaches=True)
    assert not found([sample(n * 5, GONE) for n in range(3)], strict).breach
    finding = found([sample(n * 5, GONE) for n in range(4)], strict)
    assert finding.breach
    assert str(finding) == (
        "error rate cannot be told: connection refused, for 15s since 12:00:00 UTC"
    )


def test_a_look_that_tells_nothing_neither_begins_nor_ends_what_is_wrong() -> None:
    assert found(errors(0.1, GONE, GONE, 0.1), ERRORS_ONLY).breach
    assert found(errors(0.1, 0.1, 0.1, GONE), ERRORS_ONLY).since is None
    assert found(errors(0.1, GONE, 0.01, GONE, 0.1), ERRORS_ONLY).since == NOON + 40


def test_a_query_has_a_time_of_its_own_after_which_it_is_a_breach() -> None:
    assert not found(errors(0.1, 0.1, 0.1), ERRORS_ONLY).breach
    finding = found(errors(0.1, 0.1, 0.1, 0.1), ERRORS_ONLY)
    assert str(finding) == "errors (Prometheus): 0.1, above 0.05, for 30s since 12:00:00 UTC"


@pytest.mark.parametrize(
    ("value", "wrong"), [(0.5, True), (1.0, False), (5.0, False), (9.0, False), (9.5, True)]
)
def test_a_query_may_have_a_limit_at_either_end(value: float, wrong: bool) -> None:
    both = replace(ERRORS, above=9, below=1, lasting=0)
    finding = found(errors(value), replace(ERRORS_ONLY, queries=(both,)))
    assert finding.breach is wrong
    assert finding.limit == "above 9 or below 1"


@pytest.mark.parametrize(
    ("limit", "before", "now", "wrong"),
    [
        (TWICE, 0.1, 0.19, False),
        (TWICE, 0.1, 0.21, True),
        (TWICE, 0.001, FLOOR - 0.001, False),
        (TWICE, 0.001, FLOOR + 0.001, True),
        (LatencyLimit(seconds=0.5), 0.1, 0.49, False),
        (LatencyLimit(seconds=0.5), None, 0.51, True),
    ],
)
def test_latency_is_judged_by_a_time_or_by_what_it_was_before(
    limit: LatencyLimit, before: float | None, now: float, wrong: bool
) -> None:
    watch = replace(WATCH, error_rate=None, latency_p95=limit, lasting=0)
    baseline = replace(BASELINE, latency_p95=before)
    finding = found([sample(0, tally(100, 0, now))], watch, baseline)
    assert finding.breach is wrong


def test_latency_is_not_judged_by_a_multiple_of_what_is_not_known() -> None:
    watch = replace(WATCH, error_rate=None, latency_p95=TWICE, lasting=0)
    finding = found([sample(0, tally(100))], watch, replace(BASELINE, latency_p95=None))
    assert not finding.breach
    assert "before the switch is not known" in str(finding)


def test_latency_is_not_judged_by_too_few_answers() -> None:
    watch = replace(WATCH, error_rate=None, latency_p95=TWICE, lasting=0)
    assert found([sample(0, tally(90, 41, 9.0))], watch).reading is None


@pytest.mark.parametrize("name", ["members", "checks"])
def test_one_failed_server_or_check_that_lasts_is_a_breach(name: str) -> None:
    watch = replace(WATCH, error_rate=None, members=name == "members", checks=name == "checks")
    wrong = [sample(n * 5, **{name: 1.0}) for n in range(4)]
    assert found(wrong, watch).breach
    assert not found([*wrong[:2], sample(10, **{name: 0.0}), wrong[3]], watch).breach


def test_all_that_is_watched_is_told() -> None:
    watch = replace(WATCH, latency_p95=TWICE, members=True, checks=True, queries=(ERRORS,))
    findings = judge(watch, BASELINE, [sample(0, members=0.0, checks=0.0, **{QUERY: 0.0})])
    names = [finding.name for finding in findings]
    assert names == ["error rate", "latency p95", "members", "checks", "errors (Prometheus)"]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40))
def test_a_breach_is_a_run_of_bad_looks_that_is_as_long_as_it_must_be(lost: list[int]) -> None:
    finding = found(traffic(*lost))
    run = 0
    for part in reversed(lost):
        if part <= 1:
            break
        run += 1
    # Looks are five seconds apart, and what is wrong for fifteen is a breach.
    assert finding.breach is (run >= 4)
    assert finding.since == (NOON + (len(lost) - run + 1) * 5 if run else None)


def finding(since: float | None) -> Finding:
    """What is to be said at noon of a measure that has been wrong since then, if it has."""
    return Finding(name="error rate", reading=None, limit="", at=NOON, since=since, lasting=30.0)


def test_a_switch_is_kept_at_the_end_of_its_window_and_not_before() -> None:
    assert decide([finding(None)], NOON - 1, NOON) is Decision.OPEN
    assert decide([finding(None)], NOON, NOON) is Decision.KEEP


def test_a_breach_goes_back_at_once() -> None:
    assert decide([finding(None), finding(NOON - 30)], NOON - 60, NOON) is Decision.BACK


def test_what_went_wrong_before_the_end_is_waited_for_and_what_came_after_is_not() -> None:
    assert decide([finding(NOON - 1)], NOON, NOON) is Decision.OPEN
    assert decide([finding(NOON)], NOON, NOON) is Decision.KEEP
