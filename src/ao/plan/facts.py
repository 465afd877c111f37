"""Facts: what a cloud says of a site at this moment.

Nothing here is remembered between two commands. Which system is live is read from the
port that the production address points to, and from the pool that the listener leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ao import site as sites
from ao.cloud import (
    Alarm,
    FloatingIP,
    L7Policy,
    Listener,
    LoadBalancer,
    Member,
    Monitor,
    Pool,
    Resource,
    Server,
    Stack,
    Vip,
)
from ao.colour import Colour
from ao.message import message
from ao.plan import alarms
from ao.plan.preview_key import PreviewKey, keyed
from ao.plan.standstill import Standstill, is_still
from ao.site import Adoption, Method
from ao.site.autoscale import Effect
from ao.site.listeners import READ
from ao.site.tags import BY_REQUEST, TAG_FORMAT
from ao.templates import SERVER_TEMPLATE
from ao.text_format import newer_tags

ROUTER_INTERFACE = "OS::Neutron::RouterInterface"
"""Resource type of Heat by which a system's network hangs on the site's router."""
SECURE = "secure_listener"
"""Name in the system's template of the listener that terminates TLS."""
SECURE_PRODUCTION = "secure_production_listener"
"""Name in the site's template of the listener for users that terminates TLS."""


VIP = "vip"
"""Value of the tag `ao:address` of a site's stack whose users reach its load balancer's address."""


def built_id(resources: Iterable[Resource], name: str) -> str | None:
    """Return the ID of what the resource of a name has built, or None."""
    return next((it.physical_id for it in resources if it.name == name and it.physical_id), None)


@dataclass(frozen=True, kw_only=True)
class FurtherPool:
    """A pool of a system beside its main one: of another port of its servers, or protocol."""

    key: str
    """Word by which the templates name it: what `ao.site.Backend` has."""
    id: str
    members: tuple[Member, ...] = ()
    monitor: Monitor | None = None
    """Its health monitor; None too where nobody has asked for it."""
    pool: Pool | None = None
    """What Heat cannot say of it; None too where nobody has asked for it."""
    is_served: bool = True
    """Whether the system was built with its servers in it: a system that there was before the
    listener was not."""
    is_led: bool = True
    """Whether a listener leads users to it, or to that of the other system: a pool of a listener
    that was taken away is neither checked nor asked."""

    @property
    def label(self) -> str:
        """Protocol and port, as a person reads them."""
        protocol, _, port = self.key.partition("_")
        return f"{protocol.upper()} {port}"

    @property
    def serving(self) -> frozenset[str]:
        """Addresses of the servers that it sends requests to."""
        return frozenset(it.address for it in self.members if it.serving)


@dataclass(frozen=True, kw_only=True)
class FurtherPlace:
    """A listener of a load balancer beside the main one, as Heat has built it."""

    name: str
    terminates: bool
    """Whether it was built to terminate TLS."""
    listener: Listener | None
    """None where it is gone, and by the address method where nobody has asked for it."""
    preview: Listener | None = None
    """Pool method: the one that reaches the standby; None where another has the same pool."""
    key: str = ""
    """Key of the pools that it leads to; empty for the main ones."""
    preview_built: bool = False
    """Whether Heat has built one of the preview."""


