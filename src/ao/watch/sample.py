"""A sample: what one look at production told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ao.plan.facts import System
from ao.probe.running_totals import RunningTotals


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure that a look at production gave."""

    value: float
    text: str
    """The figure in words for people."""
    warnings: str = ""
    """Warnings of who gave it, such as that it is of a part only; the text tells them too."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A figure that could not be had."""

    why: str


Reading = Figure | Missing


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The figures of one look at production."""

    at: float
    """Moment of the look, in seconds since 1970."""
    tally: RunningTotals | Missing
    """Totals of the probe at that moment."""
    readings: Mapping[str, Reading]
    """All other readings, by name."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Figures of production before the switch, which later ones are compared with."""

    error_rate: float | None
    """Part of the probe's requests that was lost, 0 to 1; None when there were too few."""
    latency_p95: float | None
    """Seconds that 95 of 100 answers did not exceed; None when there were too few."""
    online: int
    """Servers of the new system that passed the load balancer's health check."""

    @classmethod
    def of(cls, new: System, tally: RunningTotals | None, requests: int) -> Self:
        """Return the figures right before a switch; rates only from so many requests on."""
        enough = tally if tally is not None and tally.sent >= requests else None
        return cls(
            error_rate=enough.lost / enough.sent if enough else None,
            latency_p95=enough.latency_p95 if enough else None,
            online=new.online,
        )
