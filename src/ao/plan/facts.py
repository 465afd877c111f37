"""Facts: what a cloud says of a site at this moment.

Nothing here is remembered between two commands. Which system is live is read from the
port that the production address points to, and from the pool that the listener leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from ao import site as sites
from ao.cloud import (
    Alarm,
    Cloud,
    FloatingIP,
    Listener,
    LoadBalancer,
    Member,
    Resource,
    Server,
    Stack,
)
from ao.colour import Colour
from ao.errors import AoError, NotAuthenticated, NotFound, Refused
from ao.message import message
from ao.plan import alarms
from ao.site import Method, Site
from ao.site.autoscale import Effect
from ao.site.tags import TAG_FORMAT
from ao.templates import SERVER_TEMPLATE
from ao.text_format import newer_tags
from ao.untrusted.printable import printable

T = TypeVar("T", FloatingIP, Listener, LoadBalancer)


@dataclass(frozen=True, kw_only=True)
class System:
    """Facts of one system."""

    colour: Colour
    stack: Stack | None
    """Its Heat stack; None before it is built."""
    resources: tuple[Resource, ...]
    """What Heat has built of it."""
    load_balancer: LoadBalancer | None
    """What sends requests to it: its own, or the one that both systems share."""
    pool_id: str | None
    """Its pool of that load balancer."""
    members: tuple[Member, ...]
    """Members of its pool."""
    servers: tuple[Server, ...]
    """Servers of its group that are ACTIVE in Nova."""
    alarms: tuple[Alarm, ...] = ()
    """Alarms of its stack that Aodh has; none either when Aodh does not answer."""
    lost: tuple[Resource, ...] = ()
    """Alarms that Heat has built and that Aodh has no more."""

    @property
    def size(self) -> int:
        """Servers that its group wants: Heat keeps a member for each, until it is gone."""
        return sum(
            resource.type == SERVER_TEMPLATE and not resource.status.startswith("DELETE")
            for resource in self.resources
        )

    def alarm(self, names: frozenset[str]) -> Alarm | None:
        """The alarm that its template calls one of these."""
        ids = {resource.physical_id for resource in self.resources if resource.name in names}
        return next((alarm for alarm in self.alarms if alarm.id in ids), None)

    def amiss(self, effect: Effect) -> tuple[Alarm, ...]:
        """Its alarms that are on, or off, against what load may do to its size."""
        inward = self.alarm(alarms.IN)

        def wanted(alarm: Alarm) -> bool:
            return effect is Effect.BOTH or (effect is Effect.GROWTH and alarm is not inward)

        return tuple(alarm for alarm in self.alarms if alarm.enabled is not wanted(alarm))

    @property
    def alarmed(self) -> bool:
        """Whether its stack has alarms, whatever Aodh says."""
        return any(resource.type in alarms.TYPES for resource in self.resources)

    @property
    def version(self) -> str | None:
        """Version that it was built or deployed with; None while its tags tell none."""
        return sites.version_of(self.stack.tags) if self.stack else None

    @property
    def deploy(self) -> str:
        """Mark of the deploy that defined it; empty for one by an Ao that left no marks.

        It stays when the system is scaled or repaired.
        """
        return sites.tag_value(self.stack.tags, "deploy") or "" if self.stack else ""

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

        Of a server and of its place in the pool it is the group's member, which holds both. One
        that Heat adds or removes at this moment, as load makes it do, is neither.
        """
        active = {server.id for server in self.servers}
        placed = {member.id for member in self.members}
        members = {
            resource.parent
            for resource in self.resources
            if (resource.type == "OS::Nova::Server" and resource.physical_id not in active)
            or (
                resource.type == "OS::Octavia::PoolMember"
                and self.load_balancer is not None
                and resource.status.endswith("COMPLETE")
                and resource.physical_id not in placed
            )
        }
        return tuple(
            resource
            for resource in self.resources
            if (
                resource.type == SERVER_TEMPLATE
                and resource.name in members
                and not resource.changing
            )
            or (resource.type == "OS::Octavia::LoadBalancer" and self.load_balancer is None)
            or resource in self.lost
        )

    def obstacle(self, *, degraded: bool = False) -> str | None:
        """Why production must not be switched to it; None when it may.

        With `degraded`, one healthy server is enough.
        """
        if self.stack is None:
            return message("it is not built")
        if self.stack.busy:
            return message(
                "Heat is at work on it (%(action)s_IN_PROGRESS)", action=self.stack.action
            )
        if self.stack.failed:
            return message("its stack is %(action)s_FAILED", action=self.stack.action)
        if self.load_balancer is None:
            return message("its load balancer is gone")
        if self.load_balancer.provisioning_status == "ERROR":
            return message("its load balancer is in provisioning status ERROR")
        if self.size == 0:
            return message("its group is empty")
        if self.online < (1 if degraded else self.size):
            return message(
                "%(online)s of %(size)s servers pass the health check",
                online=self.online,
                size=self.size,
            )
        return None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts of a site."""

    method: Method
    """How its production is switched."""
    stack: Stack | None
    """The site's own Heat stack; None before it is built."""
    resources: tuple[Resource, ...]
    """What Heat has built of it."""
    production: FloatingIP | None
    preview: FloatingIP | None
    """The preview address; by the pool method the production address, on another port."""
    systems: Mapping[Colour, System]
    shared: LoadBalancer | None = None
    """Pool method: the load balancer that both systems share."""
    production_listener: Listener | None = None
    """Pool method: its listener for users."""
    preview_listener: Listener | None = None
    """Pool method: its listener that reaches the standby."""
    unknown: str = ""
    """Why its alarms are not known; empty when they are, and without autoscaling."""

    @property
    def newer(self) -> tuple[str, ...]:
        """What of the site's stacks and preview address says a format that Ao does not know yet."""
        stacks = (self.stack, *(system.stack for system in self.systems.values()))
        words: dict[str, frozenset[str]] = {
            message("stack %(name)s", name=stack.name): stack.tags for stack in stacks if stack
        }
        if self.preview is not None:
            described = frozenset(self.preview.description.split())
            address = message("floating IP %(address)s", address=self.preview.address)
            words[address] = described
        found = ((thing, newer_tags(tags, TAG_FORMAT)) for thing, tags in words.items())
        return tuple(
            message("%(thing)s %(newer)s", thing=thing, newer=newer)
            for thing, newer in found
            if newer is not None
        )

    @property
    def alarmed(self) -> bool:
        """Whether a system has alarms, known or not."""
        return any(system.alarmed for system in self.systems.values())

    @property
    def live(self) -> Colour | None:
        """Colour of the system that production reaches, or None."""
        if self.method is Method.ADDRESS:
            return self._pointed_to(self.production)
        return self._led_to(self.production_listener) if self.connected else None

    @property
    def standby(self) -> Colour | None:
        """Colour of the other system; None when no system is live."""
        return self.live.other if self.live else None

    @property
    def previewed(self) -> Colour | None:
        """Colour of the system that the preview address or listener reaches, or None."""
        if self.method is Method.ADDRESS:
            return self._pointed_to(self.preview)
        return self._led_to(self.preview_listener)

    @property
    def connected(self) -> bool:
        """Whether the production address points to a load balancer of this site."""
        port_id = self.production.port_id if self.production else None
        return port_id is not None and port_id in self._vip_ports

    @property
    def foreign(self) -> bool:
        """Whether the production address points to something that is not of this site."""
        return bool(self.production and self.production.port_id and not self.connected)

    @property
    def switching_to(self) -> Colour | None:
        """Target of a switch that was begun and not finished, or None.

        By the address method it is noted with the preview address; by the pool method both
        listeners lead to it.
        """
        if self.method is Method.POOL:
            return self.live if self.live is self.previewed else None
        if self.preview is None:
            return None
        word = sites.tag_value(frozenset(self.preview.description.split()), "switching-to")
        return Colour(word) if word in list(Colour) else None

    @property
    def broken(self) -> tuple[Resource, ...]:
        """What Heat has built of the site's own, and is gone."""
        things: Mapping[str, tuple[FloatingIP | LoadBalancer | Listener | None, ...]] = {
            "OS::Neutron::FloatingIP": (self.production, self.preview),
            "OS::Octavia::LoadBalancer": (self.shared,),
            "OS::Octavia::Listener": (self.production_listener, self.preview_listener),
        }
        there = {kind: {thing.id for thing in those if thing} for kind, those in things.items()}
        there["OS::Octavia::Pool"] = set(self.shared.pool_ids) if self.shared else set()
        return tuple(
            resource
            for resource in self.resources
            if resource.type in there and resource.physical_id not in there[resource.type]
        )

    def has(self, colour: Colour) -> bool:
        """Whether the system of that colour has a stack."""
        return self.systems[colour].stack is not None

    @property
    def _vip_ports(self) -> set[str]:
        balancers = (self.shared, *(system.load_balancer for system in self.systems.values()))
        return {balancer.vip_port_id for balancer in balancers if balancer}

    def _pointed_to(self, address: FloatingIP | None) -> Colour | None:
        port_id = address.port_id if address else None
        return next(
            (c for c, s in self.systems.items() if port_id and s.vip_port_id == port_id), None
        )

    def _led_to(self, listener: Listener | None) -> Colour | None:
        pool_id = listener.default_pool_id if listener else None
        return next((c for c, s in self.systems.items() if pool_id and s.pool_id == pool_id), None)


