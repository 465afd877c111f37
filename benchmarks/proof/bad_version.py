"""A bad version: the demo shop's 3.0, which fails under load, and how long users have it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from ao.colour import Colour
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Recording
from ao.work import Work
from benchmarks import command
from benchmarks.sites import AO, site_file
from benchmarks.trial import Failed, undergo

VERSION = "3.0"
NEW = 150.0
"""Requests a second on new connections; with those of the Keep-Alive clients it is 170."""
KEPT = 10
INTERVAL = 0.5
"""Seconds between two requests of a Keep-Alive client."""
BEFORE = {"commit": "f8f847e", "seconds": 25.0, "lost": 3_421}
"""What users had of it before a switch looked for consecutive errors: mean of two tries."""


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One stay of production on a bad version."""

    back: bool
    """Whether production was on the old version at the end."""
    requests: int
    lost: int
    seconds: float | None
    """Seconds from the first lost request to the last; None when none was lost."""
    statuses: dict[int, int]
    """Answers by HTTP status."""


def stay(work: Work) -> Stay:
    """Bring the bad version to the standby, switch to it under load, and tell what users had."""
    command.run(AO, "--config", site_file(work), "deploy", VERSION)
    facts = work.observe()
    old, standby = facts.live, facts.standby
    if standby is None or facts.production is None:
        raise Failed("the site has no standby or no production address")
    load = replace(
        ProbeLoad.of(work.site, facts.production.address, new_per_second=NEW, kept=KEPT),
        kept_interval=INTERVAL,
    )
    trial = undergo(load, standby, lambda: _switch(work, standby))
    return _of(trial.recording, back=work.observe().live is old)


def _switch(work: Work, to: Colour) -> float | None:
    return command.requested(command.switch(work, to))


def _of(recording: Recording, *, back: bool) -> Stay:
    lost = [part.at for part in recording.slices if part.lost]
    return Stay(
        back=back,
        requests=recording.sent,
        lost=recording.lost,
        seconds=round(lost[-1] + recording.width - lost[0], 1) if lost else None,
        statuses=dict(recording.statuses),
    )


def markdown(stays: Sequence[Stay]) -> str:
    """A row for each stay, below the one before consecutive errors were looked for."""
    lines: list[tuple[object, ...]] = [
        ("production on 3.0", "requests lost", "from the first to the last", "back"),
        ("---", "---:", "---:", "---"),
        (f"before ({BEFORE['commit']})", f"{BEFORE['lost']:,}", f"{BEFORE['seconds']} s", "yes"),
        *(
            (
                f"try {number}",
                f"{it.lost:,} of {it.requests:,}",
                "-" if it.seconds is None else f"{it.seconds} s",
                "yes" if it.back else "NO",
            )
            for number, it in enumerate(stays, 1)
        ),
    ]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def document(stays: Sequence[Stay]) -> str:
    """The stays as JSON, with the one before."""
    told = {"before": BEFORE, "stays": [asdict(it) for it in stays]}
    return json.dumps(told, indent=2) + "\n"
