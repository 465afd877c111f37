"""The run: the ways take turns, so that whatever else the machine does falls on all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from openstack import exceptions

from ao.errors import AoError
from ao.probe.probe_load import ProbeLoad
from ao.site import Method, Site
from benchmarks.switch.ways import Stage, Way
from benchmarks.trial import Failed, Trial, undergo

SETTLE = 1.0
"""Seconds between bringing a site to where a way begins and measuring the way."""
TIMEOUT = 3.0
"""Seconds after which a request is lost; a first packet that was dropped is sent again
after one second, and after three."""


@dataclass(frozen=True, kw_only=True)
class Visitors:
    """Who asks production while it is switched."""

    new: float = 50
    """Requests a second on new connections."""
    kept: int = 20
    """Keep-Alive clients."""

    def load(self, site: Site, address: str) -> ProbeLoad:
        """What they send to a site's production address."""
        load = ProbeLoad.of(site, address, new_per_second=self.new, kept=self.kept)
        return replace(load, timeout=TIMEOUT)


def trials(
    stages: Mapping[Method, Stage],
    ways: Sequence[Way],
    switches: int,
    visitors: Visitors,
    tell: Callable[[str], None],
) -> Iterator[tuple[Way, Trial | None]]:
    """Switch by each way in turn, so many times; None stands for a round that was not measured.

    A round that fails is told, and the others go on.
    """
    for number in range(1, switches + 1):
        for way in ways:
            trial = None
            try:
                trial = _trial(stages[way.method], way, visitors)
            except (AoError, Failed, exceptions.SDKException) as error:
                tell(f"{number}/{switches}  {way.name}: not measured: {error}")
            else:
                tell(f"{number}/{switches}  {way.name}: {_sentence(trial)}")
            yield way, trial


def _trial(stage: Stage, way: Way, visitors: Visitors) -> Trial:
    move = way.prepare(stage)
    production = stage.work.observe().production
    if production is None:
        raise Failed("the site has no production address")
    time.sleep(SETTLE)
    return undergo(visitors.load(stage.work.site, production.address), move.to, move.make)


def _sentence(trial: Trial) -> str:
    if trial.failure:
        return f"failed: {trial.failure}"
    answered = "no answer" if trial.waited is None else f"first answer after {trial.waited:.2f} s"
    if trial.waited_in_all is not None:
        answered += f", {trial.waited_in_all:.2f} s from the start"
    recording = trial.recording
    return (
        f"{answered}, {recording.lost} of {recording.sent} requests lost, "
        f"{len(trial.followed)} of {len(recording.kept)} Keep-Alive clients followed"
    )