def own_stack(cloud: Cloud, site: Site) -> Stack | None:
    """The site's own stack; None before it is built, and when another's has that name."""
    stack = cloud.stacks.get(site.stack)
    return stack if stack is not None and site.tag in stack.tags else None


def observe(cloud: Cloud, site: Site) -> Facts:
    """Read the facts of a site, from all services at once.

    Addresses, load balancers and servers are known by the IDs that Heat keeps of them:
    names, tags and descriptions are anybody's to change. Raises NotFound when the site names a
    production address that the project lacks, Refused when it was built for another method.
    """
    method = site.switch.method
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="observe") as pool:
        stacks = pool.submit(cloud.stacks.tagged, site.tag)
        addresses = pool.submit(cloud.floating_ips.all)
        balancers = pool.submit(cloud.load_balancers.all)
        listeners = pool.submit(cloud.load_balancers.listeners) if method is Method.POOL else None
        servers = pool.submit(cloud.servers.active)
        by_name = {stack.name: stack for stack in stacks.result()}
        _check_method(site, by_name.get(site.stack))
        resources = {
            name: pool.submit(cloud.stacks.resources, stack) for name, stack in by_name.items()
        }

        def built(name: str) -> tuple[Resource, ...]:
            return resources[name].result() if name in resources else ()

        own = built(site.stack)
        shared = _of(own, "load_balancer", balancers.result())
        balancer_of = {
            colour: shared
            or _of(built(site.system_stack(colour)), "load_balancer", balancers.result())
            for colour in Colour
        }
        pool_of = {
            colour: _id(own, f"{colour}_pool") or _id(built(site.system_stack(colour)), "pool")
            for colour in Colour
        }
        alarming = pool.submit(_alarms, cloud, [built(site.system_stack(c)) for c in Colour])
        members = {
            colour: pool.submit(_members, cloud, balancer_of[colour], pool_of[colour])
            for colour in Colour
        }
        alarmed, unknown = alarming.result()
        systems = {
            colour: System(
                colour=colour,
                stack=by_name.get(site.system_stack(colour)),
                resources=built(site.system_stack(colour)),
                load_balancer=balancer_of[colour],
                pool_id=pool_of[colour],
                members=members[colour].result(),
                servers=_servers(built(site.system_stack(colour)), servers.result()),
                alarms=_alarms_of(built(site.system_stack(colour)), alarmed),
                lost=() if unknown else _lost(built(site.system_stack(colour)), alarmed),
            )
            for colour in Colour
        }
        production = _production(site, own, addresses.result())
        return Facts(
            method=method,
            stack=by_name.get(site.stack),
            resources=own,
            production=production,
            preview=production
            if method is Method.POOL
            else _of(own, "preview_address", addresses.result()),
            systems=systems,
            shared=shared,
            production_listener=_of(own, "production_listener", listeners.result())
            if listeners
            else None,
            preview_listener=_of(own, "preview_listener", listeners.result())
            if listeners
            else None,
            unknown=unknown,
        )


