"""Virtual time, which passes only during `sleep`."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from datetime import UTC, datetime, timedelta

Job = Generator[float, None, None]
"""Work that takes time: it yields the seconds until it goes on."""

TICK = 0.25
"""Seconds between two checks of a job that waits for a condition."""

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Timeline:
    """A virtual clock, and the jobs that go on as its time passes."""

    def __init__(self) -> None:
        self._now = 0.0
        self._scheduled = 0
        self._due: list[tuple[float, int, Job]] = []

    def now(self) -> float:
        """Return the seconds since the cloud began."""
        return self._now

    def moment(self) -> float:
        """Return the present moment in seconds since 1970."""
        return _BEGIN.timestamp() + self._now

    def date(self) -> str:
        """Return the present moment in ISO 8601, UTC."""
        moment = _BEGIN + timedelta(seconds=self._now)
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

    def start(self, job: Job) -> None:
        """Start a job; it begins as soon as time passes."""
        self._schedule(self._now, job)

    def sleep(self, seconds: float) -> None:
        """Let time pass; every job that becomes due meanwhile goes on, in order."""
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            self._now, _, job = heapq.heappop(self._due)
            pause = next(job, None)
            if pause is not None:
                self._schedule(self._now + pause, job)
        self._now = end

    def _schedule(self, moment: float, job: Job) -> None:
        self._scheduled += 1
        heapq.heappush(self._due, (moment, self._scheduled, job))
