"""Facts: what a cloud says of a site at this moment.

Nothing here is remembered between two commands. Which system is live is read from
the port that the production address points to.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from ao import site as sites
from ao.cloud import Cloud, FloatingIP, LoadBalancer, Member, Resource, Server, Stack
from ao.colour import Colour
from ao.errors import NotFound
from ao.site import Site
from ao.templates import SERVER_TEMPLATE

T = TypeVar("T", FloatingIP, LoadBalancer)


@dataclass(frozen=True, kw_only=True)
class System:
    """Facts of one system."""

    colour: Colour
    stack: Stack | None
    """Its Heat stack; None before it is built."""
    resources: tuple[Resource, ...]
    """What Heat has built of it."""
    load_balancer: LoadBalancer | None
    members: tuple[Member, ...]
    """Members of its pool."""
    servers: tuple[Server, ...]
    """Servers of its group that are ACTIVE in Nova."""

    @property
    def size(self) -> int:
        """Servers that its group wants: Heat keeps a member for each."""
        return sum(resource.type == SERVER_TEMPLATE for resource in self.resources)

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
    def broken(self) -> tuple[Resource, ...]:
        """Resources that Heat has built and that are missing or broken.

        Of a server it is the group's member, which holds its place in the pool too.
        """
        active = {server.id for server in self.servers}
        members = {
            resource.parent
            for resource in self.resources
            if resource.type == "OS::Nova::Server" and resource.physical_id not in active
        }
        return tuple(
            resource
            for resource in self.resources
            if (resource.type == SERVER_TEMPLATE and resource.name in members)
            or (resource.type == "OS::Octavia::LoadBalancer" and self.load_balancer is None)
        )

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
    resources: tuple[Resource, ...]
    """What Heat has built of it."""
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

    @property
    def broken(self) -> tuple[Resource, ...]:
        """Addresses that Heat has allocated and that are gone."""
        there = {address.id for address in (self.production, self.preview) if address}
        return tuple(
            resource
            for resource in self.resources
            if resource.type == "OS::Neutron::FloatingIP" and resource.physical_id not in there
        )

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
    """Read the facts of a site, from all services at once.

    Addresses, load balancers and servers are known by the IDs that Heat keeps of them:
    names, tags and descriptions are anybody's to change. Raises NotFound when the site names a
    production address that the project lacks.
    """
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="observe") as pool:
        stacks = pool.submit(cloud.stacks.tagged, site.tag)
        addresses = pool.submit(cloud.addresses.all)
        balancers = pool.submit(cloud.balancers.all)
        servers = pool.submit(cloud.servers.active)
        by_name = {stack.name: stack for stack in stacks.result()}
        resources = {
            name: pool.submit(cloud.stacks.resources, stack) for name, stack in by_name.items()
        }

        def built(name: str) -> tuple[Resource, ...]:
            return resources[name].result() if name in resources else ()

        balancer_of = {
            colour: _of(built(site.system_stack(colour)), "load_balancer", balancers.result())
            for colour in Colour
        }
        members = {
            colour: pool.submit(_members, cloud, balancer)
            for colour, balancer in balancer_of.items()
        }
        systems = {
            colour: System(
                colour=colour,
                stack=by_name.get(site.system_stack(colour)),
                resources=built(site.system_stack(colour)),
                load_balancer=balancer_of[colour],
                members=members[colour].result(),
                servers=_servers(built(site.system_stack(colour)), servers.result()),
            )
            for colour in Colour
        }
        return Facts(
            stack=by_name.get(site.stack),
            resources=built(site.stack),
            production=_production(site, built(site.stack), addresses.result()),
            preview=_of(built(site.stack), "preview_address", addresses.result()),
            systems=systems,
        )


def _of(resources: tuple[Resource, ...], name: str, things: tuple[T, ...]) -> T | None:
    """The thing that a resource stands for, or None."""
    ids = {resource.physical_id for resource in resources if resource.name == name}
    return next((thing for thing in things if thing.id in ids), None)


def _members(cloud: Cloud, balancer: LoadBalancer | None) -> tuple[Member, ...]:
    if balancer is None:
        return ()
    return tuple(
        member for pool_id in balancer.pool_ids for member in cloud.balancers.members(pool_id)
    )


def _servers(resources: tuple[Resource, ...], servers: tuple[Server, ...]) -> tuple[Server, ...]:
    ids = {resource.physical_id for resource in resources}
    return tuple(server for server in servers if server.id in ids)


def _production(
    site: Site, resources: tuple[Resource, ...], addresses: tuple[FloatingIP, ...]
) -> FloatingIP | None:
    if site.production_address is None:
        return _of(resources, "production_address", addresses)
    for address in addresses:
        if address.address == site.production_address:
            return address
    raise NotFound(
        f"the project has no floating IP {site.production_address}",
        cure="`openstack floating ip list` shows what it has; or write "
        "`production_address: allocate`.",
    )
