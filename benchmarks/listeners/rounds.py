"""Switches of a site with several listeners, as their users saw them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ao.colour import Colour
from ao.probe.recording import Kind, Recording


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What users of one listener saw of a switch. Moments are seconds since 1970."""

    sent: int
    lost: int
    retried: int
    first_new: float | None
    """When a new connection was first answered by the new system."""
    last_old: float | None
    """When one was last answered by the old system."""
    longest_s: float | None
    """Longest good answer, in seconds."""

    @classmethod
    def of(cls, recording: Recording, to: Colour) -> Seen:
        """What a probe of that listener recorded."""
        new = [it for it in recording.sightings if it.kind is Kind.NEW]
        return cls(
            sent=recording.sent,
            lost=recording.lost,
            retried=recording.retried,
            first_new=min(
                (recording.started + it.first for it in new if it.colour == to), default=None
            ),
            last_old=max(
                (recording.started + it.last for it in new if it.colour == to.other), default=None
            ),
            longest_s=recording.latency_max,
        )


@dataclass(frozen=True, kw_only=True)
class Round:
    """One switch. Moments are seconds since 1970."""

    requested: float | None
    """When it was asked for; None when that is not known."""
    seen: Mapping[str, Seen]
    """By the name of the listener, the main one first."""
    failure: str | None = None

    @property
    def apart(self) -> float | None:
        """Seconds from the first listener that the new system answers on to the last."""
        firsts = [it.first_new for it in self.seen.values()]
        known = [it for it in firsts if it is not None]
        return max(known) - min(known) if known and len(known) == len(firsts) else None

    def after(self, name: str) -> float | None:
        """Seconds from the main listener's first answer of the new system to that of another."""
        main = next(iter(self.seen.values())).first_new
        other = self.seen[name].first_new
        return None if main is None or other is None else other - main


@dataclass(frozen=True, kw_only=True)
class Row:
    """One listener in all switches; the fields are keys of the JSON file."""

    listener: str
    switches: int
    requests: int
    lost: int
    retried: int
    after_main_median_s: float | None
    """From the main listener's first answer of the new system to its own."""
    after_main_max_s: float | None
    longest_s: float | None


def row(name: str, rounds: Sequence[Round]) -> Row:
    """Return the figures of a listener."""
    seen = [it.seen[name] for it in rounds]
    after = [it for one in rounds if (it := one.after(name)) is not None]
    return Row(
        listener=name,
        switches=len(rounds),
        requests=sum(it.sent for it in seen),
        lost=sum(it.lost for it in seen),
        retried=sum(it.retried for it in seen),
        after_main_median_s=round(median(after), 3) if after else None,
        after_main_max_s=round(max(after), 3) if after else None,
        longest_s=max((it.longest_s for it in seen if it.longest_s is not None), default=None),
    )
