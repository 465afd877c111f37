"""The table of a site's systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from ao.alarms import IN
from ao.colour import Colour
from ao.commands.cell import Cell
from ao.facts import Facts
from ao.load import Load
from ao.site import Site

Loads = Mapping[Colour, Load]
"""Load of each system; empty when it was not asked for."""

COLUMNS = ("System", "Role", "Version", "Online", "Wanted", "Address", "State")
SCALING = ("Bounds", "Alarms")
"""Columns of a site with autoscaling."""
LOAD = ("Load", "Scaled")
"""Columns of a site whose load was asked for."""


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
    alarms = facts.systems[colour].alarms
    if not alarms:
        return "not known" if facts.unknown else "none"
    states = ", ".join(sorted({alarm.state for alarm in alarms if alarm.enabled}))
    return f"on: {states}" if states else "off"


def _load(site: Site, load: Load) -> tuple[Cell, Cell]:
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
    yield from _scaling_notes(facts, loads or {})
    if facts.foreign and facts.production:
        yield (
            f"The production address {facts.production.address} points to port "
            f"{facts.production.port_id}, which is not of site {site.name}."
        )


def _scaling_notes(facts: Facts, loads: Loads) -> Iterator[str]:
    if facts.unknown:
        yield f"The alarms are not known, and load may change no size: {facts.unknown}"
    if facts.live is None:
        return
    live = facts.systems[facts.live]
    alarms, idle = live.alarms, live.alarm(IN)
    silence = loads[facts.live].silence if loads else ""
    # The time of the rule on which servers go begins when its alarm is switched on.
    unmeasured = [it for it in alarms if it.state == "insufficient data" and it is not idle]
    if not silence and any(alarm.enabled for alarm in unmeasured):
        silence = "Aodh has nothing to compare"
    if silence:
        yield (
            f"The load of {facts.live} is not measured, so it changes no size: {silence}. A new "
            "system is measured after the time of its rules; else look at the query in the site "
            "file, and ask those who run the cloud for Prometheus and Ceilometer."
        )
    off = [alarm for alarm in alarms if not alarm.enabled]
    if off == [idle]:
        yield (
            f"Load takes no server from {facts.live}, which is live: its alarm for that is off, "
            "as it is while a release runs. Else `ao up` switches it on."
        )
    elif off:
        yield f"Alarms of {facts.live}, which is live, are off: `ao up` switches them on."
