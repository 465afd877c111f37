"""The times of the last answers, in bounded memory."""

from __future__ import annotations

import math
from collections import deque

from ao.probe.histogram import Histogram

PART = 1.0
"""Seconds whose times are forgotten together."""
SPAN = 5
"""Seconds that are remembered at least."""
ENOUGH = 100
"""Times that are remembered at least, once there have been so many."""


class LatestTimes:
    """Times of the last seconds, and as many as a quantile needs."""

    def __init__(self) -> None:
        self._parts: deque[tuple[int, Histogram]] = deque()
        """Seconds in which there were answers, with their times."""

    def add(self, at: float, seconds: float) -> None:
        """Count a time; `at` tells when, in seconds since the probe began."""
        number = math.floor(at / PART)
        if not self._parts or self._parts[-1][0] < number:
            self._parts.append((number, Histogram()))
            self._forget(number)
        self._parts[-1][1].add(seconds)

    def quantile(self, part: float) -> float | None:
        """Time that this part (0 to 1) of the times does not exceed; None without any."""
        return Histogram.of(times for _, times in self._parts).quantile(part)

    def _forget(self, now: int) -> None:
        """Forget what is older than the span, and not needed for enough."""
        left = sum(times.count for _, times in self._parts)
        while self._parts[0][0] < now - SPAN:
            left -= self._parts[0][1].count
            if left < ENOUGH:
                return
            self._parts.popleft()
