"""Options of a switch: what the one who orders it says of it, beside the colour."""

from __future__ import annotations

from dataclasses import dataclass

from ao.cutover.measurement import Measurement


@dataclass(frozen=True, kw_only=True)
class SwitchOptions:
    """What is said of one switch; the site file says the rest."""

    degraded: bool = False
    """Whether some servers of the target may fail the health check, or be missing."""
    take_over: bool = False
    """Whether the production address may be taken from a port that is not of the site."""
    force: bool = False
    """Whether nothing is looked at before and nothing waited for: connections to the old system
    are cut, and production stays where it is put."""
    compares_monitor: bool = True
    """Whether the target's health monitor is brought to name the host of the site file before;
    production that goes back takes a system as it was."""
    may_return: bool = True
    """Whether production goes back at once when it does not answer from the target."""
    quiet: float | None = None
    """Seconds in which the old system must have served nobody to count as drained; None for what
    the site file says."""
    maintenance: bool = False
    """Whether users are led elsewhere while production moves, even if the site file does not say
    it."""
    measurement: Measurement | None = None
    """What measures the switch; None for nothing."""


DEFAULT = SwitchOptions()
"""A switch of which nothing is said."""
