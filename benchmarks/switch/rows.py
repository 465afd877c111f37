"""Rows of the comparison: what the trials of each way come to. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.trial import Trial


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way; the fields are the keys of the JSON file. Times in seconds."""

    way: str
    switches: int
    requests: int
    lost: int
    retried: int
    """Requests answered when sent once more (RFC 9110, section 9.2.2)."""
    first_new_median_s: float | None
    """From the way's first request for a change to the new colour's first answer on a new
    connection."""
    first_new_p95_s: float | None
    keepalive_followed: int
    """Keep-Alive clients that were on the new colour at the end."""
    keepalive_total: int
    keepalive_hung: int
    """Keep-Alive clients that waited in vain for an answer."""
    keepalive_reset: int
    """Keep-Alive clients that lost a request because their connection was ended."""
    started_first_new_median_s: float | None
    """The same, from the start of the command's process."""
    started_first_new_p95_s: float | None
    failed: int
    """Switches that did not go through, that could not be measured, or that the new colour never
    answered after."""


def row(way: str, rounds: Sequence[Trial | None]) -> Row:
    """What the rounds of a way come to; None is one that could not be measured."""
    trials = [trial for trial in rounds if trial is not None]
    recordings = [trial.recording for trial in trials]
    clients = [client for recording in recordings for client in recording.kept]
    waited = [trial.waited for trial in trials if trial.waited is not None]
    in_all = [trial.waited_in_all for trial in trials if trial.waited_in_all is not None]
    return Row(
        way=way,
        switches=len(rounds),
        requests=sum(recording.sent for recording in recordings),
        lost=sum(recording.lost for recording in recordings),
        retried=sum(recording.retried for recording in recordings),
        first_new_median_s=median(waited),
        first_new_p95_s=p95(waited),
        keepalive_followed=sum(len(trial.followed) for trial in trials),
        keepalive_total=len(clients),
        keepalive_hung=sum(client.hung > 0 for client in clients),
        keepalive_reset=sum(client.lost > client.hung for client in clients),
        started_first_new_median_s=median(in_all),
        started_first_new_p95_s=p95(in_all),
        failed=rounds.count(None)
        + sum(trial.failure is not None or trial.first_new is None for trial in trials),
    )


def median(values: Sequence[float]) -> float | None:
    """The median, to a millisecond; None of nothing."""
    return round(statistics.median(values), 3) if values else None


def p95(values: Sequence[float]) -> float | None:
    """The smallest value that 95 % of them do not exceed, to a millisecond; None of nothing."""
    return round(sorted(values)[math.ceil(0.95 * len(values)) - 1], 3) if values else None
