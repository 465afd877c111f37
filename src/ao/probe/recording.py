"""A recording: what the probe saw, in bounded memory however long it ran.

Times are seconds since the probe began; `Recording.started` tells when that was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from annotated_types import Interval, MaxLen

from ao.probe.probe_load import ProbeLoad, Protocol
from ao.untrusted.bounds import YEAR, AtMost, Count, Moment, Offset, Seconds

Colours = Annotated[Mapping[str, Count], MaxLen(100)]
"""Answers by colour."""
Statuses = Annotated[Mapping[Annotated[int, Interval(ge=0, le=999)], Count], MaxLen(100)]
"""Answers by HTTP status."""
OTHER_STATUS = 0
"""Status that stands for all which are not counted each."""


class Kind(StrEnum):
    """The kind of connection that a request was sent on."""

    NEW = "new"
    """The request opened a connection of its own."""
    KEPT = "kept"
    """The request was sent on a connection that a Keep-Alive client keeps."""


class Outcome(StrEnum):
    """The outcome of a request."""

    ANSWERED = "answered"
    RETRIED = "retried"
    """Answered when sent once more: its kept connection was closed before any answer
    (RFC 9110, section 9.2.2)."""
    REFUSED = "refused"
    """Lost: no connection was to be had."""
    RESET = "reset"
    """Lost: the connection was reset."""
    CLOSED = "closed"
    """Lost: the connection was closed before the whole answer."""
    TIMED_OUT = "timed out"
    """Lost: no whole answer came in time. The connection hangs."""
    WRONG = "wrong"
    """Lost: the answer had a status of an error, or was not HTTP."""

    @property
    def lost(self) -> bool:
        """Whether the user had no good answer."""
        return self not in {Outcome.ANSWERED, Outcome.RETRIED}


@dataclass(frozen=True, kw_only=True)
class Slice:
    """A short time of the recording; requests count when they ended."""

    at: Seconds
    """Beginning of the slice."""
    colours: Colours
    """Good answers by colour; an answer that told none counts as `unknown`."""
    retried: Count
    lost: Count
    latency_p50: Seconds | None
    """Median seconds of the good answers; None when there was none."""
    latency_p95: Seconds | None
    latency_max: Seconds | None


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A colour as it was seen on one kind of connection."""

    colour: str
    kind: Kind
    answers: Count
    first: Seconds
    """When its first answer came."""
    last: Seconds
    """When its last answer came."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One lost request."""

    at: Seconds
    """Moment at which the request was given up."""
    kind: Kind
    outcome: Outcome
    seconds: Seconds
    """Seconds that the request had been under way."""
    reason: str
    """Words of the operating system or the server, in short."""


@dataclass(frozen=True, kw_only=True)
class KeptClient:
    """The record of one Keep-Alive client."""

    colour: str | None
    """Colour of its last good answer."""
    since: Offset | None
    """When it sent the first request that this colour answered, since when it saw no other."""
    slow: bool
    """Whether it asked for the slow path."""
    answers: Count
    connections: Count
    """Connections that it has opened."""
    told_to_close: Count
    """Connections that the server asked it to close (`Connection: close`, GOAWAY)."""
    retried: Count
    lost: Count
    hung: Count
    """Lost requests, of `lost`, that timed out."""
    protocol: Protocol | None = None
    """What it spoke; None in recordings of earlier versions."""
    finished: Count = 0
    """Answers that were under way when a GOAWAY came, and came whole all the same."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Everything that a probe recorded from its beginning to its end."""

    started: Moment
    """Moment of its beginning, in seconds since 1970."""
    seconds: Seconds
    """Seconds in which the probe sent requests; answers to the last ones came later."""
    load: ProbeLoad
    width: Annotated[float, Interval(ge=0.01, le=YEAR)]
    """Length of a slice in seconds."""
    slices: Annotated[tuple[Slice, ...], AtMost(50_000)]
    sent: Count
    """Requests sent; one sent once more counts once."""
    outcomes: Mapping[Outcome, Count]
    """Requests by what became of them; those without a request are left out."""
    latency_p50: Seconds | None
    """Median seconds of the good answers; None when there was none."""
    latency_p95: Seconds | None
    latency_max: Seconds | None
    sightings: Annotated[tuple[Sighting, ...], AtMost(100)]
    losses: Annotated[tuple[Loss, ...], AtMost(2000)]
    """The first thousand lost requests."""
    kept: Annotated[tuple[KeptClient, ...], AtMost(100_000)]
    statuses: Statuses = field(default_factory=dict)
    """Answers by HTTP status, good or not. Those of statuses beyond the first thirty that came
    are counted together, as OTHER_STATUS."""
    skipped: Count = 0
    """Requests that were not sent because the probe's machine could not keep up."""

    @property
    def retried(self) -> int:
        """Requests answered when sent once more."""
        return self.outcomes.get(Outcome.RETRIED, 0)

    @property
    def lost(self) -> int:
        """Requests without a good answer."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.lost)
