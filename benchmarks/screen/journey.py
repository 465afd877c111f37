"""What the journal of a made-up site tells: releases, as `ao release` writes them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import count

from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.journal import (
    Begun,
    Checked,
    CheckResult,
    Ended,
    Event,
    Journal,
    Judged,
    Measured,
    Outcome,
    StepBegun,
    StepEnded,
    Switched,
)
from ao.probe import recording
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Recording, Slice
from ao.site import Method, Site
from ao.work import Work

BLUE, GREEN = Colour
SLICES = 145
"""Slices of a switch's recording: its entry is then as large as one of the demo, 19 KB."""


def tell(work: Work) -> None:
    """Write a release, an entry a second from now on. Raises CloudError."""
    begin, seconds = datetime.now(UTC), count()
    journal = Journal(work, now=lambda: begin + timedelta(seconds=next(seconds)))
    release = journal.begin(
        Begun(act="release", version="2.0", old=BLUE, new=GREEN, reason="Autumn sale")
    )
    for event in _events(work.site):
        journal.write(event, release)


def _events(site: Site) -> list[Event]:
    return [
        *_step("deploy"),
        StepBegun(step="check"),
        Checked(results=(CheckResult(name="version", passed=True, seconds=0.1),)),
        StepEnded(step="check", seconds=0.4),
        StepBegun(step="switch"),
        Measured(error_rate=0.0, latency_p95=0.02, online=2),
        Switched(cutover=_cutover(site)),
        StepEnded(step="switch", seconds=8.0),
        StepBegun(step="watch"),
        Judged(verdict="keep"),
        StepEnded(step="watch", seconds=20.0),
        Ended(outcome=Outcome.RELEASED),
    ]


def _step(name: str) -> list[Event]:
    return [StepBegun(step=name), StepEnded(step=name, seconds=26.2)]


def _cutover(site: Site) -> CutOver:
    return CutOver(
        site=site.name,
        old=BLUE,
        old_version="1.0",
        new=GREEN,
        new_version="2.0",
        method=Method.POOL,
        provider="haproxy",
        started=0.0,
        asked_at=2.0,
        marks=(),
        calls=(),
        drain=None,
        recording=_recording(site),
    )


def _recording(site: Site) -> Recording:
    return Recording(
        started=0.0,
        seconds=SLICES / 10,
        load=ProbeLoad(url="http://172.31.1.20/", identify=site.identify),
        width=0.1,
        slices=tuple(_slice(number) for number in range(SLICES)),
        sent=20 * SLICES,
        outcomes={recording.Outcome.ANSWERED: 20 * SLICES},
        latency_p50=0.004,
        latency_p95=0.011,
        latency_max=0.2,
        sightings=(),
        losses=(),
        kept=(),
    )


def _slice(number: int) -> Slice:
    """A tenth of a second, with figures that compress no better than real ones."""
    seconds = 0.004 + 0.003 * math.sin(number)
    return Slice(
        at=number / 10,
        colours={"blue" if number < SLICES // 5 else "green": 20},
        retried=0,
        lost=0,
        latency_p50=seconds,
        latency_p95=2 * seconds,
        latency_max=3 * seconds,
    )
