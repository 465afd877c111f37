import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.probe import latest_times as module
from ao.probe.latest_times import LatestTimes


def test_nothing_tells_nothing() -> None:
    assert LatestTimes().quantile(0.95) is None


def test_times_older_than_the_span_are_forgotten_once_there_are_enough_new_ones() -> None:
    times = LatestTimes()
    for n in range(1000):
        times.add(n / 100, 9.0)
    for n in range(1000):
        times.add(20 + n / 100, 0.1)
    assert times.quantile(1.0) == pytest.approx(0.1, rel=0.011)


def test_few_times_are_remembered_as_long_as_there_are_not_enough_new_ones() -> None:
    times = LatestTimes()
    for second in range(50):
        times.add(second, 9.0)
    for second in range(50, 149):
        times.add(second, 0.1)
    assert times.quantile(1.0) == pytest.approx(9.0, rel=0.011)
    times.add(149, 0.1)
    times.add(150, 0.1)
    assert times.quantile(1.0) == pytest.approx(0.1, rel=0.011)


@given(st.lists(st.floats(0, 1000), min_size=1))
def test_the_last_seconds_are_always_remembered(moments: list[float]) -> None:
    times = LatestTimes()
    for at in sorted(moments):
        times.add(at, 1 + at)
    last = math.floor(max(moments))
    recent = [1 + at for at in moments if math.floor(at) >= last - module.SPAN]
    least = times.quantile(1e-9)
    assert least is not None
    assert least <= min(recent) * 1.0101
    assert times.quantile(1.0) == pytest.approx(1 + max(moments), rel=0.0101)


def test_memory_is_bounded_at_any_rate() -> None:
    times = LatestTimes()
    for second in range(0, 100_000, 7):
        times.add(second, 0.1 + second % 13)
    assert len(times._parts) <= module.ENOUGH + module.SPAN + 1