@dataclass(frozen=True, kw_only=True)
class System:
    """Facts of one system."""

    colour: Colour
    stack: Stack | None
    """Its Heat stack; None before it is built."""
    resources: tuple[Resource, ...]
    """Resources that Heat has built for it."""
    load_balancer: LoadBalancer | None
    """Load balancer that sends requests to it: its own, or the one that both systems share."""
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
    standstill: Standstill | None = None
    """How Heat's work on its stack stands still; None while it goes on, or there is none."""
    monitor: Monitor | None = None
    """Health monitor of its pool; None too where nobody has asked for it."""
    pool: Pool | None = None
    """Its pool with what Heat cannot say of it; None too where nobody has asked for it."""
    listener: Listener | None = None
    """Address method: the listener of its load balancer that users reach, which terminates TLS
    where it was built for that; None too where nobody has asked for it."""
    redirect_listener: Listener | None = None
    """Address method: that of plain HTTP beside one that terminates TLS."""
    further: tuple[FurtherPlace, ...] = ()
    """Address method: the listeners of its load balancer beside the main one."""
    further_pools: tuple[FurtherPool, ...] = ()
    """Its pools beside the main one."""
    is_adopted: bool = False
    """Whether it was there before: its pool and servers are somebody else's, in no stack."""

    @property
    def pool_ids(self) -> Mapping[str, str]:
        """IDs of its pools, by their keys; that of the main one is empty."""
        main = {"": self.pool_id} if self.pool_id else {}
        return {**main, **{it.key: it.id for it in self.further_pools}}

    @property
    def monitors(self) -> tuple[Monitor, ...]:
        """Health monitors of all its pools."""
        found = (self.monitor, *(it.monitor for it in self.further_pools))
        return tuple(it for it in found if it is not None)

    @property
    def is_secure(self) -> bool:
        """Whether Heat has built its own load balancer to terminate TLS."""
        return built_id(self.resources, SECURE) is not None

    @property
    def size(self) -> int:
        """Servers that its group wants: Heat keeps a member for each, until it is gone.

        Of an adopted system it is those that are in its pool.
        """
        if self.is_adopted:
            return len(self.members)
        return sum(
            resource.type == SERVER_TEMPLATE and not resource.status.startswith("DELETE")
            for resource in self.resources
        )

    @property
    def demand(self) -> int:
        """Servers that the other system needs to carry what this one does."""
        return self.online if self.is_adopted else self.size

    def alarm(self, names: frozenset[str]) -> Alarm | None:
        """Return the alarm that its template calls by one of these names, or None."""
        ids = {resource.physical_id for resource in self.resources if resource.name in names}
        return next((alarm for alarm in self.alarms if alarm.id in ids), None)

    def amiss(self, effect: Effect) -> tuple[Alarm, ...]:
        """Return the alarms whose state differs from what `effect` asks for."""
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
    def image_id(self) -> str:
        """Image that it was deployed with; empty for one by an Ao that did not keep it."""
        return sites.image_of(self.stack.tags) if self.stack else ""

    @property
    def vip_port_id(self) -> str | None:
        """Port of its load balancer's address."""
        return self.load_balancer.vip_port_id if self.load_balancer else None

    @property
    def online(self) -> int:
        """Servers that the load balancer sends requests to, of each pool that they are in."""
        pools = [it.serving for it in self.further_pools if it.is_served and it.is_led]
        return sum(
            member.serving and all(member.address in pool for pool in pools)
            for member in self.members
        )

    @property
    def broken(self) -> tuple[Resource, ...]:
        """Resources that Heat has built and that are missing or broken.

        Of a server and of its place in the pool it is the group's member, which holds both. One
        that Heat adds or removes at this moment, as load makes it do, is neither, unless nothing
        has changed for so long that no engine of Heat's can be at it.
        """
        adjusted = self.stack is not None and not is_still(self.stack, self.resources)
        active = {server.id for server in self.servers}
        placed = {member.id for member in self.members}
        placed |= {member.id for pool in self.further_pools for member in pool.members}
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
                and not (resource.changing and adjusted)
            )
            or (resource.type == "OS::Octavia::LoadBalancer" and self.load_balancer is None)
            or resource in self.lost
        )

    @property
    def is_stuck(self) -> bool:
        """Whether Heat can update its stack no more, and only delete it.

        Heat looks whether a failed resource of Neutron's is there by a name of its kind, which a
        router interface has not, and ends in a TypeError
        (heat/engine/resources/openstack/neutron/neutron.py: needs_replace_failed, _show_resource).
        """
        return any(
            resource.type == ROUTER_INTERFACE
            and resource.physical_id is not None
            and resource.status in {"CREATE_FAILED", "UPDATE_FAILED", "CHECK_FAILED"}
            for resource in self.resources
        )

    def obstacle(self, *, degraded: bool = False) -> str | None:
        """Return why production must not be switched to the system; None when it may.

        With `degraded`, one healthy server is enough.
        """
        if self.is_adopted:
            return self._unready(degraded=degraded)
        if self.stack is None:
            return message("it is not built")
        if self.stack.busy:
            at_work = message(
                "Heat is at work on it (%(action)s_IN_PROGRESS)", action=self.stack.action
            )
            if self.standstill is None:
                return at_work
            return message(
                "%(obstacle)s, and %(standstill)s",
                obstacle=at_work,
                standstill=self.standstill.text,
            )
        if self.stack.failed:
            return message("its stack is %(action)s_FAILED", action=self.stack.action)
        return self._unready(degraded=degraded)

    def _unready(self, *, degraded: bool) -> str | None:
        """Return what of its load balancer and servers is an obstacle, or None."""
        if self.load_balancer is None:
            return message("its load balancer is gone")
        if self.load_balancer.failed:
            return message("its load balancer is in provisioning status ERROR")
        if self.is_adopted and self.pool_id not in self.load_balancer.pool_ids:
            return message("its pool is gone")
        if self.size == 0:
            return (
                message("its pool is empty") if self.is_adopted else message("its group is empty")
            )
        if self.online < (1 if degraded else self.size):
            return message(
                "%(online)s of %(size)s servers pass the health check",
                online=self.online,
                size=self.size,
            )
        return None


