"""The table of a site's systems."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from ao.cloud import Alarm
from ao.colour import Colour
from ao.commands.table_cell import Cell
from ao.plan import alarms
from ao.plan.facts import Facts
from ao.plan.scaling_state import ScalingState
from ao.site import Site

Loads = Mapping[Colour, ScalingState]
"""Load of each system; empty when it was not asked for."""

COLUMNS = ("System", "Role", "Version", "Online", "Wanted", "Address", "State")
SCALING = ("Bounds", "Alarms")
"""Columns of a site with autoscaling."""
LOAD = ("Load", "Scaled")
"""Columns of a site whose load was asked for."""
GRACE = 60.0
"""Seconds in which Aodh, as it is usually set up, looks at an alarm whose time has begun."""


def columns(site: Site, loads: Loads | None = None) -> tuple[str, ...]:
    """Columns of the table."""
    return (*COLUMNS, *(SCALING if site.autoscale else ()), *(LOAD if loads else ()))


def rows(site: Site, facts: Facts, loads: Loads | None = None) -> list[tuple[object, ...]]:
    """A row for each system."""
    return [
        (*_row(site, facts, colour), *(_load(site, loads[colour]) if loads else ()))
        for colour in Colour
    ]


def _row(site: Site, facts: Facts, colour: Colour) -> tuple[object, ...]:
    system = facts.systems[colour]
    role = "live" if facts.live is colour else "standby" if facts.standby is colour else "-"
    addresses = [
        f"{url(address.address)}/"
        for address, url, reached in (
            (facts.production, site.url, facts.live),
            (facts.preview, site.preview_url, facts.previewed),
        )
        if address and reached is colour
    ]
    return (
        str(colour),
        role,
        system.version or "-",
        system.online,
        system.size,
        " ".join(addresses) or "-",
        _state(facts, colour),
        *((_bounds(site), _alarms(facts, colour)) if site.autoscale else ()),
    )


def _bounds(site: Site) -> str:
    return f"{site.group.minimum} to {site.group.maximum}"


def _alarms(facts: Facts, colour: Colour) -> str:
    """Whether load changes its size, and what its alarms say."""
    system = facts.systems[colour]
    if not system.alarms:
        return "not known" if facts.unknown else "none"
    if not any(alarm.enabled for alarm in system.alarms):
        return "off"
    out, inward = system.alarm(alarms.OUT), system.alarm(alarms.IN)
    return f"out {_state_of(out)}, in {_state_of(inward)}"


def _state_of(alarm: Alarm | None) -> str:
    if alarm is None:
        return "lost"
    return alarm.state if alarm.enabled else "off"


def _load(site: Site, load: ScalingState) -> tuple[Cell, Cell]:
    """The load now, and what it last did."""
    cpu = site.autoscale is not None and site.autoscale.out.query is None
    value, last = load.value, load.last
    text = "-" if value is None else f"{value:.0%}" if cpu else f"{value:g}"
    done = "-"
    if last is not None:
        way, size = "out" if last.out else "in", f" to {last.size}" if last.size else ""
        done = f"{way}{size}, {last.at.replace('T', ' ')}"
    return Cell(value, text), Cell(asdict(last) if last else None, done)


def _state(facts: Facts, colour: Colour) -> str:
    system = facts.systems[colour]
    if system.stack is None:
        return "not built"
    if system.stack.busy:
        return f"{system.stack.action.lower()} in progress"
    return system.obstacle() or "ready"


def notes(site: Site, facts: Facts, loads: Loads | None = None) -> Iterator[str]:
    """What the table does not say."""
    if facts.switching_to:
        yield (
            f"A switch to {facts.switching_to} is not finished: `ao switch` goes on with it, "
            "`ao up` gives the preview back to the standby."
        )
    if facts.production and facts.production.port_id is None:
        yield f"The production address {facts.production.address} reaches no system: `ao up`."
    for system in facts.systems.values():
        if system.stack is not None and system.version is None:
            yield (
                f"The version of {system.colour} is not known: its stack has no tag that tells one."
            )
    yield from _scaling_notes(facts, loads or {})
    if facts.foreign and facts.production:
        yield (
            f"The production address {facts.production.address} points to port "
            f"{facts.production.port_id}, which is not of site {site.name}."
        )


def _scaling_notes(facts: Facts, loads: Loads) -> Iterator[str]:
    yield from (f"{it}." for it in facts.newer)
    if facts.unknown:
        yield f"The alarms are not known, and load may change no size: {facts.unknown}"
    if facts.live is None:
        return
    live, standby = facts.systems[facts.live], facts.systems[facts.live.other]
    silence = loads[facts.live].silence if loads else ""
    if not silence and any(map(_unmeasured, live.alarms)):
        silence = "Aodh has nothing to compare"
    if silence:
        yield (
            f"The load of {facts.live} is not measured, so it changes no size: {silence}. A new "
            "system is measured after the time of its rules; else look at the query in the site "
            "file, and ask those who run the cloud for Prometheus and Ceilometer."
        )
    off = [alarm for alarm in live.alarms if not alarm.enabled]
    if off == [live.alarm(alarms.IN)]:
        yield (
            f"Load takes no server from {facts.live}, which is live: its alarm for that is off, "
            "as it is while a release runs. Else `ao up` switches it on."
        )
    elif off:
        yield f"Alarms of {facts.live}, which is live, are off: `ao up` switches them on."
    if any(alarm.enabled for alarm in standby.alarms):
        yield f"Alarms of {standby.colour}, the standby, are on: `ao up` switches them off."
    for system in (live, standby):
        if system.lost:
            yield f"Aodh has lost an alarm of {system.colour}: `ao up` makes it anew."


def _unmeasured(alarm: Alarm) -> bool:
    """Whether an alarm that is on has nothing to compare, although its time has begun."""
    nothing = alarm.enabled and alarm.state == "insufficient data"
    return nothing and alarms.counts_at(alarm.query, time.time() - GRACE)
