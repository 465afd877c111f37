"""The table of a site's systems."""

from __future__ import annotations

from collections.abc import Iterator

from ao.colour import Colour
from ao.facts import Facts
from ao.site import Site

COLUMNS = ("System", "Role", "Version", "Online", "Wanted", "Address", "State")


def rows(site: Site, facts: Facts) -> list[tuple[object, ...]]:
    """A row for each system."""
    return [_row(site, facts, colour) for colour in Colour]


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
    )


def _state(facts: Facts, colour: Colour) -> str:
    system = facts.systems[colour]
    if system.stack is None:
        return "not built"
    if system.stack.busy:
        return f"{system.stack.action.lower()} in progress"
    return system.obstacle() or "ready"


def notes(site: Site, facts: Facts) -> Iterator[str]:
    """What the table does not say."""
    if facts.switching_to:
        yield (
            f"A switch to {facts.switching_to} is not finished: `ao switch` goes on with it, "
            "`ao up` gives the preview back to the standby."
        )
    if facts.production and facts.production.port_id is None:
        yield f"The production address {facts.production.address} reaches no system: `ao up`."
    if facts.foreign and facts.production:
        yield (
            f"The production address {facts.production.address} points to port "
            f"{facts.production.port_id}, which is not of site {site.name}."
        )
