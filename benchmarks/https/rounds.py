"""Rounds: switches and renewals of a site by HTTPS under load, as figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ao.cutover.cutover import CutOver
from ao.probe.probe_load import Protocol
from ao.probe.recording import Kind, Outcome, Recording
from benchmarks.https.deaf import Fate
from benchmarks.https.processors import Share

Last = Mapping[Protocol, float]
"""By protocol of the Keep-Alive clients, when the old system last answered, in seconds from the
switch's request."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One switch, as it was seen from outside."""

    cutover: CutOver
    last: Last
    fates: Sequence[Fate]
    """Of the clients that ignore GOAWAY."""
    share: Share


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """One renewal; the fields are keys of the JSON file."""

    requests: int
    lost: int
    retried: int
    """Requests answered when sent once more (RFC 9110, section 9.2.2)."""
    refused: int
    """Of those lost, on which no connection was to be had: a handshake that failed is one."""
    told_to_close: int
    """Connections of Keep-Alive clients that ended with GOAWAY or `Connection: close`."""
    finished: int
    """Answers that were under way at a GOAWAY and came whole."""
    longest_s: float
    """Longest good answer."""
    command_s: float
    """How long `ao certificate renew` took."""
    share: Share
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The Keep-Alive clients of one protocol in all switches. Times in seconds."""

    protocol: str
    clients: int
    followed: int
    last_followed_s: float | None
    """From the switch's request until the last had followed: the longest."""
    last_old_s: float | None
    """From the switch's request to the old system's last answer: the latest."""
    last_old_beyond_s: float | None
    """That, of each switch without the longest answer that the same switch saw."""
    told_to_close: int
    finished: int
    retried: int
    lost: int


@dataclass(frozen=True, kw_only=True)
class Ignoring:
    """The clients that ignore GOAWAY, in all switches. Times in seconds."""

    slow: bool
    """Whether their requests are long ones."""
    clients: int
    told: int
    """Those that a GOAWAY came to."""
    answered: int
    """Requests that were sent after it and answered all the same."""
    refusals: Mapping[str, int]
    """What became of the first that was not, and how often."""
    repeatable: int
    """Refused requests that a client may send once more."""
    stayed_s: float | None
    """Longest time from the GOAWAY until a client knew that its connection had ended."""
    over: int
    """Clients that the new system answered on a new connection."""
    over_s: float | None
    """Longest time from the switch's request to that."""


def last_answers(
    rows: Iterable[Mapping[str, str]], recording: Recording, old: str | None, asked_at: float
) -> Last:
    """When the old system last answered clients of each protocol, by the records of the probe."""
    last: dict[Protocol, float] = {}
    for row in rows:
        good = row["outcome"] in {Outcome.ANSWERED, Outcome.RETRIED}
        if row["kind"] == Kind.KEPT and row["colour"] == old and good:
            protocol = recording.kept[int(row["client"])].protocol
            if protocol is not None:
                last[protocol] = max(last.get(protocol, 0.0), float(row["at"]))
    return {protocol: at - asked_at for protocol, at in last.items()}


def kept(rounds: Sequence[Round]) -> list[Kept]:
    """What became of the Keep-Alive clients, by protocol."""
    return [_kept(protocol, rounds) for protocol in reversed(Protocol)]


def _kept(protocol: Protocol, rounds: Sequence[Round]) -> Kept:
    clients = [it for one in rounds for it in one.cutover.clients.get(protocol, ())]
    followings = [it for one in rounds if (it := one.cutover.following_by(protocol))]
    lasts = [(one, one.last[protocol]) for one in rounds if protocol in one.last]
    return Kept(
        protocol=protocol.version,
        clients=len(clients),
        followed=sum(it.followed for it in followings),
        last_followed_s=_longest(it.seconds for it in followings),
        last_old_s=_longest(at for _, at in lasts),
        last_old_beyond_s=_longest(at - _longest_answer(one) for one, at in lasts),
        told_to_close=sum(it.told_to_close for it in clients),
        finished=sum(it.finished for it in clients),
        retried=sum(it.retried for it in clients),
        lost=sum(it.lost for it in clients),
    )


def _longest_answer(one: Round) -> float:
    recording = one.cutover.recording
    return (recording.latency_max if recording else None) or 0.0


def ignoring(rounds: Sequence[Round]) -> list[Ignoring]:
    """What became of the clients that ignore GOAWAY: those with short requests, and the others."""
    return [
        _ignoring(slow, [(one, it) for one in rounds for it in one.fates if it.slow is slow])
        for slow in (False, True)
    ]


def _ignoring(slow: bool, fates: Sequence[tuple[Round, Fate]]) -> Ignoring:
    refusals: dict[str, int] = {}
    for _, fate in fates:
        if what := fate.failure or fate.refusal:
            refusals[what] = refusals.get(what, 0) + 1
    return Ignoring(
        slow=slow,
        clients=len(fates),
        told=sum(fate.told is not None for _, fate in fates),
        answered=sum(fate.answered for _, fate in fates),
        refusals=refusals,
        repeatable=sum(fate.repeatable for _, fate in fates),
        stayed_s=_longest(fate.ended - fate.told for _, fate in fates if fate.ended and fate.told),
        over=sum(fate.over is not None for _, fate in fates),
        over_s=_longest(
            fate.over - one.cutover.started - one.cutover.asked_at
            for one, fate in fates
            if fate.over and one.cutover.asked_at is not None
        ),
    )


def renewal(
    recording: Recording, command: float, share: Share, failure: str | None = None
) -> Renewal:
    """What a probe saw of a renewal."""
    return Renewal(
        requests=recording.sent,
        lost=recording.lost,
        retried=recording.retried,
        refused=recording.outcomes.get(Outcome.REFUSED, 0),
        told_to_close=sum(client.told_to_close for client in recording.kept),
        finished=sum(client.finished for client in recording.kept),
        longest_s=round(recording.latency_max or 0.0, 3),
        command_s=round(command, 2),
        share=share,
        failure=failure,
    )


def _longest(times: Iterable[float | None]) -> float | None:
    known = [time for time in times if time is not None]
    return round(max(known), 3) if known else None
