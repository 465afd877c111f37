"""The counter of requests: what becomes of them, and how many are lost, while a probe runs."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace

from ao.probe.histogram import Histogram
from ao.probe.latest_times import LatestTimes
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.probe.recording import (
    OTHER_STATUS,
    KeptClient,
    Kind,
    Loss,
    Outcome,
    Recording,
    Sighting,
    Slice,
)
from ao.probe.running_totals import RunningTotals

WIDTH = 0.1
"""Seconds of a slice, to begin with."""
SLICES = 40_000
"""Slices kept at most, an even number: when there are so many, each two become one."""
LOSSES = 1_000
"""Losses kept at most; all are counted."""
REASONS = 50
"""Different reasons of losses that are kept; later ones are ELSE."""
ELSE = "another reason"
STATUSES = 30
"""Different HTTP statuses that are counted each; later ones are OTHER_STATUS."""
CLIENT_ERROR = 400
"""Least HTTP status that tells of an error (RFC 9110, section 15.5)."""
SERVER_ERROR = 500
"""Least HTTP status that tells of a server's own fault (RFC 9110, section 15.6)."""
UNKNOWN = "unknown"
"""Colour of an answer that tells none."""


@dataclass(slots=True)
class Request:
    """The outcome of one request. Times in seconds since the probe began."""

    at: float
    """When it ended."""
    kind: Kind
    client: int | None
    """Number of the Keep-Alive client; None for a connection of its own."""
    outcome: Outcome
    seconds: float
    """How long it took, from the first try."""
    colour: str | None = None
    """Colour that its answer told, good or not; None when it told none or none came."""
    status: int | None = None
    """HTTP status of its answer; None when none came."""
    reason: str = ""


@dataclass(slots=True)
class _Client:
    slow: bool
    protocol: Protocol
    colour: str | None = None
    since: float | None = None
    answers: int = 0
    connections: int = 0
    told_to_close: int = 0
    finished: int = 0
    retried: int = 0
    lost: int = 0
    hung: int = 0
    last: float = -math.inf


@dataclass(slots=True)
class _Open:
    """The slice under way."""

    number: int = 0
    colours: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    lost: int = 0
    latencies: list[float] = field(default_factory=list)


