"""A switch, and a renewal, of a site by HTTPS under load."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.probe.probe_load import ProbeLoad
from ao.work import Work
from benchmarks import command, sites
from benchmarks.https import rounds
from benchmarks.https.deaf import Fate, deaf
from benchmarks.https.processors import Times
from benchmarks.https.rounds import Renewal, Round
from benchmarks.proof.series import from_outside
from benchmarks.sites import AO, site_file
from benchmarks.trial import BASELINE, TAIL, Failed, undergo

QUIETLY = ("--probe-new", "0", "--probe-kept", "0")
"""The command's own probe is off: it is seen from outside, and the machine is small."""
VERSION = "2.0"
"""What is deployed: the demo shop's next."""
DEAF = (False, False, True)
"""Clients that ignore GOAWAY: two with short requests, one with long ones."""


def switch(work: Work, load: ProbeLoad) -> Round:
    """Switch once under load; raises Failed when it reported nothing."""
    to = _standby(work)
    made: list[CutOver] = []

    def switching() -> float | None:
        made.append(command.switch(work, to, *QUIETLY))
        return command.requested(made[0])

    with tempfile.TemporaryDirectory(prefix="ao-bench-") as folder:
        records = Path(folder) / "requests.csv"
        begin = Times.now()
        with deaf(load, slow=DEAF) as fates:
            trial = undergo(load, to, switching, records=records)
        share = begin.until(Times.now())
        if not made:
            raise Failed(trial.failure or "it reported nothing")
        cutover = from_outside(made[0], trial.recording)
        with records.open(encoding="utf-8", newline="") as file:
            last = rounds.last_answers(
                csv.DictReader(file), trial.recording, cutover.old, cutover.asked_at or 0.0
            )
    return Round(cutover=cutover, last=last, fates=tuple(fates), share=share)


def renew(work: Work, load: ProbeLoad) -> Renewal:
    """Renew the certificate once under load, with one that is issued for it."""
    spent = 0.0

    def renewing() -> None:
        nonlocal spent
        begin = time.monotonic()
        try:
            renewed(work)
        finally:
            spent = time.monotonic() - begin

    begin = Times.now()
    trial = undergo(load, _standby(work), renewing)
    share = begin.until(Times.now())
    return rounds.renewal(trial.recording, spent, share, trial.failure)


def deploy(work: Work, load: ProbeLoad) -> tuple[Fate, ...]:
    """Switch, and deploy what becomes the standby, before clients that ignore GOAWAY.

    Their fates: the servers that they stay with go. Raises Failed.
    """
    with deaf(load, slow=DEAF) as fates:
        time.sleep(BASELINE)
        command.switch(work, _standby(work), *QUIETLY)
        command.run(AO, "--config", site_file(work), "deploy", VERSION)
        time.sleep(load.timeout + TAIL)
    return tuple(fates)


def renewed(work: Work) -> None:
    """Have a certificate issued, and run the command with it. Raises Failed."""
    with tempfile.TemporaryDirectory(prefix="ao-bench-") as folder:
        certificate, key = sites.issue(Path(folder))
        words = ("certificate", "renew", "--certificate", certificate, "--key", key)
        command.run(AO, "--config", site_file(work), *words)


def loads(
    work: Work, *, kept: int, slow: int, interval: float, slow_request: float
) -> Callable[[float], ProbeLoad]:
    """What gives the load of so many new connections a second. Raises Failed without a site."""
    production = work.observe().production
    if production is None:
        raise Failed("the site has no production address")
    base = replace(
        ProbeLoad.of(work.site, production.address, new_per_second=0.0, kept=kept),
        kept_interval=interval,
        slow_kept=slow,
        slow_path=f"/wait?ms={slow_request * 1000:.0f}",
    )
    return lambda rate: replace(base, new_per_second=rate)


def _standby(work: Work) -> Colour:
    standby = work.observe().standby
    if standby is None:
        raise Failed("the site has no standby")
    return standby
