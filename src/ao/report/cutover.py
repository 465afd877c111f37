"""A cut-over: one switch of production and what its users saw of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ao.colour import Colour
from ao.probe.recording import KeptClient, Kind, Loss, Outcome, Recording
from ao.progress import Drained
from ao.report.trend import Trend
from ao.site import Method

UNKNOWN = "unknown"
"""Colour, in a recording, of an answer that told none."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The beginning of a step."""

    at: float
    """Seconds since the cut-over began."""
    text: str
    """The step, in a few words."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to an OpenStack API."""

    at: float
    """When it was sent, in seconds since the cut-over began."""
    method: str
    service: str
    path: str
    seconds: float
    """How long its answer took."""
    status: int
    """HTTP status of the answer; 0 when none came."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """How one kind of connection came over, in seconds from the switch's own request."""

    first_new: float | None
    """When the new colour first answered; None when it did not."""
    last_old: float | None
    """When the old colour last answered; None when it did not, negative when that was
    before the request."""


@dataclass(frozen=True, kw_only=True)
class Following:
    """How the Keep-Alive clients came over."""

    followed: int
    """Clients whose last answer was of the new colour."""
    clients: int
    """Clients whose colour can be told."""
    seconds: float | None
    """From the switch's own request until the last of them had followed; None when none
    did."""


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

    site: str
    old: Colour | None
    """Colour that was live before; None when there was none."""
    old_version: str | None
    new: Colour
    new_version: str | None
    method: Method
    provider: str
    """Octavia provider of the load balancers."""
    started: float
    """Moment it began, in seconds since 1970: the probe's beginning if one ran."""
    asked_at: float | None
    """When the switch's own request was sent; None when it was not."""
    marks: tuple[Mark, ...]
    calls: tuple[Call, ...]
    drain: Drained | None
    """How the old system was drained; None when it was not."""
    recording: Recording | None
    """What the probe saw; None when nothing was measured."""
    unmeasured: str = "production could not be reached from here"
    """Why there is no recording."""
    failure: str | None = None
    """Why the switch failed, in a sentence; None when it did not."""
    trend: Trend | None = None
    """Servers and load around it; None without autoscaling, and when they are not known."""

    @property
    def well(self) -> bool | None:
        """Whether it succeeded without a loss; None when that was not measured."""
        if self.failure:
            return False
        if self.recording is None or not self.recording.sent:
            return None
        return not self.recording.lost

    def turn(self, kind: Kind) -> Turn:
        """How one kind of connection came over."""
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
        """How the Keep-Alive clients came over; None without any."""
        kept = self.recording.kept if self.recording else ()
        told = [client for client in kept if client.colour != UNKNOWN]
        followed = [client for client in told if client.colour == self.new]
        if not told:
            return None
        return Following(
            followed=len(followed),
            clients=len(told),
            seconds=self._after_asking(max(map(_since, followed), default=None)),
        )

    def losses(self) -> tuple[Lost, ...]:
        """The recorded losses by step, kind and outcome, in the order of the steps."""
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


def _since(client: KeptClient) -> float:
    return client.since if client.since is not None else 0.0


def _silences(recording: Recording) -> Iterator[tuple[float, float]]:
    """Begin and end of the times in which no slice has a good answer."""
    good = [part.at for part in recording.slices if any(part.colours.values())]
    ends = [0.0, *(min(at + recording.width, recording.seconds) for at in good)]
    yield from zip(ends, [*good, recording.seconds], strict=True)
