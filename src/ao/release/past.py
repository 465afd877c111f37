"""What the journal says of a release that is under way. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ao.colour import Colour
from ao.journal import Ask, Asked, Begun, Ended, Entry, Judged, Measured, Outcome, StepEnded
from ao.release.stage import Stage
from ao.watch.sample import Baseline


@dataclass(frozen=True, kw_only=True)
class Past:
    """A release as far as it has come."""

    id: str
    version: str
    old: Colour
    """System that was live when it began."""
    new: Colour
    """System that it brings the version to."""
    done: frozenset[Stage] = frozenset()
    """Stages that have ended well, or were skipped, since the version was deployed."""
    approved: bool = False
    baseline: Baseline | None = None
    """What production was like right before the switch."""
    switched_at: float | None = None
    """When production had moved (seconds since 1970)."""
    verdict: str | None = None
    """What was decided after the switch."""
    outcome: Outcome | None = None


def past(entries: Sequence[Entry]) -> Past | None:
    """What the entries of one release, oldest first, come to; None if its beginning is not told."""
    begun = next((it.event for it in entries if isinstance(it.event, Begun)), None)
    if begun is None or begun.version is None or begun.old is None or begun.new is None:
        return None
    beginning = Past(
        id=entries[0].heading.release, version=begun.version, old=begun.old, new=begun.new
    )
    return reduce(_after, entries, beginning)


def _after(sofar: Past, entry: Entry) -> Past:
    match entry.event:
        case StepEnded(step=step, outcome="done" | "skipped") if step in list(Stage):
            stage = Stage(step)
            done = frozenset() if stage is Stage.DEPLOY else sofar.done
            moved = entry.heading.at.timestamp() if stage is Stage.SWITCH else sofar.switched_at
            return replace(sofar, done=done | {stage}, switched_at=moved)
        case Asked(ask=Ask.APPROVE):
            return replace(sofar, approved=True)
        case Measured(error_rate=rate, latency_p95=latency, online=online):
            baseline = Baseline(error_rate=rate, latency_p95=latency, online=online)
            return replace(sofar, baseline=baseline)
        case Judged(verdict=verdict):
            return replace(sofar, verdict=verdict)
        case Ended(outcome=outcome):
            return replace(sofar, outcome=outcome)
    return sofar