@dataclass(frozen=True, kw_only=True)
class ClientAuthorities:
    """What clients' certificates are checked by: references of Barbican's."""

    ca: str
    crl: str | None


@dataclass(frozen=True, kw_only=True)
class ServerCertificates:
    """What is shown to servers that speak TLS, and theirs are checked by: Barbican's references."""

    certificate: str | None = None
    ca: str | None = None
    crl: str | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts of a site."""

    method: Method
    """How its production is switched."""
    stack: Stack | None
    """The site's own Heat stack; None before it is built."""
    resources: tuple[Resource, ...]
    """Resources that Heat has built for it."""
    production: FloatingIP | Vip | None
    """The production address: a floating IP, or that of the load balancer where there is none."""
    preview: FloatingIP | Vip | None
    """The preview address; by the pool method the production address, on another port."""
    systems: Mapping[Colour, System]
    shared: LoadBalancer | None = None
    """Pool method: the load balancer that both systems share."""
    production_listener: Listener | None = None
    """Pool method: its listener for users."""
    preview_listener: Listener | None = None
    """Pool method: its listener that reaches the standby."""
    redirect_listener: Listener | None = None
    """Pool method: its listener of plain HTTP, where that for users terminates TLS."""
    further: tuple[FurtherPlace, ...] = ()
    """Pool method: its listeners beside the main one, with those of their previews."""
    policies: Mapping[str, tuple[L7Policy, ...]] = field(default_factory=dict)
    """L7 policies by the ID of their listener: of those of plain HTTP that lead to HTTPS, and of
    those of users that read requests, where these reach the standby by what they say."""
    clients: ClientAuthorities | None = None
    """What clients' certificates are checked by, as Barbican tells it; None where the site file
    names nothing, or it was not found."""
    servers: ServerCertificates | None = None
    """The same of TLS to the servers."""
    unknown: str = ""
    """Why its alarms are not known; empty when they are, and without autoscaling."""
    standstill: Standstill | None = None
    """How Heat's work on the site's own stack stands still; None while it goes on, or there is
    none."""
    adoption: Adoption | None = None
    """The load balancer of somebody else's that the site is built around; None for one of Ao's."""

    @property
    def adopted(self) -> System | None:
        """The system that was there before; None where there was none, or it is given up."""
        return next((it for it in self.systems.values() if it.is_adopted), None)

    @property
    def stacks(self) -> Mapping[str, Stack]:
        """The stacks of the site and of its systems, by name."""
        stacks = (self.stack, *(system.stack for system in self.systems.values()))
        return {stack.name: stack for stack in stacks if stack}

    @property
    def newer(self) -> tuple[str, ...]:
        """What of the site has tags of a format that Ao does not know yet, a sentence for each."""
        words: dict[str, frozenset[str]] = {
            message("stack %(name)s", name=name): stack.tags for name, stack in self.stacks.items()
        }
        if isinstance(self.preview, FloatingIP):
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
    def is_secure(self) -> bool:
        """Pool method: whether the listener for users terminates TLS."""
        if self.adoption is not None:
            main = self.production_listener
            return main is not None and main.protocol == "TERMINATED_HTTPS"
        return built_id(self.resources, SECURE_PRODUCTION) is not None

    def terminates(self, colour: Colour) -> bool:
        """Return whether users of a system speak HTTPS to its load balancer."""
        return self.is_secure if self.method is Method.POOL else self.systems[colour].is_secure

    @property
    def live(self) -> Colour | None:
        """Colour of the system that production reaches, or None."""
        if self.method is Method.ADDRESS:
            return self._pointed_to(self.production)
        return self._led_to(self.production_listener) if self.connected else None

    def led(self, place: FurtherPlace) -> Colour | None:
        """Colour of the system that a listener beside the main one leads users to, or None."""
        return self._led_to(place.listener) if self.connected else None

    @property
    def astray(self) -> tuple[FurtherPlace, ...]:
        """Pool method: the listeners that lead users to another system than the main one does."""
        if self.live is None:
            return ()
        return tuple(it for it in self.further if it.listener and self.led(it) is not self.live)

    @property
    def is_mixed(self) -> bool:
        """Whether listeners lead users to different systems: no one of them is live then."""
        return bool(self.astray)

    @property
    def previews_astray(self) -> tuple[FurtherPlace, ...]:
        """Pool method: the listeners whose preview reaches another system than the main one's.

        Where that is by header or cookie, it is the standby that they are to reach.
        """
        wanted = self.standby if self.previews_by_request else self.previewed
        return tuple(
            it for it in self.further if it.preview and self._led_to(it.preview) is not wanted
        )

    @property
    def standby(self) -> Colour | None:
        """Colour of the other system; None when no system is live."""
        return self.live.other if self.live else None

    @property
    def previewed(self) -> Colour | None:
        """Colour of the system that the preview address or listener reaches, or None.

        By header or cookie both systems can be reached, and it is the standby.
        """
        if self.method is Method.ADDRESS:
            return self._pointed_to(self.preview)
        if self.previews_by_request:
            return self.standby if self.standby and self.preview_key(self.standby) else None
        return self._led_to(self.preview_listener)

    @property
    def previews_by_request(self) -> bool:
        """Pool method: whether the site has no listener for the preview.

        Then a request reaches a system by what it says.
        """
        tags = self.stack.tags if self.stack else frozenset()
        return self.method is Method.POOL and sites.tag_value(tags, "preview") == BY_REQUEST

    @property
    def pools(self) -> Mapping[Colour, str]:
        """IDs of the systems' pools, of those that have one."""
        return self._pools_of("")

    @property
    def reading(self) -> tuple[tuple[Listener, Mapping[Colour, str]], ...]:
        """Pool method: the listeners of users that read requests, the main one first.

        Each with the IDs of the systems' pools that it leads to, or may.
        """
        further = (
            (it.listener, self._pools_of(it.key))
            for it in self.further
            if it.listener is not None and it.listener.protocol in READ
        )
        main = self.production_listener
        return ((main, self.pools), *further) if main is not None else tuple(further)

    def preview_key(self, colour: Colour) -> PreviewKey | None:
        """Return what a request has to say to reach a system on production's listener, or None."""
        listener = self.production_listener
        found = keyed(self.policies.get(listener.id, ()) if listener else (), self.pools)
        return found[colour].key if colour in found else None

    @property
    def floats(self) -> bool:
        """Whether users reach it by a floating IP, which may be led elsewhere."""
        return not isinstance(self.production, Vip)

    @property
    def connected(self) -> bool:
        """Whether the production address points to a load balancer of this site."""
        port_id = self.production.port_id if self.production else None
        return port_id is not None and port_id in self._vip_ports

    @property
    def foreign(self) -> bool:
        """Whether production is something that is not of this site.

        Its address points there, or the listener of an adopted load balancer leads there.
        """
        if self.adoption is not None:
            return self.production_listener is not None and self.live is None
        return bool(self.production and self.production.port_id and not self.connected)

    @property
    def switching_to(self) -> Colour | None:
        """Target of a switch that was begun and not finished, or None.

        By the address method it is noted with the preview address; by the pool method both
        listeners lead to it, or it is that of the main one where they lead to different systems.
        Without a listener for the main one's preview, those of others tell it, if there are any.
        """
        if self.method is Method.POOL:
            if self.previews_by_request:
                begun = any(
                    it.preview and self._led_to(it.preview) is self.live for it in self.further
                )
            else:
                begun = self.live is self.previewed
            return self.live if begun or self.is_mixed else None
        if not isinstance(self.preview, FloatingIP):
            return None
        word = sites.tag_value(frozenset(self.preview.description.split()), "switching-to")
        return Colour(word) if word in list(Colour) else None

    @property
    def broken(self) -> tuple[Resource, ...]:
        """Resources of the site's own stack that Heat has built and that are gone."""
        things: Mapping[str, tuple[FloatingIP | LoadBalancer | Listener | None, ...]] = {
            "OS::Neutron::FloatingIP": tuple(
                it for it in (self.production, self.preview) if isinstance(it, FloatingIP)
            ),
            "OS::Octavia::LoadBalancer": (self.shared,),
            "OS::Octavia::Listener": (
                self.production_listener,
                self.preview_listener,
                self.redirect_listener,
                *(it.listener for it in self.further),
                *(it.preview for it in self.further),
            ),
        }
        there = {kind: {thing.id for thing in those if thing} for kind, those in things.items()}
        there["OS::Octavia::Pool"] = set(self.shared.pool_ids) if self.shared else set()
        return tuple(
            resource
            for resource in self.resources
            if resource.type in there and resource.physical_id not in there[resource.type]
        )

    def is_told(self, colour: Colour, told: Colour | None) -> bool:
        """Return whether an answer that tells a colour, or none, is of that system.

        The servers of an adopted one know of no colours.
        """
        return told is colour or (told is None and self.systems[colour].is_adopted)

    def has(self, colour: Colour) -> bool:
        """Return whether the system of that colour has a stack."""
        return self.systems[colour].stack is not None

    def has_servers(self, colour: Colour) -> bool:
        """Return whether there is a system of that colour, of a stack or an adopted one."""
        return self.has(colour) or self.systems[colour].is_adopted

    def _pools_of(self, key: str) -> Mapping[Colour, str]:
        pools = {it.colour: it.pool_ids.get(key) for it in self.systems.values()}
        return {colour: pool_id for colour, pool_id in pools.items() if pool_id}

    @property
    def _vip_ports(self) -> set[str]:
        balancers = (self.shared, *(system.load_balancer for system in self.systems.values()))
        return {balancer.vip_port_id for balancer in balancers if balancer}

    def _pointed_to(self, address: FloatingIP | Vip | None) -> Colour | None:
        port_id = address.port_id if address else None
        return next(
            (c for c, s in self.systems.items() if port_id and s.vip_port_id == port_id), None
        )

    def _led_to(self, listener: Listener | None) -> Colour | None:
        pool_id = listener.default_pool_id if listener else None
        return next(
            (c for c, s in self.systems.items() if pool_id and pool_id in s.pool_ids.values()), None
        )
