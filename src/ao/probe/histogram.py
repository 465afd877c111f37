"""A histogram of times, in bounded memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Self

STEP = math.log(1.02)
"""Width of a class on a logarithmic scale: a value is known to one per cent."""


class Histogram:
    """Times in seconds, counted in classes that are each two per cent wider."""

    def __init__(self) -> None:
        self._classes: Counter[int] = Counter()
        self.count = 0
        """Times that were counted."""
        self._greatest: float | None = None

    @classmethod
    def of(cls, parts: Iterable[Histogram]) -> Self:
        """Return all times of several histograms."""
        whole = cls()
        for part in parts:
            whole._classes.update(part._classes)
            whole.count += part.count
            if part._greatest is not None:
                whole._greatest = max(part._greatest, whole._greatest or 0.0)
        return whole

    def add(self, seconds: float) -> None:
        """Count a time."""
        self._classes[round(math.log(max(seconds, 1e-6)) / STEP)] += 1
        self.count += 1
        self._greatest = max(seconds, self._greatest or 0.0)

    def quantile(self, part: float) -> float | None:
        """Time that this part (0 to 1) of all times does not exceed; None without any."""
        wanted = max(1, math.ceil(part * self.count))
        for number in sorted(self._classes):
            wanted -= self._classes[number]
            if wanted <= 0:
                return math.exp(number * STEP)
        return None

    @property
    def greatest(self) -> float | None:
        """The longest time; None without any."""
        return self._greatest
