"""Listeners' statistics that go on over reloads.

A new worker counts from zero. Octavia's database is told what has been added since the last
report, as the amphora tells it since Victoria.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from box.provider.report import Traffic


@dataclass(frozen=True, kw_only=True)
class Counters:
    """What the database knows of one worker's counters."""

    worker: int = 0
    """The worker's process id."""

    listeners: Mapping[str, Traffic] = field(default_factory=dict)
    """Each listener's traffic, by its ID, when it was last told."""


def load(path: Path) -> Counters:
    """Read what was kept; nothing when there is no such file."""
    if not path.exists():
        return Counters()
    kept = json.loads(path.read_text())
    traffic = {id_: Traffic(**values) for id_, values in kept["listeners"].items()}
    return Counters(worker=kept["worker"], listeners=traffic)


def save(path: Path, counters: Counters) -> None:
    """Keep counters over a restart of the agent."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(counters)))
    draft.replace(path)


def added(before: Counters, after: Counters) -> dict[str, Traffic]:
    """Return what each listener has to be told: its traffic since `before`.

    Listeners about which there is nothing new are left out.
    """
    same = before.listeners if before.worker == after.worker else {}
    news = {}
    for listener, now in after.listeners.items():
        told = before.listeners.get(listener)
        growth = _growth(same.get(listener), now)
        quiet = told is not None and told.active_connections == now.active_connections
        if growth.total_connections or growth.bytes_in or growth.bytes_out or not quiet:
            news[listener] = growth
    return news


def _growth(then: Traffic | None, now: Traffic) -> Traffic:
    if then is None:
        return now
    return Traffic(
        active_connections=now.active_connections,
        bytes_in=now.bytes_in - then.bytes_in,
        bytes_out=now.bytes_out - then.bytes_out,
        total_connections=now.total_connections - then.total_connections,
        request_errors=now.request_errors - then.request_errors,
    )
