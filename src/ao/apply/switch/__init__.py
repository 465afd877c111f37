"""Switching: two methods behind one interface."""

from __future__ import annotations

from typing import Protocol

from ao.apply.switch import address, pool
from ao.apply.switch.move import Move
from ao.colour import Colour
from ao.errors import Refused
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.plan import Done, Plan, PointPreview, PointProduction
from ao.site import Method, Site
from ao.work import Work


class Switching(Protocol):
    """A method of switching."""

    def plan(self, facts: Facts, to: Colour, done: Done, move: Move) -> Plan:
        """Return the next step of making a system live; pure."""

    def production(self, work: Work, facts: Facts, step: PointProduction) -> None:
        """Have production reach the step's system, or none."""

    def preview(self, work: Work, facts: Facts, step: PointPreview) -> None:
        """Have the preview reach the step's system, or none."""


_METHODS: dict[Method, Switching] = {Method.ADDRESS: address, Method.POOL: pool}


def method(site: Site) -> Switching:
    """Return the method that a site is switched by."""
    return _METHODS[site.switch.method]


def target(facts: Facts, wanted: Colour | None) -> Colour:
    """Return the system to make live: the wanted one, an unfinished switch's, or the standby.

    Raises Refused when there is nothing to choose from.
    """
    chosen = wanted or facts.switching_to or facts.standby
    if chosen is None:
        raise Refused(
            message("no system is live, so it is not clear which one to switch to"),
            cure=message("`ao up` makes a first system live; `ao switch blue` names one."),
        )
    return chosen
