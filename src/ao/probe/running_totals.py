"""A tally: what a running probe has counted up to a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ao.probe.recording import Outcome


@dataclass(frozen=True, kw_only=True)
class RunningTotals:
    """Requests since the probe began, and how many and how long the last answers were."""

    outcomes: Mapping[Outcome, int]
    """Requests by what became of them; those without a request are left out."""
    latency_p95: float | None
    """Seconds that 95 of 100 of the last good answers did not exceed: those of the last five
    seconds, and of a longer time if there were fewer than a hundred. None before the first."""

    rates: Mapping[str, float]
    """Answers a second by colour, over the last second that is whole."""
    good: Mapping[str, int] = field(default_factory=dict)
    """Answers by colour that are good, or of a status below 400 where another is expected; one that
    told none counts as `unknown`."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """Answers of status 500 and above, by colour likewise."""

    @property
    def sent(self) -> int:
        """Requests that have ended."""
        return sum(self.outcomes.values())

    @property
    def lost(self) -> int:
        """Requests without a good answer."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.lost)
