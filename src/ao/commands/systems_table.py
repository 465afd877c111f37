"""The table of a site's systems."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from ao.cloud import Alarm
from ao.colour import Colour
from ao.commands.table_cell import Cell
from ao.message import joined, message
from ao.plan import adoption, alarms, guard
from ao.plan.access import TERMINATED, Access, access, led_listeners
from ao.plan.facts import Facts, System
from ao.plan.scaling_state import ScalingState, SizeChange
from ao.site import Site

Loads = Mapping[Colour, ScalingState]
"""Load of each system; empty when it was not asked for."""

COLUMNS = (
    message("System"),
    message("Role"),
    message("Version"),
    message("Online"),
    message("Wanted"),
    message("Address"),
    message("State"),
)
SCALING = (
    message("Bounds"),
    message("Alarms"),
)
"""Columns of a site with autoscaling."""
LOAD = (
    message("Load"),
    message("Scaled"),
)
"""Columns of a site whose load was asked for."""
PROTOCOL = (message("Protocol"),)
"""The column that is the last: earlier versions have all others in this order."""
LISTENERS = (message("Listeners"),)
"""The column after it of a site with listeners beside the main one."""
GRACE = 60.0
"""Seconds in which Aodh, as it is usually set up, looks at an alarm whose time has begun."""


def columns(site: Site, loads: Loads | None = None, *, listeners: bool = False) -> tuple[str, ...]:
    """Return the columns of the table; with `listeners` those of a site that has several."""
    scaling = SCALING if site.autoscale else ()
    more = LISTENERS if listeners else ()
    return (*COLUMNS, *scaling, *(LOAD if loads else ()), *PROTOCOL, *more)


def rows(site: Site, facts: Facts, loads: Loads | None = None) -> list[tuple[object, ...]]:
    """Return a row for each system."""
    return [
        (
            *_row(site, facts, colour),
            *(_load(site, loads[colour]) if loads else ()),
            _protocol(access(site, facts, colour)) if facts.has_servers(colour) else "-",
            *((_listeners(site, facts, colour),) if has_listeners(site, facts) else ()),
        )
        for colour in Colour
    ]


def _row(site: Site, facts: Facts, colour: Colour) -> tuple[object, ...]:
    system, reached = facts.systems[colour], access(site, facts, colour)
    # A request says more than the address: `ao preview` tells it.
    previewed = None if facts.previews_by_request else facts.previewed
    addresses = [
        url(address.address) or address.address
        for address, url, led in (
            (facts.production, reached.url, facts.live),
            (facts.preview, reached.preview_url, previewed),
        )
        if address and led is colour
    ]
    if facts.previews_by_request and facts.previewed is colour:
        addresses.append(message("by `ao preview`"))
    return (
        colour,
        _role(facts, colour),
        system.version or "-",
        system.online,
        system.size,
        " ".join(addresses) or "-",
        _state(facts, colour),
        *((_bounds(site), _alarms(facts, colour)) if site.autoscale else ()),
    )


def _role(facts: Facts, colour: Colour) -> str:
    if facts.is_mixed:
        return message("mixed")
    if facts.live is colour:
        return message("live")
    return message("standby") if facts.standby is colour else "-"


def _protocol(reached: Access) -> Cell:
    """Return a cell of the protocol that users speak: what programs read is Octavia's word."""
    texts = {TERMINATED: "HTTPS", "HTTPS": message("HTTPS, passed on")}
    return Cell(reached.protocol, texts.get(reached.protocol, reached.protocol))


def has_listeners(site: Site, facts: Facts) -> bool:
    """Return whether a site has listeners beside the main one, or its file names some."""
    return bool(site.listeners or led_listeners(site, facts)[1:])


def _listeners(site: Site, facts: Facts, colour: Colour) -> Cell:
    """Return a cell of the listeners that lead users to a system: programs read their ports too."""
    own = [it for it in led_listeners(site, facts) if it.colour is colour]
    values = [{"name": it.name, "port": it.port, "protocol": it.protocol} for it in own]
    return Cell(values, ", ".join(f"{it.name} {it.port}" for it in own) or "-")


def _bounds(site: Site) -> str:
    return message(
        "%(minimum)s to %(maximum)s", minimum=site.group.minimum, maximum=site.group.maximum
    )


def _alarms(facts: Facts, colour: Colour) -> str:
    """Return what the alarms of a system say; `off` while they are, `none` where it has none."""
    system = facts.systems[colour]
    if not system.alarms:
        return message("not known") if facts.unknown else message("none")
    if not any(alarm.enabled for alarm in system.alarms):
        return message("off")
    out, inward = system.alarm(alarms.OUT), system.alarm(alarms.IN)
    return message("out %(out)s, in %(inward)s", out=alarms.state(out), inward=alarms.state(inward))


def _load(site: Site, load: ScalingState) -> tuple[Cell, Cell]:
    """Return a cell of a system's load now, and one of how load last changed its size."""
    cpu = site.autoscale is not None and site.autoscale.out.query is None
    value, last = load.value, load.last
    text = "-" if value is None else f"{value:.0%}" if cpu else f"{value:g}"
    done = "-"
    if last is not None:
        done = _scaled(last)
    return Cell(value, text), Cell(asdict(last) if last else None, done)


