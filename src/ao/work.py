"""What a running command works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ao.clock import Clock
from ao.cloud import Cloud
from ao.colour import Colour
from ao.facts import Facts, observe
from ao.progress import Progress, Silent
from ao.site import Site
from ao.visit import Visit, visit


class RunningProbe(Protocol):
    """A probe that asks production again and again."""

    def on(self, colour: Colour) -> int:
        """Its clients that a colour has answered within the last second."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A command's site, cloud and surroundings."""

    cloud: Cloud
    site: Site
    clock: Clock = field(default_factory=Clock)
    visit: Visit = visit
    """How addresses are visited."""
    progress: Progress = field(default_factory=Silent)
    """Who is told of the progress."""
    probe: RunningProbe | None = None
    """What measures the switch under way, if anything."""

    def observe(self) -> Facts:
        """Facts of the site at this moment."""
        return observe(self.cloud, self.site)
