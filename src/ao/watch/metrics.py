"""Measures: what is watched, and what is too much of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ao.message import message
from ao.probe.summary import milliseconds
from ao.site.watch import LatencyLimit, Query, Watch
from ao.watch.sample import Baseline, Figure, Missing, Reading, Sample

MEMBERS = "members"
"""Name of the reading of the load balancer's health checks."""
CHECKS = "checks"
"""Name of the reading of the site's checks."""
FLOOR = 0.05
"""Seconds of latency that no multiple goes below: twice of next to nothing is noise."""

Samples = Sequence[Sample]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A measure of production that is watched after a switch."""

    name: str
    read: Callable[[Samples], Reading | None]
    """Reads its figure at the last of some samples; None when that takes more samples."""
    above: float | None = None
    """Values above it are wrong."""
    below: float | None = None
    """Values below it are wrong."""
    limit: str = ""
    """These limits for people; empty when a figure's text says enough."""
    lasting: float
    """Seconds after which what is wrong is a breach."""

    def wrong(self, figure: Figure) -> bool:
        """Return whether a figure is beyond a limit."""
        return (self.above is not None and figure.value > self.above) or (
            self.below is not None and figure.value < self.below
        )


def metrics_of(watch: Watch, baseline: Baseline) -> Iterator[Metric]:
    """Yield all that is watched, and its limits as production was before the switch."""
    if watch.error_rate is not None:
        yield _error_rate(watch, (baseline.error_rate or 0.0) + watch.error_rate)
    if watch.latency_p95 is not None:
        yield _latency(watch, _greatest(watch.latency_p95, baseline))
    if watch.members:
        yield _none_of(MEMBERS, watch)
    if watch.checks:
        yield _none_of(CHECKS, watch)
    for query in watch.queries:
        yield _query(query)


def source(query: Query) -> str:
    """Return the name of the reading of a query."""
    return f"{query.name} (Prometheus)"


def _error_rate(watch: Watch, greatest: float) -> Metric:
    return Metric(
        name=message("error rate"),
        read=lambda samples: _lost(samples, watch.requests),
        above=greatest,
        limit=message("more than %(limit)s", limit=_percent(greatest)),
        lasting=watch.lasting,
    )


def _lost(samples: Samples, requests: int) -> Reading | None:
    """Part of the requests that was lost since the sample before.

    It reaches back further if there were too few of them since then.
    """
    now = samples[-1].tally
    if isinstance(now, Missing):
        return now
    for n in range(len(samples) - 2, -1, -1):
        before = samples[n].tally
        if isinstance(before, Missing) or now.sent - before.sent < requests:
            continue
        sent, lost = now.sent - before.sent, now.lost - before.lost
        return Figure(
            value=lost / sent,
            text=message(
                "%(share)s (%(lost)s of %(sent)s requests lost)",
                share=_percent(lost / sent),
                lost=f"{lost:,}",
                sent=f"{sent:,}",
            ),
        )
    return None


def _greatest(limit: LatencyLimit, baseline: Baseline) -> float | None:
    """Return the seconds that answers may take; None when it is not known what they took before."""
    if limit.factor is None:
        return limit.seconds
    if baseline.latency_p95 is None:
        return None
    return max(FLOOR, limit.factor * baseline.latency_p95)


def _latency(watch: Watch, greatest: float | None) -> Metric:
    def read(samples: Samples) -> Reading | None:
        if greatest is None:
            return Missing(why=message("how long answers took before the switch is not known"))
        tally = samples[-1].tally
        if isinstance(tally, Missing):
            return tally
        if tally.latency_p95 is None or tally.sent - tally.lost < watch.requests:
            return None
        return Figure(value=tally.latency_p95, text=milliseconds(tally.latency_p95))

    return Metric(
        name=message("latency p95"),
        read=read,
        above=greatest,
        limit=message("more than %(limit)s", limit=milliseconds(greatest)),
        lasting=watch.lasting,
    )


def _none_of(name: str, watch: Watch) -> Metric:
    """Return a measure that counts what has failed, of which there must be none."""
    return Metric(
        name=name, read=lambda samples: samples[-1].readings[name], above=0, lasting=watch.lasting
    )


def _query(query: Query) -> Metric:
    name = source(query)
    limits = (("above", query.above), ("below", query.below))
    return Metric(
        name=name,
        read=lambda samples: samples[-1].readings[name],
        above=query.above,
        below=query.below,
        limit=" or ".join(f"{word} {limit:g}" for word, limit in limits if limit is not None),
        lasting=query.lasting,
    )


def _percent(part: float) -> str:
    return f"{part * 100:.3g}%"