class RequestCounter:
    """Takes requests in the order in which they end; tells a recording at any moment."""

    def __init__(self, load: ProbeLoad) -> None:
        # Of an authority's certificates a recording has no use, and a journal no room; and what
        # passes is a secret.
        self._load = replace(load, ca=None, own=None, passes=(), untold=None)
        self._width = WIDTH
        self._open = _Open()
        self._slices: list[Slice] = []
        self.outcomes: Counter[Outcome] = Counter()
        """Requests by what became of them."""
        self._statuses: Counter[int] = Counter()
        self._good: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._latency = Histogram()
        self._recent = LatestTimes()
        self._sightings: dict[tuple[str, Kind], Sighting] = {}
        self._losses: list[Loss] = []
        self._reasons: set[str] = set()
        self._clients = [
            _Client(slow=number < load.slow_kept, protocol=load.speaks(number))
            for number in range(load.kept)
        ]
        self.skipped = 0
        """Requests that the probe itself could not send."""

    def opened(self, client: int) -> None:
        """A Keep-Alive client has opened a connection."""
        self._clients[client].connections += 1

    def told_to_close(self, client: int, *, finished: bool = False) -> None:
        """The server asked a Keep-Alive client to close its connection.

        `finished` says that it did so by GOAWAY, and finished an answer that was under way.
        """
        self._clients[client].told_to_close += 1
        self._clients[client].finished += finished

    def add(self, request: Request) -> None:
        """Count a request."""
        self._turn_to(request.at)
        self.outcomes[request.outcome] += 1
        if request.client is not None:
            self._note(self._clients[request.client], request)
        if request.status is not None:
            self._statuses[self._known_status(request.status)] += 1
            if request.status >= SERVER_ERROR:
                self._errors[request.colour or UNKNOWN] += 1
        if request.outcome.lost:
            if request.status is not None and request.status < CLIENT_ERROR:
                # Not what was expected, and yet no error.
                self._good[request.colour or UNKNOWN] += 1
            self._open.lost += 1
            if len(self._losses) < LOSSES:
                self._losses.append(_loss(request, self._known(request.reason)))
            return
        colour = request.colour or UNKNOWN
        self._good[colour] += 1
        self._open.colours[colour] += 1
        self._open.retried += request.outcome is Outcome.RETRIED
        self._open.latencies.append(request.seconds)
        self._latency.add(request.seconds)
        self._recent.add(request.at, request.seconds)
        self._see(colour, request)

    def lately(self, now: float, span: float = 1.0) -> dict[str, int]:
        """Clients by the colour that has answered them within a span (seconds) until now.

        New connections of a colour count as one client.
        """
        seen = Counter(
            client.colour
            for client in self._clients
            if client.colour is not None and client.last >= now - span
        )
        for (colour, kind), sighting in self._sightings.items():
            if kind is Kind.NEW and sighting.last >= now - span:
                seen[colour] += 1
        return dict(seen)

    def tally(self, now: float) -> RunningTotals:
        """Return the totals up to now."""
        self._turn_to(now)
        last = self._slices[-max(1, round(1 / self._width)) :]
        answers: Counter[str] = Counter()
        for part in last:
            answers.update(part.colours)
        span = len(last) * self._width
        return RunningTotals(
            outcomes=dict(self.outcomes),
            latency_p95=self._recent.quantile(0.95),
            rates={colour: count / span for colour, count in sorted(answers.items())},
            good=dict(self._good),
            errors=dict(self._errors),
        )

    def recording(self, started: float, seconds: float) -> Recording:
        """Return all that was counted; `seconds` after the beginning the last request was sent."""
        self._turn_to(seconds)
        under_way = self._closed(self._open)
        return Recording(
            started=started,
            seconds=seconds,
            load=self._load,
            width=self._width,
            slices=(*self._slices, under_way),
            sent=sum(self.outcomes.values()),
            outcomes=dict(self.outcomes),
            statuses=dict(self._statuses),
            latency_p50=self._latency.quantile(0.5),
            latency_p95=self._latency.quantile(0.95),
            latency_max=self._latency.greatest,
            sightings=tuple(self._sightings.values()),
            losses=tuple(self._losses),
            kept=tuple(map(_kept, self._clients)),
            skipped=self.skipped,
        )

    def _known(self, reason: str) -> str:
        """Return a reason of a loss, unless there are too many different ones already."""
        if len(self._reasons) < REASONS:
            self._reasons.add(reason)
        return reason if reason in self._reasons else ELSE

    def _known_status(self, status: int) -> int:
        """Return a status, or OTHER_STATUS when there are too many different ones already."""
        known = status in self._statuses or len(self._statuses) < STATUSES
        return status if known else OTHER_STATUS

    def _note(self, client: _Client, request: Request) -> None:
        client.retried += request.outcome is Outcome.RETRIED
        client.lost += request.outcome.lost
        client.hung += request.outcome is Outcome.TIMED_OUT
        if request.outcome.lost:
            return
        client.answers += 1
        client.last = request.at
        if request.colour is not None and request.colour != client.colour:
            client.colour, client.since = request.colour, request.at - request.seconds

    def _see(self, colour: str, request: Request) -> None:
        key = (colour, request.kind)
        seen = self._sightings.get(key)
        self._sightings[key] = Sighting(
            colour=colour,
            kind=request.kind,
            answers=seen.answers + 1 if seen else 1,
            first=seen.first if seen else request.at,
            last=request.at,
        )

    def _turn_to(self, moment: float) -> None:
        """Close all slices that end before a moment."""
        while moment >= (self._open.number + 1) * self._width:
            self._slices.append(self._closed(self._open))
            self._open = _Open(number=self._open.number + 1)
            if len(self._slices) >= SLICES:
                self._halve()

    def _closed(self, part: _Open) -> Slice:
        latencies = sorted(part.latencies)
        return Slice(
            at=part.number * self._width,
            colours=dict(part.colours),
            retried=part.retried,
            lost=part.lost,
            latency_p50=_quantile(latencies, 0.5),
            latency_p95=_quantile(latencies, 0.95),
            latency_max=latencies[-1] if latencies else None,
        )

    def _halve(self) -> None:
        """Make one slice of each two; the one under way has only begun, and grows with them."""
        pairs = zip(self._slices[::2], self._slices[1::2], strict=True)
        self._slices = [_merged(first, second) for first, second in pairs]
        self._width *= 2
        self._open.number = len(self._slices)


def _quantile(ordered: list[float], part: float) -> float | None:
    return ordered[math.ceil(part * len(ordered)) - 1] if ordered else None


def _merged(first: Slice, second: Slice) -> Slice:
    """Two slices as one; its quantiles lie between or at theirs."""
    one, other = sum(first.colours.values()), sum(second.colours.values())
    heavier = first if one >= other else second
    return replace(
        first,
        colours=dict(Counter(first.colours) + Counter(second.colours)),
        retried=first.retried + second.retried,
        lost=first.lost + second.lost,
        latency_p50=heavier.latency_p50,
        latency_p95=_greater(first.latency_p95, second.latency_p95),
        latency_max=_greater(first.latency_max, second.latency_max),
    )


def _greater(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _loss(request: Request, reason: str) -> Loss:
    return Loss(
        at=request.at,
        kind=request.kind,
        outcome=request.outcome,
        seconds=request.seconds,
        reason=reason,
    )


def _kept(client: _Client) -> KeptClient:
    return KeptClient(
        colour=client.colour,
        since=client.since,
        slow=client.slow,
        answers=client.answers,
        connections=client.connections,
        told_to_close=client.told_to_close,
        retried=client.retried,
        lost=client.lost,
        hung=client.hung,
        protocol=client.protocol,
        finished=client.finished,
    )
