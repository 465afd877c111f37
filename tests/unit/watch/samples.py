"""Sample values for the tests of the decision window."""

from ao.probe.recording import Outcome
from ao.probe.running_totals import RunningTotals
from ao.site.watch import LatencyLimit, Query, Watch
from ao.watch.sample import Baseline, Figure, Missing, Reading, Sample

NOON = 1_795_435_200.0
"""2026-11-23 12:00 UTC."""

WATCH = Watch(
    length=600,
    interval=5,
    lasting=15,
    requests=50,
    error_rate=0.01,
    latency_p95=None,
    members=False,
    checks=False,
    queries=(),
    missing_breaches=False,
)

BASELINE = Baseline(error_rate=0.0, latency_p95=0.1, online=2)

TWICE = LatencyLimit(factor=2)

ERRORS = Query(
    name="errors", url="http://prometheus", query="errors", above=0.05, below=None, lasting=30
)


def tally(sent: int, lost: int = 0, latency: float | None = 0.1) -> RunningTotals:
    outcomes = {Outcome.ANSWERED: sent - lost, Outcome.WRONG: lost}
    return RunningTotals(outcomes=outcomes, latency_p95=latency, rates={})


def sample(
    at: float = 0, seen: RunningTotals | Missing | None = None, **readings: float | Missing
) -> Sample:
    """A sample so many seconds after noon; names of readings are those of measures."""
    told: dict[str, Reading] = {
        name: Figure(value=value, text=f"{value:g}") if isinstance(value, float | int) else value
        for name, value in readings.items()
    }
    return Sample(at=NOON + at, tally=seen or tally(0), readings=told)


def traffic(*lost: int, every: int = 5, requests: int = 100) -> list[Sample]:
    """Samples of a probe that sends so many requests in between, and loses some of them."""
    return [sample(n * every, tally(n * requests, sum(lost[:n]))) for n in range(len(lost) + 1)]