def _check_method(site: Site, stack: Stack | None) -> None:
    """Refuse to take a site that was built for one method for one of the other."""
    if stack is None:
        return
    built = sites.tag_value(stack.tags, "method") or Method.ADDRESS
    if built not in list(Method):
        raise Refused(
            message(
                "the tags of stack %(stack)s tell no method that Ao knows: %(words)s",
                stack=stack.name,
                words=printable(built, 60),
            ),
            cure=message(
                "`openstack stack show %(stack)s` shows them; somebody has changed them.",
                stack=stack.name,
            ),
        )
    if built != site.switch.method:
        raise Refused(
            message(
                "site %(site)s was built for the %(built)s method, the site file says %(method)s",
                site=site.name,
                built=built,
                method=site.switch.method,
            ),
            cure=message(
                "Write `method: %(built)s` under `switch`; or, to change it, "
                "`ao down` with that and `ao up` with the other.",
                built=built,
            ),
        )


def _of(resources: tuple[Resource, ...], name: str, things: tuple[T, ...]) -> T | None:
    """The thing that a resource stands for, or None."""
    ids = {resource.physical_id for resource in resources if resource.name == name}
    return next((thing for thing in things if thing.id in ids), None)


def _id(resources: tuple[Resource, ...], name: str) -> str | None:
    """ID of what a resource has built, or None."""
    return next((r.physical_id for r in resources if r.name == name and r.physical_id), None)


