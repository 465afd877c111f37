"""A cut-over: one switch of production and what its users saw of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated

from annotated_types import Interval

from ao.colour import Colour
from ao.cutover.trend import Points, Trend
from ao.message import message
from ao.probe.probe_load import Protocol
from ao.probe.recording import KeptClient, Kind, Loss, Outcome, Recording
from ao.progress import Drained
from ao.site import Method
from ao.site.name_types import SiteName, Version
from ao.untrusted.bounds import AtMost, Moment, Offset, Seconds
from ao.untrusted.printable import printable
from ao.untrusted.texts import Line, Text, Word

UNKNOWN = "unknown"
"""Colour, in a recording, of an answer that told none."""
COLOURS = 24
"""Colours that a cut-over is read back with: the probe tells no more."""
REASON = 200
"""Characters of the reason of a lost request."""
COLOUR = 40
"""Characters of such a colour."""


_UNREACHED = message("production could not be reached from here")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The beginning of a step."""

    at: Offset
    """Seconds since the cut-over began."""
    text: Line
    """The step, in a few words."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to an OpenStack API."""

    at: Offset
    """When it was sent, in seconds since the cut-over began."""
    method: Word
    service: Line
    path: Line
    seconds: Seconds
    """How long its answer took."""
    status: Annotated[int, Interval(ge=0, le=999)]
    """HTTP status of the answer; 0 when none came."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The turn of one kind of connection, in seconds from the switch's own request."""

    first_new: float | None
    """When the new colour first answered; None when it did not."""
    last_old: float | None
    """When the old colour last answered; None when it did not, negative when that was
    before the request."""


@dataclass(frozen=True, kw_only=True)
class Following:
    """The way of the Keep-Alive clients from the old system to the new one."""

    followed: int
    """Clients whose last answer was of the new colour."""
    clients: int
    """Clients whose colour can be told."""
    seconds: float | None
    """Seconds from the switch's own request until the last of them had followed; None when
    none did."""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """Lost requests of one step, alike in kind and outcome."""

    step: str
    kind: Kind
    outcome: Outcome
    count: int


