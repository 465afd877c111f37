"""How long a task takes: always the same, within a range, or by a distribution. In seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy import float64
    from numpy.random import Generator
    from numpy.typing import NDArray

    Samples = NDArray[float64]
    """Seconds that a task takes, one value for each run."""

SHARE = 0.95
"""Share of runs that keep to what is planned, where a distribution has no greatest value."""
_SCORE = 1.6448536269514722
"""Quantile of the standard normal distribution at SHARE."""


class TaskDuration(Protocol):
    """How long a task takes."""

    @property
    def planned(self) -> float:
        """Seconds that a timetable plans with: the longest, or what 95 of 100 runs keep to."""

    def sample(self, random: Generator, runs: int) -> Samples:
        """Return random times of so many runs."""


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A duration that is always the same."""

    seconds: float

    @property
    def planned(self) -> float:
        """The fixed time itself."""
        return self.seconds

    def sample(self, random: Generator, runs: int) -> Samples:
        """Return the fixed time for every run."""
        import numpy

        return numpy.full(runs, self.seconds)


@dataclass(frozen=True, kw_only=True)
class Range:
    """A duration between two times: uniform, or most often close to a likely one."""

    shortest: float
    longest: float
    likely: float | None = None
    """Peak of a triangular distribution; None for a uniform one."""

    @property
    def planned(self) -> float:
        """The longest time of the range."""
        return self.longest

    def sample(self, random: Generator, runs: int) -> Samples:
        """Uniform, or triangular."""
        if self.likely is None or self.shortest == self.longest:
            return random.uniform(self.shortest, self.longest, runs)
        return random.triangular(self.shortest, self.likely, self.longest, runs)


@dataclass(frozen=True, kw_only=True)
class LogNormal:
    """A long tail: half the runs are within the median, 95 of 100 within p95."""

    median: float
    p95: float

    @property
    def planned(self) -> float:
        """Seconds that 95 of 100 runs keep to."""
        return self.p95

    def sample(self, random: Generator, runs: int) -> Samples:
        """Log-normal."""
        spread = math.log(self.p95 / self.median) / _SCORE
        return random.lognormal(math.log(self.median), spread, runs)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Times of the past, each as likely as the others."""

    seconds: tuple[float, ...]
    """The measured times in seconds, at least one."""

    @property
    def planned(self) -> float:
        """The time that 95 of 100 of them keep to; the longest one when there are few."""
        return quantile(self.seconds, SHARE)

    def sample(self, random: Generator, runs: int) -> Samples:
        """Return one of the measured times for each run, drawn at random."""
        return random.choice(self.seconds, runs)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the least value that a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
