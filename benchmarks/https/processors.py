"""The machine's processors: what share of their time nobody needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
SPARE = 0.2
"""Share of their time that a load leaves to nobody, or to work of low priority."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Shares of the processors' time, 0 to 1."""

    idle: float
    low: float
    """Of work at low priority (nice), which waits for any other."""

    def __str__(self) -> str:
        return f"{self.idle:.0%} idle, {self.low:.0%} at low priority"

    @property
    def spare(self) -> float:
        """What was left for whoever needed it."""
        return self.idle + self.low


@dataclass(frozen=True, kw_only=True)
class Times:
    """Time of all processors since the machine's start, in ticks."""

    idle: int
    low: int
    total: int

    @classmethod
    def of(cls, stat: str) -> Times:
        """Those that the first line of /proc/stat tells (proc(5))."""
        _user, nice, _system, idle, iowait, *_ = parts = [
            int(word) for word in stat.splitlines()[0].split()[1:9]
        ]
        return cls(idle=idle + iowait, low=nice, total=sum(parts))

    @classmethod
    def now(cls) -> Times:
        """Those of this moment."""
        return cls.of(STAT.read_text())

    def until(self, later: Times) -> Share:
        """The shares between two moments."""
        total = max(1, later.total - self.total)
        return Share(idle=(later.idle - self.idle) / total, low=(later.low - self.low) / total)