@dataclass(frozen=True, kw_only=True)
class CutOver:
    """One switch of production. Times are seconds since it began, as in its recording."""

    site: SiteName
    old: Colour | None
    """Colour that was live before; None when there was none."""
    old_version: Version | None
    new: Colour
    new_version: Version | None
    method: Method
    provider: Word
    """Octavia provider of the load balancers."""
    started: Moment
    """Moment it began, in seconds since 1970: the probe's beginning if one ran."""
    asked_at: Offset | None
    """When the switch's own request was sent; None when it was not."""
    marks: Annotated[tuple[Mark, ...], AtMost(100)]
    calls: Annotated[tuple[Call, ...], AtMost(20_000)]
    drain: Drained | None
    """The drain of the old system; None when there was none."""
    recording: Recording | None
    """Recording of the probe; None when nothing was measured."""
    unmeasured: Line = _UNREACHED
    """Reason that there is no recording."""
    failure: Text | None = None
    """Why the switch failed, in a sentence; None when it did not."""
    trend: Trend | None = None
    """Servers and load around it; None without autoscaling, and when they are not known."""

    @property
    def well(self) -> bool | None:
        """Whether the switch succeeded and lost no request; None when that was not measured."""
        if self.failure:
            return False
        if self.recording is None or not self.recording.sent:
            return None
        return not self.recording.lost

    def turn(self, kind: Kind) -> Turn:
        """Return the turn of one kind of connection."""
        sightings = self.recording.sightings if self.recording else ()
        seen = {sighting.colour: sighting for sighting in sightings if sighting.kind is kind}
        new = seen.get(self.new)
        old = seen.get(self.old) if self.old else None
        return Turn(
            first_new=self._after_asking(new.first if new else None),
            last_old=self._after_asking(old.last if old else None),
        )

    @property
    def gap(self) -> float | None:
        """Longest time around the switch without a good answer on a new connection, in seconds.

        The longer of two that the recording tells: from the old colour's last answer on a
        new connection to the new colour's first one, and slices in which no connection had
        a good answer. None when nothing was measured or no switch was asked for.
        """
        if self.recording is None or self.asked_at is None:
            return None
        turn = self.turn(Kind.NEW)
        silences = [end - begin for begin, end in _silences(self.recording) if end > self.asked_at]
        if turn.first_new is not None and turn.last_old is not None:
            silences.append(turn.first_new - turn.last_old)
        return max([0.0, *silences])

    @property
    def following(self) -> Following | None:
        """Return how the Keep-Alive clients followed; None without any."""
        return self._following(self.recording.kept if self.recording else ())

    @property
    def clients(self) -> Mapping[Protocol, tuple[KeptClient, ...]]:
        """Return the Keep-Alive clients by what they speak; none of a recording that tells not."""
        kept = self.recording.kept if self.recording else ()
        found = {
            protocol: tuple(client for client in kept if client.protocol is protocol)
            for protocol in reversed(Protocol)
        }
        return {protocol: clients for protocol, clients in found.items() if clients}

    def following_by(self, protocol: Protocol) -> Following | None:
        """Return how the Keep-Alive clients followed that speak a protocol; None without any."""
        return self._following(self.clients.get(protocol, ()))

    def _following(self, clients: Iterable[KeptClient]) -> Following | None:
        told = [client for client in clients if client.colour != UNKNOWN]
        followed = [client for client in told if client.colour == self.new]
        if not told:
            return None
        return Following(
            followed=len(followed),
            clients=len(told),
            seconds=self._after_asking(max(map(_since, followed), default=None)),
        )

    def losses(self) -> tuple[Lost, ...]:
        """Return the recorded losses by step, kind and outcome, in the order of the steps."""
        losses = self.recording.losses if self.recording else ()
        counts = Counter((self._step_of(loss), loss.kind, loss.outcome) for loss in losses)
        steps = ["", *(mark.text for mark in self._in_order())]
        return tuple(
            Lost(step=step, kind=kind, outcome=outcome, count=count)
            for (step, kind, outcome), count in sorted(
                counts.items(), key=lambda item: (steps.index(item[0][0]), item[0])
            )
        )

    def _step_of(self, loss: Loss) -> str:
        """Step in which a request was lost; empty before the first.

        That is the one in which it was sent, or the switch's if it was under way then.
        """
        moment = loss.at - loss.seconds
        if self.asked_at is not None and moment < self.asked_at <= loss.at:
            moment = self.asked_at
        begun = [mark.text for mark in self._in_order() if mark.at <= moment]
        return begun[-1] if begun else ""

    def _in_order(self) -> list[Mark]:
        return sorted(self.marks, key=lambda mark: mark.at)

    def _after_asking(self, moment: float | None) -> float | None:
        if moment is None or self.asked_at is None:
            return None
        return moment - self.asked_at


def drawable(cutover: CutOver) -> CutOver:
    """Return a cut-over that was read back, as it may be drawn and printed.

    Raises ValueError for one whose parts do not fit together.
    """
    for curves in (cutover.trend.servers, cutover.trend.load) if cutover.trend else ():
        for points in curves.values():
            _fit(points)
    recording = cutover.recording
    return replace(cutover, recording=_printable(recording) if recording else None)


def _fit(points: Points) -> None:
    if len(points.at) != len(points.values):
        raise ValueError(f"{len(points.at)} moments have {len(points.values)} values")
    if any(later <= earlier for earlier, later in pairwise(points.at)):
        raise ValueError("moments of a curve are not in order")


def _printable(recording: Recording) -> Recording:
    """Return a recording whose words, which a server told, are safe to print."""
    colours = {colour for part in recording.slices for colour in part.colours}
    colours |= {seen.colour for seen in recording.sightings}
    if len(colours) > COLOURS:
        raise ValueError(f"a recording tells {len(colours)} colours")
    return replace(
        recording,
        slices=tuple(
            replace(part, colours={_colour(it): n for it, n in part.colours.items()})
            for part in recording.slices
        ),
        sightings=tuple(replace(it, colour=_colour(it.colour)) for it in recording.sightings),
        losses=tuple(replace(it, reason=printable(it.reason, REASON)) for it in recording.losses),
        kept=tuple(
            replace(it, colour=_colour(it.colour) if it.colour is not None else None)
            for it in recording.kept
        ),
    )


def _colour(word: str) -> str:
    return printable(word, COLOUR)


def _since(client: KeptClient) -> float:
    return client.since if client.since is not None else 0.0


def _silences(recording: Recording) -> Iterator[tuple[float, float]]:
    """Begin and end of the times in which no slice has a good answer."""
    good = [part.at for part in recording.slices if any(part.colours.values())]
    ends = [0.0, *(min(at + recording.width, recording.seconds) for at in good)]
    yield from zip(ends, [*good, recording.seconds], strict=True)
