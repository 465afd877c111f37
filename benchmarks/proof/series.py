"""A series: many switches of one site in a row under load, as figures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ao.cutover.cutover import CutOver
from ao.probe.recording import Kind, Outcome, Recording

QUIET = 2.0
"""Seconds that a Keep-Alive client may take to follow, on top of the longest request."""


def from_outside(cutover: CutOver, recording: Recording) -> CutOver:
    """A cut-over with what a probe beside it saw, in place of what its own saw."""
    shift = cutover.started - recording.started
    return replace(
        cutover,
        started=recording.started,
        asked_at=None if cutover.asked_at is None else cutover.asked_at + shift,
        marks=tuple(replace(mark, at=mark.at + shift) for mark in cutover.marks),
        calls=tuple(replace(call, at=call.at + shift) for call in cutover.calls),
        recording=recording,
    )


@dataclass(frozen=True, kw_only=True)
class Series:
    """The switches of one site; the fields are the keys of the JSON file. Times in seconds."""

    provider: str
    method: str
    switches: int
    failed: int
    """Switches, of `switches`, that failed."""
    requests: int
    requests_per_second: float
    new_per_second: float
    """Of these, on new connections."""
    lost: int
    retried: int
    """Requests answered when sent once more (RFC 9110, section 9.2.2)."""
    outcomes: Mapping[Outcome, int]
    """Requests by what became of them."""
    lost_new: int
    """Lost requests on new connections."""
    lost_kept: int
    """Lost requests of Keep-Alive clients whose requests are short."""
    lost_slow: int
    """Lost requests of Keep-Alive clients whose requests are long."""
    lost_at: Mapping[str, int]
    """Lost requests by step of the switch, client and outcome; of each switch the first
    thousand."""
    keepalive_followed: int
    keepalive_total: int
    last_followed_s: float | None
    """From the switch's request until the last Keep-Alive client had followed: the longest."""
    last_followed_beyond_s: float | None
    """That, of each switch without the longest answer that the same switch saw."""
    gap_s: float | None
    """Longest time without a good answer on a new connection."""

    @property
    def lossless(self) -> bool:
        """Whether every switch went through and no request was lost."""
        return not self.lost and not self.failed

    @property
    def followed_in_time(self) -> bool:
        """Whether every Keep-Alive client followed within QUIET plus the longest request."""
        return (
            self.keepalive_followed == self.keepalive_total
            and self.last_followed_beyond_s is not None
            and self.last_followed_beyond_s <= QUIET
        )


def series(provider: str, method: str, cutovers: Sequence[CutOver]) -> Series:
    """What the switches of a site come to; each cut-over has a recording."""
    seen = [(cutover, cutover.recording) for cutover in cutovers if cutover.recording]
    clients = [(cutover, client) for cutover, recording in seen for client in recording.kept]
    outcomes: Counter[Outcome] = Counter()
    losses: Counter[str] = Counter()
    for cutover, recording in seen:
        outcomes.update(recording.outcomes)
        for loss in cutover.losses():
            losses[f"{loss.step or 'before'}: {loss.kind}, {loss.outcome}"] += loss.count
    lost = sum(recording.lost for _, recording in seen)
    lost_new = lost - sum(client.lost for _, client in clients)
    new_answers = sum(
        sighting.answers
        for _, recording in seen
        for sighting in recording.sightings
        if sighting.kind is Kind.NEW
    )
    requests = sum(recording.sent for _, recording in seen)
    seconds = sum(recording.seconds for _, recording in seen)
    return Series(
        provider=provider,
        method=method,
        switches=len(cutovers),
        failed=sum(cutover.failure is not None for cutover in cutovers),
        requests=requests,
        requests_per_second=round(requests / seconds, 1) if seconds else 0.0,
        new_per_second=round((new_answers + lost_new) / seconds, 1) if seconds else 0.0,
        lost=lost,
        retried=sum(recording.retried for _, recording in seen),
        outcomes=dict(outcomes),
        lost_new=lost_new,
        lost_kept=sum(client.lost for _, client in clients if not client.slow),
        lost_slow=sum(client.lost for _, client in clients if client.slow),
        lost_at=dict(losses.most_common()),
        keepalive_followed=sum(client.colour == cutover.new for cutover, client in clients),
        keepalive_total=len(clients),
        last_followed_s=_longest(c.following.seconds for c in cutovers if c.following),
        last_followed_beyond_s=_longest(
            c.following.seconds - (recording.latency_max or 0.0)
            for c, recording in seen
            if c.following and c.following.seconds is not None
        ),
        gap_s=_longest(cutover.gap for cutover in cutovers),
    )


def _longest(times: Iterable[float | None]) -> float | None:
    known = [time for time in times if time is not None]
    return round(max(known), 3) if known else None
