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
    """One value for each run."""

SHARE = 0.95
"""Share of runs that keep to what is planned, where a distribution has no greatest value."""
_SCORE = 1.6448536269514722
"""That quantile of the standard normal distribution."""


class TaskDuration(Protocol):
    """How long a task takes."""

    @property
    def planned(self) -> float:
        """What a timetable reckons with: the longest, or what 95 of 100 runs keep to."""

    def sample(self, random: Generator, runs: int) -> Samples:
        """What it takes in so many runs."""


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """Always the same time."""

    seconds: float

    @property
    def planned(self) -> float:
        """That time."""
        return self.seconds

    def sample(self, random: Generator, runs: int) -> Samples:
        """The same in every run."""
        import numpy

        return numpy.full(runs, self.seconds)


@dataclass(frozen=True, kw_only=True)
class Range:
    """Between two times, either all alike or most often close to a likely one."""

    shortest: float
    longest: float
    likely: float | None = None
    """Peak of a triangular distribution; None for a uniform one."""

    @property
    def planned(self) -> float:
        """The longest."""
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
        """What 95 of 100 runs keep to."""
        return self.p95

    def sample(self, random: Generator, runs: int) -> Samples:
        """Log-normal."""
        spread = math.log(self.p95 / self.median) / _SCORE
        return random.lognormal(math.log(self.median), spread, runs)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Times of the past, each as likely as the others."""

    seconds: tuple[float, ...]
    """At least one."""

    @property
    def planned(self) -> float:
        """What 95 of 100 of them keep to; the longest of a few."""
        return quantile(self.seconds, SHARE)

    def sample(self, random: Generator, runs: int) -> Samples:
        """Drawn anew for each run."""
        return random.choice(self.seconds, runs)


def quantile(values: Sequence[float], share: float) -> float:
    """The least of the values that such a share of them keeps to."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