def _scaled(last: SizeChange) -> str:
    """Return when load changed the size of a system, and to which."""
    at = last.at.replace("T", " ")
    if last.out and last.size:
        return message("out to %(size)s, %(at)s", size=last.size, at=at)
    if last.size:
        return message("in to %(size)s, %(at)s", size=last.size, at=at)
    return message("out, %(at)s", at=at) if last.out else message("in, %(at)s", at=at)


def _state(facts: Facts, colour: Colour) -> str:
    system = facts.systems[colour]
    if system.is_adopted:
        ready = message("adopted")
        obstacle = system.obstacle() or _pending(system)
        return joined(", ", [ready, obstacle]) if obstacle else ready
    if system.stack is None:
        return message("not built")
    if system.standstill is not None:
        return message(
            "%(action)s stands still since %(moment)s",
            action=system.stack.action.lower(),
            moment=system.standstill.begin,
        )
    if system.stack.busy:
        return message("%(action)s in progress", action=system.stack.action.lower())
    return system.obstacle() or _pending(system) or message("ready")


def _pending(system: System) -> str:
    """Return since when a change of a system's load balancer is under way; empty for none."""
    balancer = system.load_balancer
    if balancer is None or not balancer.pending:
        return ""
    if not balancer.updated_at:
        return message("its load balancer is %(status)s", status=balancer.provisioning_status)
    return message(
        "its load balancer is %(status)s since %(moment)s UTC",
        status=balancer.provisioning_status,
        moment=f"{datetime.fromisoformat(balancer.updated_at):%Y-%m-%d %H:%M:%S}",
    )


def notes(site: Site, facts: Facts, loads: Loads | None = None) -> Iterator[str]:
    """Yield what the user should know and the table does not say."""
    if facts.is_mixed:
        yield message(
            "Users are led to different systems: %(listeners)s. `ao switch` leads all of them to "
            "%(colour)s.",
            listeners=guard.whither(facts),
            colour=facts.live,
        )
    elif facts.switching_to:
        yield (
            message(
                "A switch to %(colour)s is not finished: `ao switch` "
                "goes on with it, `ao up` gives the preview back to the "
                "standby.",
                colour=facts.switching_to,
            )
        )
    if facts.production and facts.production.port_id is None:
        yield message(
            "The production address %(address)s reaches no system: `ao up`.",
            address=facts.production.address,
        )
    for system in facts.systems.values():
        if system.stack is not None and system.version is None:
            yield (
                message(
                    "The version of %(colour)s is not known: its stack has no tag that tells one.",
                    colour=system.colour,
                )
            )
    yield from _unserved(facts)
    yield from _scaling_notes(facts, loads or {})
    owners = adoption.owners(facts)
    if owners is not None:
        yield owners
    if facts.foreign and facts.adoption is not None:
        yield message("%(sentence)s.", sentence=adoption.elsewhere(facts))
    elif facts.foreign and facts.production:
        yield (
            message(
                "The production address %(address)s points to port "
                "%(port)s, which is not of site %(name)s.",
                address=facts.production.address,
                port=facts.production.port_id,
                name=site.name,
            )
        )


def _unserved(facts: Facts) -> Iterator[str]:
    """Tell which listeners lead to a system that was built before them."""
    for place in facts.further:
        colour = facts.led(place)
        pools = facts.systems[colour].further_pools if colour else ()
        if any(it.key == place.key and not it.is_served for it in pools):
            yield message(
                "Listener %(name)s leads to %(colour)s, which was built before it: nothing answers "
                "there until a version that is deployed anew is live.",
                name=place.name,
                colour=colour,
            )


def _scaling_notes(facts: Facts, loads: Loads) -> Iterator[str]:
    yield from (message("%(sentence)s.", sentence=it) for it in facts.newer)
    if facts.unknown:
        yield message(
            "The alarms are not known, and load may change no size: %(why)s",
            why=facts.unknown,
        )
    if facts.live is None:
        return
    live, standby = facts.systems[facts.live], facts.systems[facts.live.other]
    silence = loads[facts.live].silence if loads else ""
    if not silence and any(map(_unmeasured, live.alarms)):
        silence = message("Aodh has nothing to compare")
    if silence:
        yield (
            message(
                "The load of %(live)s is not measured, so it changes no size: "
                "%(why)s. A new system is measured after the time of its "
                "rules; else look at the query in the site file, and ask those "
                "who run the cloud for Prometheus and Ceilometer.",
                live=facts.live,
                why=silence,
            )
        )
    off = [alarm for alarm in live.alarms if not alarm.enabled]
    if off == [live.alarm(alarms.IN)]:
        yield (
            message(
                "Load takes no server from %(live)s, which is live: its alarm "
                "for that is off, as it is while a release runs. Else `ao up` "
                "switches it on.",
                live=facts.live,
            )
        )
    elif off:
        yield message(
            "Alarms of %(live)s, which is live, are off: `ao up` switches them on.", live=facts.live
        )
    if any(alarm.enabled for alarm in standby.alarms):
        yield message(
            "Alarms of %(colour)s, the standby, are on: `ao up` switches them off.",
            colour=standby.colour,
        )
    for system in (live, standby):
        if system.lost:
            yield message(
                "Aodh has lost an alarm of %(colour)s: `ao up` makes it anew.", colour=system.colour
            )


def _unmeasured(alarm: Alarm) -> bool:
    """Return whether an alarm that is on has no data although its query counts by now."""
    nothing = alarm.enabled and alarm.state == "insufficient data"
    return nothing and alarms.counts_at(alarm.query, time.time() - GRACE)
