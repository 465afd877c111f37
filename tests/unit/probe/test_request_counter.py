import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.probe import request_counter as module
from ao.probe.histogram import Histogram
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Kind, Outcome
from ao.probe.request_counter import Request, RequestCounter
from tests.unit.probe.server import HEADER

LOAD = ProbeLoad(url="http://shop.example", identify=HEADER, kept=1)


def answered(at: float, colour: str | None = "blue", seconds: float = 0.01) -> Request:
    return Request(
        at=at, kind=Kind.NEW, client=None, outcome=Outcome.ANSWERED, seconds=seconds, colour=colour
    )


def lost(at: float) -> Request:
    return Request(
        at=at, kind=Kind.NEW, client=None, outcome=Outcome.RESET, seconds=0.01, reason="reset"
    )


def kept(at: float, colour: str | None, outcome: Outcome = Outcome.ANSWERED) -> Request:
    return Request(at=at, kind=Kind.KEPT, client=0, outcome=outcome, seconds=0.01, colour=colour)


@given(
    st.lists(st.floats(min_value=1e-6, max_value=100), min_size=1),
    st.floats(min_value=0.01, max_value=1),
)
def test_a_histogram_knows_each_quantile_to_one_per_cent(times: list[float], part: float) -> None:
    histogram = Histogram()
    for seconds in times:
        histogram.add(seconds)
    exact = sorted(times)[math.ceil(part * len(times)) - 1]
    told = histogram.quantile(part)
    assert told is not None
    assert abs(told - exact) <= 0.0101 * exact
    assert histogram.greatest == max(times)


def test_a_histogram_of_nothing_tells_nothing() -> None:
    assert Histogram().quantile(0.5) is Histogram().greatest is None


@given(st.lists(st.integers(0, 5999).map(lambda n: n / 100 + 0.005), min_size=1))
def test_every_request_is_in_the_slice_in_which_it_ended(moments: list[float]) -> None:
    recorder = RequestCounter(LOAD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SLICES", 8)
        for at in sorted(moments):
            recorder.add(answered(at))
        seen = recorder.recording(0.0, max(moments))
    assert len(seen.slices) <= 8
    assert [part.at for part in seen.slices] == pytest.approx(
        [n * seen.width for n in range(len(seen.slices))]
    )
    there = Counter(math.floor(at / seen.width) for at in moments)
    told = {n: part.colours["blue"] for n, part in enumerate(seen.slices) if part.colours}
    assert told == pytest.approx(there)


def test_memory_is_bounded_over_hours_and_nothing_is_left_out() -> None:
    recorder = RequestCounter(LOAD)
    seconds = 2 * 3600
    for moment in range(seconds):
        recorder.add(answered(moment, "blue" if moment < seconds // 2 else "green"))
        recorder.add(lost(moment + 0.5))
    seen = recorder.recording(0.0, float(seconds))
    assert len(seen.slices) <= module.SLICES
    assert seen.width == pytest.approx(0.2)
    assert sum(part.lost for part in seen.slices) == seen.lost == seconds
    assert sum(sum(part.colours.values()) for part in seen.slices) == seconds
    assert len(seen.losses) == module.LOSSES
    (blue, green) = seen.sightings
    assert (blue.last, green.first) == (seconds // 2 - 1, seconds // 2)


def test_slices_that_are_put_together_keep_their_longest_times() -> None:
    recorder = RequestCounter(LOAD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SLICES", 2)
        recorder.add(answered(0.05, seconds=0.2))
        recorder.add(answered(0.15, seconds=0.1))
        recorder.add(answered(0.16, seconds=0.1))
        seen = recorder.recording(0.0, 0.3)
    (first, *_) = seen.slices
    assert (first.latency_p50, first.latency_p95, first.latency_max) == (0.1, 0.2, 0.2)


def test_a_client_is_of_its_last_good_answers_colour_since_it_asked_for_the_first() -> None:
    recorder = RequestCounter(LOAD)
    recorder.opened(0)
    recorder.add(kept(1.0, "blue"))
    recorder.add(kept(2.0, "green"))
    recorder.add(kept(3.0, None))
    recorder.add(kept(4.0, "green", Outcome.RETRIED))
    recorder.add(kept(5.0, None, Outcome.TIMED_OUT))
    (client,) = recorder.recording(0.0, 6.0).kept
    assert (client.colour, client.since) == ("green", pytest.approx(1.99))
    assert (client.answers, client.retried, client.lost, client.hung) == (4, 1, 1, 1)


def test_clients_lately_are_those_that_a_colour_has_answered_within_a_second() -> None:
    recorder = RequestCounter(LOAD)
    recorder.add(kept(1.0, "blue"))
    recorder.add(answered(1.5, "blue"))
    recorder.add(answered(2.2, "green"))
    assert recorder.lately(1.6) == {"blue": 2, "green": 1}
    assert recorder.lately(2.3) == {"blue": 1, "green": 1}
    assert recorder.lately(9.0) == {}


def test_a_tally_counts_all_requests_and_times_the_last_good_answers() -> None:
    recorder = RequestCounter(LOAD)
    assert (recorder.tally(0.0).sent, recorder.tally(0.0).latency_p95) == (0, None)
    for n in range(200):
        recorder.add(answered(n / 100, seconds=1.0))
    recorder.add(lost(2.0))
    before = recorder.tally(2.0)
    for n in range(200):
        recorder.add(answered(20 + n / 100, seconds=0.1))
    after = recorder.tally(22.0)
    assert (before.sent, before.lost) == (201, 1)
    assert (after.sent, after.lost) == (401, 1)
    assert (before.latency_p95, after.latency_p95) == pytest.approx((1.0, 0.1), rel=0.011)


def test_a_tally_tells_the_answers_of_the_last_second_by_colour() -> None:
    recorder = RequestCounter(LOAD)
    for n in range(100):
        recorder.add(answered(n / 100, "blue"))
    assert recorder.tally(1.0).rates == {"blue": 100}
    for n in range(50):
        recorder.add(answered(1 + n / 50, "green"))
    assert recorder.tally(2.05).rates == {"green": pytest.approx(50, abs=3)}
    assert recorder.tally(4.0).rates == {}


def test_a_server_that_gives_another_reason_each_time_fills_no_memory() -> None:
    recorder = RequestCounter(LOAD)
    for number in range(500):
        recorder.add(replace(lost(number / 100), reason=f"HTTP {500 + number}"))
        recorder.add(replace(lost(number / 100), reason="HTTP 500"))
    reasons = Counter(loss.reason for loss in recorder.recording(0.0, 5.0).losses)
    assert len(reasons) == module.REASONS + 1
    assert reasons["HTTP 500"] == 501
    assert reasons["another reason"] == 500 - module.REASONS


def test_an_answer_without_error_ends_errors_in_a_row_whatever_is_expected() -> None:
    """A production that asked its users to log in may do so no more in the next version."""
    recorder = RequestCounter(replace(LOAD, expect=401))
    for status in (200, 404, 503):
        recorder.add(replace(answered(0.5, "green"), outcome=Outcome.WRONG, status=status))
    totals = recorder.tally(1.0)
    assert (totals.good, totals.errors) == ({"green": 1}, {"green": 1})
