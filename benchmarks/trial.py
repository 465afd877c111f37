"""A trial: one switch, and what a probe saw of it from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ao.colour import Colour
from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.probe.recording import KeptClient, Kind, Recording

BASELINE = 1.0
"""Seconds that the probe runs before the switch."""
TAIL = 4.0
"""Seconds that it runs on after it; longer than the probe's time-out, so that no request
that hangs is missed."""
START = 30.0
"""Seconds that a probe may take until it sends."""


class Failed(Exception):
    """A switch that did not go through; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One switch as its users saw it."""

    to: Colour
    started: float
    """Moment at which the way was started, in seconds since 1970."""
    requested: float | None
    """Moment at which the way's first request for a change was sent; None when there was none."""
    recording: Recording
    failure: str | None = None
    """Why the switch failed; None when it did not."""

    @property
    def first_new(self) -> float | None:
        """Moment of the new colour's first answer on a new connection, in seconds since 1970."""
        return next(
            (
                self.recording.started + sighting.first
                for sighting in self.recording.sightings
                if sighting.kind is Kind.NEW and sighting.colour == self.to
            ),
            None,
        )

    @property
    def waited(self) -> float | None:
        """Seconds from the first request for a change to the new colour's first answer."""
        if self.first_new is None or self.requested is None:
            return None
        return self.first_new - self.requested

    @property
    def waited_in_all(self) -> float | None:
        """Seconds from the start of the way to the new colour's first answer."""
        return None if self.first_new is None else self.first_new - self.started

    @property
    def followed(self) -> tuple[KeptClient, ...]:
        """Keep-Alive clients that the new colour answered last."""
        return tuple(client for client in self.recording.kept if client.colour == self.to)


def undergo(
    load: ProbeLoad,
    to: Colour,
    switch: Callable[[], float | None],
    *,
    records: Path | None = None,
) -> Trial:
    """Switch production under a probe, whose requests are written to a file where one is named.

    `switch` returns the moment at which its first request for a change was sent, and raises
    Failed when it did not go through.
    """
    with ProbeProcess() as probe:
        probe.begin(load, records=records)
        probe.wait_until_running(START)
        time.sleep(BASELINE)
        started, requested, failure = time.time(), None, None
        try:
            requested = switch()
        except Failed as error:
            failure = str(error)
        time.sleep(TAIL)
        recording = probe.stop()
    return Trial(to=to, started=started, requested=requested, recording=recording, failure=failure)
