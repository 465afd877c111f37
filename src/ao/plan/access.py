"""How users reach a system: by which protocol, at which port, and what leads them there. Pure.

A system keeps the protocol that it was deployed with, which need not be the site file's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ao.colour import Colour
from ao.plan import listeners
from ao.plan.facts import Facts, FurtherPlace
from ao.site import Method, Site

TERMINATED = "TERMINATED_HTTPS"
"""Octavia's word for HTTPS that the load balancer decrypts."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How users reach a system, or would if it were live."""

    site: Site
    """The site as they find it, with the protocol and the port of this system."""
    redirect_port: int | None
    """Port of plain HTTP that leads them to HTTPS; None without one."""

    by_request: bool = False
    """Whether the preview is asked at production's URL, by what a request says."""

    @property
    def protocol(self) -> str:
        """Protocol that they speak, in the words of the site file."""
        return self.site.load_balancer.protocol

    @property
    def is_known(self) -> bool:
        """Whether their port is known: it is not where the site file has put HTTPS away again."""
        return self.site.load_balancer.port != 0

    def url(self, address: str) -> str:
        """Return the URL of production at an address or a host; empty where it is not known."""
        return self.site.url(address, "/") if self.is_known else ""

    def preview_url(self, address: str) -> str:
        """Return the URL of the preview there; empty where it is not known."""
        if self.by_request:
            return self.url(address)
        return self.site.preview_url(address, "/") if self.is_known else ""


def access(site: Site, facts: Facts, colour: Colour) -> Access:
    """Return how users reach a system."""
    system = facts.systems[colour]
    pool = facts.method is Method.POOL
    redirecting = facts.redirect_listener if pool else system.redirect_listener
    leads = redirecting is not None and not listeners.lacks_redirect(site, facts, redirecting)
    return Access(
        site=_found(site, facts, colour),
        by_request=facts.previews_by_request,
        redirect_port=redirecting.port if redirecting is not None and leads else None,
    )


@dataclass(frozen=True, kw_only=True)
class LedListener:
    """A listener of a site, and where it leads users."""

    name: str
    """`main`, or its name in the site file."""
    port: int
    """Port that users reach; 0 where it is not known."""
    protocol: str
    """Protocol that they speak, in the words of the site file; empty where it is not known."""
    colour: Colour | None
    """System that it leads to; None for none."""


def led_listeners(site: Site, facts: Facts) -> tuple[LedListener, ...]:
    """Return the listeners that users reach, the main one first."""
    live = facts.live
    found = access(site, facts, live).site.load_balancer if live else site.load_balancer
    main = LedListener(name="main", port=found.port, protocol=found.protocol, colour=live)
    pool = facts.method is Method.POOL
    places = facts.further if pool else facts.systems[live].further if live else ()

    def told(place: FurtherPlace) -> LedListener:
        wanted, listener = site.listener(place.name), place.listener
        return LedListener(
            name=place.name,
            port=listener.port if listener else wanted.port if wanted else 0,
            protocol=listener.protocol if listener else wanted.protocol if wanted else "",
            colour=facts.led(place) if pool else live,
        )

    return (main, *map(told, places))


def _found(site: Site, facts: Facts, colour: Colour) -> Site:
    """Return a site with the protocol and the port that a system was deployed with."""
    terminates, pool = facts.terminates(colour), facts.method is Method.POOL
    built = facts.stack if pool else facts.systems[colour].stack
    if built is None or terminates is site.load_balancer.terminates:
        return site
    listener = facts.production_listener if pool else facts.systems[colour].listener
    balancer = replace(
        site.load_balancer,
        protocol=TERMINATED if terminates else listener.protocol if listener else "HTTP",
        port=listener.port if listener else 0,
    )
    return replace(site, load_balancer=balancer)
