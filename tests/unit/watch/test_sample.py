from ao.colour import Colour
from ao.watch.sample import Baseline
from tests.unit.samples import system
from tests.unit.watch.samples import tally


def test_a_base_line_is_what_the_probe_and_the_new_system_tell_before_the_switch() -> None:
    new = system(Colour.GREEN, size=3, online=2)
    assert Baseline.of(new, tally(200, 4, 0.3), 50) == Baseline(
        error_rate=0.02, latency_p95=0.3, online=2
    )


def test_a_base_line_of_too_few_requests_tells_of_no_rate_and_no_latency() -> None:
    new = system(Colour.GREEN)
    nothing = Baseline(error_rate=None, latency_p95=None, online=2)
    assert Baseline.of(new, tally(49), 50) == nothing
    assert Baseline.of(new, None, 50) == nothing