def _members(
    cloud: Cloud, balancer: LoadBalancer | None, pool_id: str | None
) -> tuple[Member, ...]:
    """Members of a pool; none when the pool is gone."""
    if balancer is None or pool_id not in balancer.pool_ids:
        return ()
    return cloud.load_balancers.members(pool_id)


def _servers(resources: tuple[Resource, ...], servers: tuple[Server, ...]) -> tuple[Server, ...]:
    ids = {resource.physical_id for resource in resources}
    return tuple(server for server in servers if server.id in ids)


def _alarms(cloud: Cloud, stacks: Iterable[tuple[Resource, ...]]) -> tuple[tuple[Alarm, ...], str]:
    """The project's alarms, or why they are not known; not asked for when no stack has any.

    Production must be able to move while Aodh is silent.
    """
    if not any(resource.type in alarms.TYPES for stack in stacks for resource in stack):
        return (), ""
    try:
        return cloud.alarms.all(), ""
    except NotAuthenticated:
        raise
    except AoError as error:
        return (), error.message


def _alarms_of(resources: tuple[Resource, ...], there: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    ids = {resource.physical_id for resource in resources if resource.type in alarms.TYPES}
    return tuple(alarm for alarm in there if alarm.id in ids)


def _lost(resources: tuple[Resource, ...], there: tuple[Alarm, ...]) -> tuple[Resource, ...]:
    ids = {alarm.id for alarm in there}
    return tuple(
        resource
        for resource in resources
        if resource.type in alarms.TYPES
        and resource.status.endswith("COMPLETE")
        and resource.physical_id not in ids
    )


def _production(
    site: Site, resources: tuple[Resource, ...], addresses: tuple[FloatingIP, ...]
) -> FloatingIP | None:
    if site.production_address is None:
        return _of(resources, "production_address", addresses)
    for address in addresses:
        if address.address == site.production_address:
            return address
    raise NotFound(
        message("the project has no floating IP %(address)s", address=site.production_address),
        cure=message(
            "`openstack floating ip list` shows what it has; or write "
            "`production_address: allocate`."
        ),
    )
