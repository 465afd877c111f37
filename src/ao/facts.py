"""Facts: what a cloud says of a site at this moment.

Nothing here is remembered between two commands. Which system is live is read from
the port that the production address points to.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ao import site as sites
from ao.cloud import Cloud, FloatingIP, LoadBalancer, Member, Server, Stack
from ao.colour import Colour
from ao.errors import NotFound
from ao.site import Site


@dataclass(frozen=True, kw_only=True)
class System:
    """Facts of one system."""

    colour: Colour
    stack: Stack | None
    """Its Heat stack; None before it is built."""
    load_balancer: LoadBalancer | None
    members: tuple[Member, ...]
    """Members of its pool."""
    servers: tuple[Server, ...]
    size: int
    """Servers that its group wants."""

    @property
    def version(self) -> str | None:
        """Version that it was built or deployed with."""
        return sites.tag_value(self.stack.tags, "version") if self.stack else None

    @property
    def vip_port_id(self) -> str | None:
        """Port of its load balancer's address."""
        return self.load_balancer.vip_port_id if self.load_balancer else None

    @property
    def online(self) -> int:
        """Servers that the load balancer sends requests to."""
        return sum(member.operating_status in {"ONLINE", "NO_MONITOR"} for member in self.members)

    @property
    def lost(self) -> bool:
        """Whether servers that the group wants are missing or broken in Nova."""
        active = sum(server.status == "ACTIVE" for server in self.servers)
        return active < self.size

    def obstacle(self, *, degraded: bool = False) -> str | None:
        """Why production must not be switched to it; None when it may.

        With `degraded`, one healthy server is enough.
        """
        if self.stack is None:
            return "it is not built"
        if self.stack.busy:
            return f"Heat is at work on it ({self.stack.action}_IN_PROGRESS)"
        if self.stack.failed:
            return f"its stack is {self.stack.action}_FAILED"
        if self.load_balancer is None:
            return "its load balancer is gone"
        if self.load_balancer.provisioning_status == "ERROR":
            return "its load balancer is in provisioning status ERROR"
        if self.size == 0:
            return "its group is empty"
        if self.online < (1 if degraded else self.size):
            return f"{self.online} of {self.size} servers pass the health check"
        return None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts of a site."""

    stack: Stack | None
    """The site's own Heat stack; None before it is built."""
    production: FloatingIP | None
    preview: FloatingIP | None
    systems: Mapping[Colour, System]

    @property
    def live(self) -> Colour | None:
        """Colour of the system that production reaches, or None."""
        return self._reached_by(self.production)

    @property
    def standby(self) -> Colour | None:
        """Colour of the other system; None when no system is live."""
        return self.live.other if self.live else None

    @property
    def previewed(self) -> Colour | None:
        """Colour of the system that the preview address reaches, or None."""
        return self._reached_by(self.preview)

    @property
    def foreign(self) -> bool:
        """Whether the production address points to something that is not of this site."""
        return bool(self.production and self.production.port_id and self.live is None)

    @property
    def switching_to(self) -> Colour | None:
        """Target of a switch that was begun and not finished, or None."""
        if self.preview is None:
            return None
        word = sites.tag_value(frozenset(self.preview.description.split()), "switching-to")
        return Colour(word) if word else None

    def has(self, colour: Colour) -> bool:
        """Whether the system of that colour has a stack."""
        return self.systems[colour].stack is not None

    def _reached_by(self, address: FloatingIP | None) -> Colour | None:
        if address is None or address.port_id is None:
            return None
        return next(
            (
                colour
                for colour, system in self.systems.items()
                if system.vip_port_id == address.port_id
            ),
            None,
        )


def observe(cloud: Cloud, site: Site) -> Facts:
    """Read the facts of a site, all services at once.

    Raises NotFound when the site names a production address that the project lacks.
    """
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="observe") as pool:
        stacks = pool.submit(cloud.stacks.tagged, site.tag)
        addresses = pool.submit(cloud.addresses.all)
        balancers = pool.submit(cloud.balancers.all)
        servers = pool.submit(cloud.servers.tagged, site.tag)
        by_name = {stack.name: stack for stack in stacks.result()}
        sizes = {
            colour: pool.submit(_size, cloud, by_name.get(site.system_stack(colour)))
            for colour in Colour
        }
        by_colour = {colour: _balancer(balancers.result(), site, colour) for colour in Colour}
        members = {
            colour: pool.submit(_members, cloud, balancer) for colour, balancer in by_colour.items()
        }
        systems = {
            colour: System(
                colour=colour,
                stack=by_name.get(site.system_stack(colour)),
                load_balancer=by_colour[colour],
                members=members[colour].result(),
                servers=tuple(
                    server for server in servers.result() if sites.colour_tag(colour) in server.tags
                ),
                size=sizes[colour].result(),
            )
            for colour in Colour
        }
        return Facts(
            stack=by_name.get(site.stack),
            production=_production(addresses.result(), site),
            preview=_marked(addresses.result(), site, "preview"),
            systems=systems,
        )


def _balancer(
    balancers: tuple[LoadBalancer, ...], site: Site, colour: Colour
) -> LoadBalancer | None:
    words = {site.tag, sites.colour_tag(colour)}
    return next((b for b in balancers if words <= set(b.description.split())), None)


def _members(cloud: Cloud, balancer: LoadBalancer | None) -> tuple[Member, ...]:
    if balancer is None:
        return ()
    return tuple(
        member for pool_id in balancer.pool_ids for member in cloud.balancers.members(pool_id)
    )


def _size(cloud: Cloud, stack: Stack | None) -> int:
    if stack is None:
        return 0
    try:
        return cloud.stacks.group_size(stack, "group")
    except NotFound:
        return 0


def _marked(addresses: tuple[FloatingIP, ...], site: Site, role: str) -> FloatingIP | None:
    words = {site.tag, f"ao:address={role}"}
    return next((a for a in addresses if words <= set(a.description.split())), None)


def _production(addresses: tuple[FloatingIP, ...], site: Site) -> FloatingIP | None:
    if site.production_address is None:
        return _marked(addresses, site, "production")
    for address in addresses:
        if address.address == site.production_address:
            return address
    raise NotFound(
        f"the project has no floating IP {site.production_address}",
        cure="`openstack floating ip list` shows what it has; or write "
        "`production_address: allocate`.",
    )
