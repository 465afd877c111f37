import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.probe.recording import Kind, Outcome
from ao.report.chart_curves import curves
from tests.unit.report.samples import answered, lost, record

whole_seconds = st.integers(1, 120).map(float)


@given(
    seconds=whole_seconds,
    most=st.integers(1, 50),
    moments=st.lists(st.floats(0, 1, exclude_max=True), max_size=40),
)
def test_no_answer_is_left_out_however_coarse_the_curve(
    seconds: float, most: int, moments: list[float]
) -> None:
    requests = [answered(moment * seconds, Kind.NEW, "blue") for moment in moments]
    seen = curves(record(requests, seconds=seconds), most)
    rates = seen.answers.get("blue", ())
    lengths = [end - begin for begin, end in zip(seen.edges, seen.edges[1:], strict=False)]
    assert len(lengths) <= most
    assert sum(
        rate * length for rate, length in zip(rates, lengths, strict=False)
    ) == pytest.approx(len(requests))


def test_losses_are_added_up_and_silence_has_no_latency() -> None:
    seen = curves(
        record(
            [
                answered(0.05, Kind.NEW, "blue"),
                lost(0.15, Kind.NEW, Outcome.RESET),
                lost(0.25, Kind.NEW, Outcome.RESET),
                lost(0.27, Kind.NEW, Outcome.RESET),
            ],
            seconds=0.4,
        ),
        2,
    )
    assert seen.lost == (1, 2)
    assert seen.median[0] == pytest.approx(0.001)
    assert math.isnan(seen.median[1])
    assert seen.answers == {"blue": pytest.approx((5.0, 0.0))}


def test_a_last_slice_cut_short_is_a_rate_over_its_own_length() -> None:
    requests = [answered(n * 0.01 + 0.005, Kind.NEW, "blue") for n in range(16)]
    seen = curves(record(requests, seconds=0.16), 10)
    assert seen.answers["blue"] == pytest.approx((100.0, 100.0))
