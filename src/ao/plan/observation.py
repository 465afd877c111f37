"""Observation of a site: what the cloud answered at one look, and the facts that follow from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ao import site as sites
from ao import templates
from ao.cloud import (
    Alarm,
    BalancerStatus,
    Cloud,
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
from ao.errors import AoError, CloudError, Conflict, NotAuthenticated, NotFound, Refused
from ao.message import message
from ao.plan import alarms, monitors, own_templates, pools, standstill
from ao.plan.facts import (
    SECURE,
    SECURE_PRODUCTION,
    ClientAuthorities,
    Facts,
    FurtherPlace,
    FurtherPool,
    ServerCertificates,
    System,
    built_id,
)
from ao.plan.listeners import are_asked, leads, redirect
from ao.plan.preview_policies import are_whole
from ao.plan.standstill import Standstill
from ao.site import Adoption, Method, Site
from ao.site.listeners import READ
from ao.untrusted.printable import printable

T = TypeVar("T", FloatingIP, Listener, LoadBalancer)

Resources = Mapping[str, tuple[Resource, ...]]
"""Resources of stacks and of those nested in them, by the name of the stack."""


POOL = "pool"
MONITOR = "monitor"
"""How templates call the pools of systems beside the main one, and their health monitors."""
_KEY = r"(?:http|https|tcp|proxy)_[0-9]{1,5}"
_MEMBER = re.compile(rf"member_(?P<key>{_KEY})")
"""Names of the places of a server in pools beside the main one."""
_LISTENER = re.compile(rf"(?P<secure>{templates.SECURE})?listener_(?P<name>[a-z0-9-]{{1,20}})")
"""Names of listeners beside the main one."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""IDs of Octavia's, which no name is looked for by."""
SERVER = "OS::Nova::Server"
"""Resource type of Heat that a system's servers are of."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What the services of a cloud answered at one look at a site.

    They are asked by the IDs that Heat tells, or by a filter of theirs, so that an observation is
    of the same size whatever else the project holds.
    """

    stacks: Mapping[str, Stack]
    """Stacks that carry the site's tag, by name."""
    resources: Resources
    """Resources of each of these stacks."""
    floating_ips: tuple[FloatingIP, ...]
    """Floating IPs that the site's stack has built, and the one that the site file names."""
    load_balancers: tuple[LoadBalancer, ...]
    """Load balancers that the stacks have built."""
    listeners: tuple[Listener, ...]
    """Listeners of the load balancers; none where each system has its own and the site file says
    nothing of them that Heat cannot."""
    servers: tuple[Server, ...]
    """Servers that are ACTIVE in Nova, those of the stacks among them; none where Nova was not
    asked."""
    members: Mapping[str, tuple[Member, ...]]
    """Members of the systems' pools, by the pool's ID; of a pool that is gone there is no entry."""
    alarms: tuple[Alarm, ...]
    """Alarms that the stacks have built and that Aodh has; none when no system has any."""
    unknown: str = ""
    """Why the alarms are not known; empty when they are."""
    statuses: Mapping[str, BalancerStatus] = field(default_factory=dict)
    """Statuses of each of these load balancers, by its ID."""
    monitors: Mapping[str, Monitor] = field(default_factory=dict)
    """Health monitors of the systems' pools, by ID; none where nobody has asked for them."""
    pools: Mapping[str, Pool] = field(default_factory=dict)
    """The systems' pools, by ID; none where the site file says nothing of them that Heat cannot."""
    policies: Mapping[str, tuple[L7Policy, ...]] = field(default_factory=dict)
    """L7 policies of the listeners that lead users to HTTPS, and of those of users where
    requests reach the standby by what they say, by the listener's ID."""
    clients: ClientAuthorities | None = None
    """What clients' certificates are checked by; None where nothing is named, found or asked."""
    server_certificates: ServerCertificates | None = None
    """The same of TLS to the servers."""


def read(
    cloud: Cloud,
    site: Site,
    last: Observation | None = None,
    *,
    brief: bool = False,
    monitored: bool = False,
) -> Observation:
    """Ask all services, side by side, for what they have of a site.

    Health monitors are asked for only where the site names a host for them, or with `monitored`;
    not again where the last observation had them as the site wants them.

    What cannot have changed since the `last` observation of the same site is taken from that: the
    resources of a stack at which Heat has done nothing since, what never changes of a load
    balancer, and its listeners while they lead where they led. A system's resources are read anew
    when its pool has other members, or when it has alarms: then load changes its group, which its
    stack does not show. Servers that answer their health checks are not asked for again.

    A `brief` one has what tells how the site stands, for those who change nothing: neither servers
    nor health monitors nor what clients' certificates are checked by, so that neither Nova nor
    Barbican is asked.
    """
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="observe") as pool:
        named = pool.submit(_named, cloud, site) if last is None and not brief else None
        by_name = {stack.name: stack for stack in cloud.stacks.tagged(site.tag)}
        resources = dict(unchanged(by_name, last))
        reused = frozenset(resources)
        unmoved = last is not None and by_name == last.stacks
        asked = {
            name: pool.submit(_resources, cloud, stack)
            for name, stack in by_name.items()
            if name not in reused
        }
        resources |= {name: answer.result() for name, answer in asked.items()}
        floating_ips = pool.submit(_floating_ips, cloud, site, resources.get(site.stack, ()))
        # At a first look no stack's resources are read anew.
        early = pool.submit(_alarms, cloud, resources.values()) if last is None else None
        wanted = not brief and (monitored or monitors.is_named(site))
        monitoring = pool.submit(_monitors, cloud, site, dict(resources), last) if wanted else None
        reader = _BalancerReader(cloud, site, resources, last)
        authorities = None if brief else pool.submit(_authorities, cloud, site, last)
        pooling = (
            None
            if brief
            else pool.submit(
                _pools, cloud, site, dict(resources), reader.ids, last if unmoved else None
            )
        )
        servers_tls = None if brief else pool.submit(_server_certificates, cloud, site, last)
        balancers = list(pool.map(reader.read, reader.ids))
        listeners = tuple(listener for it in balancers for listener in it.listeners)
        led = {
            key: ids for it in balancers if it.status for key, ids in it.status.listeners.items()
        }
        asked_policies = _with_policies(site, by_name, resources, listeners, led)
        policies = pool.submit(_policies, cloud, site, resources, asked_policies, last)
        members = {pool_id: told for it in balancers for pool_id, told in it.members.items()}
        moved = [
            name
            for name in reused
            if last
            and _placed(site, name, resources, members)
            != _placed(site, name, resources, last.members)
        ]
        anew = {name: pool.submit(_resources, cloud, by_name[name]) for name in moved}
        resources |= {name: answer.result() for name, answer in anew.items()}
        alarming = early or pool.submit(_alarms, cloud, resources.values())
        same = last is not None and resources == last.resources
        if brief:
            servers: tuple[Server, ...] = ()
        elif last is not None and same and _answer(last, resources, members):
            servers = last.servers
        else:
            servers = _with_renamed(
                cloud, resources.values(), named.result() if named else _named(cloud, site)
            )
        known, unknown = alarming.result()
        return Observation(
            stacks=by_name,
            resources=resources,
            floating_ips=floating_ips.result(),
            load_balancers=tuple(it.balancer for it in balancers if it.balancer),
            listeners=listeners,
            pools=pooling.result() if pooling else {},
            policies=policies.result(),
            clients=authorities.result() if authorities else None,
            server_certificates=servers_tls.result() if servers_tls else None,
            servers=servers,
            members=members,
            alarms=known,
            unknown=unknown,
            monitors=monitoring.result() if monitoring else {},
            statuses={it.balancer.id: it.status for it in balancers if it.balancer and it.status},
        )


def _resources(cloud: Cloud, stack: Stack) -> tuple[Resource, ...]:
    """Return the resources of a stack that Ao knows, whatever templates of others are in it."""
    return own_templates.of_system(cloud.stacks.resources(stack))


def with_members(cloud: Cloud, facts: Facts, colour: Colour) -> Facts:
    """Return the facts of a moment ago, with the members of one system read anew."""
    system = facts.systems[colour]
    if system.load_balancer is None or system.pool_id is None:
        return facts
    status = cloud.load_balancers.status(system.load_balancer.id)

    def told(pool_id: str) -> tuple[Member, ...]:
        members = status.members.get(pool_id) if status else ()
        return _members(cloud, pool_id) if members is None else members

    anew = replace(
        system,
        members=told(system.pool_id),
        further_pools=tuple(replace(it, members=told(it.id)) for it in system.further_pools),
    )
    return replace(facts, systems={**facts.systems, colour: anew})


def _members(cloud: Cloud, pool_id: str) -> tuple[Member, ...]:
    """Return the members of a pool that no listener leads to; none of one that is gone."""
    try:
        return cloud.load_balancers.members(pool_id)
    except NotFound:
        return ()


def unchanged(stacks: Mapping[str, Stack], last: Observation | None) -> Resources:
    """Return the resources of stacks at which Heat has done nothing since they were read. Pure."""
    if last is None:
        return {}
    return {
        name: resources
        for name, resources in last.resources.items()
        if stacks.get(name) == last.stacks.get(name)
        and stacks[name].status == "COMPLETE"
        and not any(it.changing or it.type in alarms.TYPES for it in resources)
    }


def _placed(
    site: Site, name: str, resources: Resources, members: Mapping[str, tuple[Member, ...]]
) -> frozenset[str]:
    """Return the IDs of the members of the pool that the servers of a system's stack are in."""
    colour = next((it for it in Colour if site.system_stack(it) == name), None)
    pool_id = _pool_id(site, resources, colour) if colour else None
    return frozenset(member.id for member in members.get(pool_id or "", ()))


def _monitors(
    cloud: Cloud, site: Site, resources: Resources, last: Observation | None
) -> Mapping[str, Monitor]:
    """Return the health monitors of the systems' pools that Octavia has."""
    known = {
        monitor.id: monitor
        for monitor in (last.monitors.values() if last else ())
        if monitors.wanted(site, monitor) == monitor
    }
    ids = {it for colour in Colour if (it := _monitor_id(site, resources, colour))}
    ids |= {
        it for colour in Colour for it in _further_ids(site, resources, colour, MONITOR).values()
    }
    found = (known.get(it) or cloud.load_balancers.monitor(it) for it in sorted(ids))
    return {monitor.id: monitor for monitor in found if monitor is not None}


def _pools(
    cloud: Cloud,
    site: Site,
    resources: Resources,
    balancer_ids: tuple[str, ...],
    last: Observation | None,
) -> Mapping[str, Pool]:
    """Return the systems' pools that Octavia has, where the site file says something of them.

    Not again where the last observation had all of them; there is none where Heat has changed a
    stack since.
    """
    if not pools.are_asked(site):
        return {}
    ids = {
        it
        for colour in Colour
        if not _is_adopted(site, resources, colour) and (it := _pool_id(site, resources, colour))
    }
    ids |= {it for colour in Colour for it in _further_ids(site, resources, colour).values()}
    if last is not None and ids.issubset(last.pools):
        return last.pools
    found = (pool for it in balancer_ids for pool in cloud.load_balancers.pools(it))
    return {pool.id: pool for pool in found if pool.id in ids}


@dataclass(frozen=True, kw_only=True)
class _WithPolicies:
    """Listeners that have, or may have, L7 policies of Ao's."""

    redirecting: tuple[Listener, ...]
    """Those that lead users to HTTPS."""
    previewing: tuple[Listener, ...]
    """Those of users that read requests, where these may reach the standby by what they say."""


def _with_policies(
    site: Site,
    stacks: Mapping[str, Stack],
    resources: Resources,
    listeners: tuple[Listener, ...],
    led: Mapping[str, tuple[str, ...]],
) -> _WithPolicies:
    """Return the listeners that may have policies, by the pools that each leads to. Pure.

    Requests reach the standby by what they say where the site file wants it, or the stack's tag
    tells it, or a listener of users leads to the pools of both systems.
    """
    redirecting = _redirecting(site, resources, listeners) if redirect(site) else ()
    if site.switch.method is not Method.POOL:
        return _WithPolicies(redirecting=redirecting, previewing=())
    stack = stacks.get(site.stack)
    tagged = stack is not None and sites.tag_value(stack.tags, "preview") is not None
    reading = _reading(site, resources, listeners)
    leads_to_both = any(
        len(pools) == len(Colour) and pools.issubset(led.get(it.id, ()))
        for it in reading
        for pools in [set(_pools_led_to(site, resources, it.id).values())]
    )
    previews = site.switch.previews_by_request or tagged or leads_to_both
    return _WithPolicies(redirecting=redirecting, previewing=reading if previews else ())


def _reading(
    site: Site, resources: Resources, listeners: tuple[Listener, ...]
) -> tuple[Listener, ...]:
    """Return the listeners of users that read requests, by the pool method; the main one does."""
    own = resources.get(site.stack, ())
    if site.adopt is not None:
        ids = site.adopt.listeners
        return tuple(it for it in listeners if it.id in ids and it.protocol in READ)
    main = built_id(own, SECURE_PRODUCTION) or built_id(own, "production_listener")
    further = {it.physical_id for it in own if _LISTENER.fullmatch(it.name)}
    return tuple(
        it for it in listeners if it.id == main or (it.id in further and it.protocol in READ)
    )


def _pools_led_to(site: Site, resources: Resources, listener_id: str) -> Mapping[Colour, str]:
    """IDs of the systems' pools that a listener of users leads to, or may, by the site file."""
    names = (
        _LISTENER.fullmatch(it.name)
        for it in resources.get(site.stack, ())
        if it.physical_id == listener_id
    )
    found = next((site.listener(it["name"]) for it in names if it), None)
    backend = site.backend(found) if found else None
    if backend is None:
        return _pool_ids(site, resources)
    ids = {it: _further_ids(site, resources, it).get(backend.key) for it in Colour}
    return {colour: pool_id for colour, pool_id in ids.items() if pool_id}


def _policies(
    cloud: Cloud,
    site: Site,
    resources: Resources,
    asked: _WithPolicies,
    last: Observation | None,
) -> Mapping[str, tuple[L7Policy, ...]]:
    """Return the L7 policies of listeners that may have some of Ao's.

    Not again of one that the last observation had as the site wants it.
    """
    wanted = redirect(site)

    def told(listener: Listener) -> tuple[L7Policy, ...]:
        known = last.policies.get(listener.id, ()) if last else ()
        if listener in asked.previewing:
            pools = _pools_led_to(site, resources, listener.id)
            right = site.switch.previews_by_request and are_whole(known, pools, site)
        else:
            right = any(leads(it, wanted) for it in known)
        return known if right else cloud.load_balancers.l7_policies(listener.id)

    those = (*asked.redirecting, *asked.previewing)
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="policies") as aside:
        return {it.id: found for it, found in zip(those, aside.map(told, those), strict=True)}


def _redirecting(
    site: Site, resources: Resources, listeners: tuple[Listener, ...]
) -> tuple[Listener, ...]:
    """Return the listeners of plain HTTP that are beside those which terminate TLS."""
    places = [(site.stack, "production_listener", SECURE_PRODUCTION)]
    places += [(site.system_stack(colour), "listener", SECURE) for colour in Colour]
    built = [
        built_id(resources.get(stack, ()), plain)
        for stack, plain, secure in places
        if built_id(resources.get(stack, ()), secure)
    ]
    return tuple(it for it in listeners if it.id in built)


def _authorities(cloud: Cloud, site: Site, last: Observation | None) -> ClientAuthorities | None:
    """Return what clients' certificates are checked by, as Barbican tells it, or None.

    What is not found, or cannot be asked for, is told when it is written to a listener: a Barbican
    that does not answer keeps nobody from other commands.
    """
    named = site.tls.clients if site.tls else None
    if named is None:
        return None
    if last is not None and last.clients is not None:
        return last.clients
    try:
        return ClientAuthorities(
            ca=cloud.certificates.find(named.ca).ref,
            crl=cloud.certificates.find(named.crl).ref if named.crl else None,
        )
    except NotAuthenticated:
        raise
    except CloudError:
        return None


def _server_certificates(
    cloud: Cloud, site: Site, last: Observation | None
) -> ServerCertificates | None:
    """Return what the site file names for TLS to the servers, as Barbican tells it, or None.

    What is not found, or cannot be asked for, is told when it is written to a pool.
    """
    tls = site.load_balancer.server_tls
    if tls is None or not tls.named:
        return None
    if last is not None and last.server_certificates is not None:
        return last.server_certificates
    try:
        found = {key: cloud.certificates.find(name).ref for key, name in tls.named}
    except NotAuthenticated:
        raise
    except CloudError:
        return None
    return ServerCertificates(
        certificate=found.get("certificate"), ca=found.get("ca"), crl=found.get("crl")
    )


def _floating_ips(
    cloud: Cloud, site: Site, resources: tuple[Resource, ...]
) -> tuple[FloatingIP, ...]:
    """Return the floating IPs that the site's stack has built, and the one that the site names."""
    names = ("production_address", "preview_address")
    ids = {it.physical_id for it in resources if it.name in names and it.physical_id}
    own = cloud.floating_ips.find("id", ids) if ids else ()
    if site.production_address is None or site.external_network is None:
        return own
    return (*own, *cloud.floating_ips.find("address", {site.production_address}))


@dataclass(frozen=True, kw_only=True)
class _Balancer:
    """A load balancer as it was read, with what hangs on it; with nothing when it is gone."""

    balancer: LoadBalancer | None = None
    status: BalancerStatus | None = None
    listeners: tuple[Listener, ...] = ()
    members: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)


def adopted_id(cloud: Cloud, site: Site, last: Observation | None = None) -> str | None:
    """Return the ID of the load balancer that a site is built around; None for one of Ao's.

    Raises NotFound and Conflict, with the place in the site file, for a name of none or several.
    """
    if site.adopt is None:
        return None
    named = site.adopt.load_balancer
    if _ID.fullmatch(named):
        return named
    if last is not None and last.load_balancers:
        return last.load_balancers[0].id
    found = [it for it in cloud.load_balancers.all() if it.name == named]
    where = site.place("adopt.load_balancer")
    if not found:
        raise NotFound(
            message(
                "%(where)s: the project has no load balancer %(name)s", where=where, name=named
            ),
            cure=message("`openstack loadbalancer list` shows what it has."),
        )
    if len(found) > 1:
        raise Conflict(
            message(
                "%(where)s: %(count)s load balancers are called %(name)s",
                where=where,
                count=len(found),
                name=named,
            ),
            cure=message("Write the ID of the one that is meant."),
        )
    return found[0].id


class _BalancerReader:
    """Reads the load balancers of a site."""

    def __init__(
        self, cloud: Cloud, site: Site, resources: Resources, last: Observation | None
    ) -> None:
        self._cloud = cloud
        self._last = last
        self._shares = site.switch.method is Method.POOL
        self._lists = self._shares or are_asked(site)
        self._pools: dict[str, set[str]] = {}
        there = adopted_id(cloud, site, last)
        for colour in Colour:
            name = site.stack if self._shares else site.system_stack(colour)
            balancer_id = there or built_id(resources.get(name, ()), "load_balancer")
            pool_id = _pool_id(site, resources, colour)
            if balancer_id:
                known = self._pools.setdefault(balancer_id, set())
                known.update({pool_id} if pool_id else ())
                known.update(_further_ids(site, resources, colour).values())

    @property
    def ids(self) -> tuple[str, ...]:
        """IDs of the load balancers that Heat has built."""
        return tuple(self._pools)

    def read(self, balancer_id: str) -> _Balancer:
        """Read a load balancer by its ID: what is not known, and its statuses."""
        asked = self._cloud.load_balancers
        known = self._known(balancer_id)
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="balancer") as aside:
            first = None if known else aside.submit(asked.get, balancer_id)
            led = aside.submit(asked.listeners, balancer_id) if first and self._lists else None
            status = asked.status(balancer_id)
            balancer = first.result() if first else known
            if status is None or balancer is None:
                return _Balancer()
            if led is not None:
                listeners = led.result()
            else:
                listeners = self._listeners(balancer_id, status) if self._lists else ()
        members: dict[str, tuple[Member, ...]] = {}
        wanted = self._pools[balancer_id]
        for pool_id in wanted.intersection(balancer.pool_ids):
            told = status.members.get(pool_id)
            with suppress(NotFound):
                members[pool_id] = (
                    self._cloud.load_balancers.members(pool_id) if told is None else told
                )
        there = (it for it in balancer.pool_ids if it in members or it not in wanted)
        return _Balancer(
            balancer=replace(
                balancer,
                provisioning_status=status.provisioning_status,
                operating_status=status.operating_status,
                pool_ids=tuple(there),
            ),
            status=status,
            listeners=listeners,
            members=members,
        )

    def _known(self, balancer_id: str) -> LoadBalancer | None:
        """Return the load balancer as it was last observed; None where a pool is new to it."""
        known = self._last.load_balancers if self._last else ()
        before = next((it for it in known if it.id == balancer_id), None)
        is_whole = before is not None and self._pools[balancer_id].issubset(before.pool_ids)
        return before if is_whole else None

    def _listeners(self, balancer_id: str, status: BalancerStatus) -> tuple[Listener, ...]:
        """Return the listeners as the last observation tells, unless they lead elsewhere since."""
        known = self._last.listeners if self._last else ()
        own = tuple(it for it in known if it.id in status.listeners)
        if own and _agree(own, status):
            return own
        return self._cloud.load_balancers.listeners(balancer_id)


def _agree(listeners: tuple[Listener, ...], status: BalancerStatus) -> bool:
    """Return whether listeners lead where the statuses tell, which tell a default pool first. Pure.

    They may have been read in the midst of a change, and a listener with L7 policies may have no
    default pool.
    """
    return {it.id: it.default_pool_id for it in listeners} == {
        listener_id: next(iter(pool_ids), None)
        for listener_id, pool_ids in status.listeners.items()
    }


def _answer(
    last: Observation, resources: Resources, members: Mapping[str, tuple[Member, ...]]
) -> bool:
    """Return whether all servers were ACTIVE, and all answer their health checks since. Pure.

    Then they are ACTIVE still.
    """
    active = {server.id for server in last.servers}
    built = [it for of_stack in resources.values() for it in of_stack if it.type == SERVER]
    places = [member for pool in members.values() for member in pool]
    more = [it for of_stack in resources.values() for it in of_stack if _MEMBER.fullmatch(it.name)]
    return (
        all(server.physical_id in active for server in built)
        and len(places) == len(built) + len(more)
        and all(member.operating_status == "ONLINE" for member in places)
    )


def _named(cloud: Cloud, site: Site) -> tuple[Server, ...]:
    """Return the ACTIVE servers that have such names as Heat gives those of the site."""
    return cloud.servers.named([f"{site.name}-{colour}-" for colour in Colour])


def _with_renamed(
    cloud: Cloud, resources: Iterable[tuple[Resource, ...]], named: tuple[Server, ...]
) -> tuple[Server, ...]:
    """Return the `named` servers, and those of the resources that are ACTIVE by another name.

    A name is anybody's to change, so that these are asked for by their IDs.
    """
    ids = {server.id for server in named}
    missing = [
        it.physical_id
        for of_stack in resources
        for it in of_stack
        if it.type == SERVER and it.status.endswith("COMPLETE") and it.physical_id not in ids
    ]
    renamed = (it for it in missing if it and cloud.servers.is_active(it))
    return (*named, *(Server(id=server_id, name="") for server_id in renamed))


def of_stack(stack: Stack, resources: tuple[Resource, ...]) -> Observation:
    """Return the observation of one stack alone. Pure."""
    return Observation(
        stacks={stack.name: stack},
        resources={stack.name: resources},
        floating_ips=(),
        load_balancers=(),
        listeners=(),
        servers=(),
        members={},
        alarms=(),
    )


def assemble(site: Site, seen: Observation, *, cancel: bool = False) -> Facts:
    """Return the facts of a site that follow from an observation of it. Pure.

    With `cancel` the operator has asked to cancel what stands still of Heat's work.

    Addresses, load balancers and servers are known by the IDs that Heat keeps of them:
    names, tags and descriptions are anybody's to change. Raises NotFound when the site names a
    production address that the project lacks, Refused when it was built for another method.
    """
    _check_method(site, seen.stacks.get(site.stack))
    _check_adoption(site, seen.stacks.get(site.stack))
    own = seen.resources.get(site.stack, ())
    shared = _of(own, "load_balancer", seen.load_balancers)
    if site.adopt is not None:
        shared = next(iter(seen.load_balancers), None)
    production = (
        _production(site, own, seen.floating_ips)
        if site.external_network is not None
        else vip(shared)
    )
    shares = site.switch.method is Method.POOL
    secure = built_id(own, SECURE_PRODUCTION) is not None
    return Facts(
        method=site.switch.method,
        stack=seen.stacks.get(site.stack),
        resources=own,
        production=production,
        preview=production if shares else _of(own, "preview_address", seen.floating_ips),
        systems={colour: _system(site, seen, colour, shared, cancel=cancel) for colour in Colour},
        shared=shared,
        production_listener=_listener(seen, site.adopt.listeners[0])
        if site.adopt is not None
        else _of(own, SECURE_PRODUCTION if secure else "production_listener", seen.listeners),
        preview_listener=_of(
            own, "secure_preview_listener" if secure else "preview_listener", seen.listeners
        ),
        redirect_listener=_of(own, "production_listener", seen.listeners) if secure else None,
        further=_further(site, seen, own) if shares else (),
        adoption=site.adopt,
        policies=seen.policies,
        clients=seen.clients,
        servers=seen.server_certificates,
        unknown=seen.unknown,
        standstill=_standstill(site, seen, site.stack, cancel=cancel),
    )


def _system(
    site: Site, seen: Observation, colour: Colour, shared: LoadBalancer | None, *, cancel: bool
) -> System:
    resources = seen.resources.get(site.system_stack(colour), ())
    balancer = shared or _of(resources, "load_balancer", seen.load_balancers)
    pool_id = _pool_id(site, seen.resources, colour)
    has_pool = balancer is not None and pool_id in balancer.pool_ids
    adopted = _is_adopted(site, seen.resources, colour)
    if adopted and not has_pool:
        # Its owner has deleted it, and nothing leads there any more.
        pool_id = None
    secure = built_id(resources, SECURE) is not None
    return System(
        colour=colour,
        stack=seen.stacks.get(site.system_stack(colour)),
        resources=resources,
        load_balancer=balancer,
        pool_id=pool_id,
        members=seen.members.get(pool_id, ()) if pool_id and has_pool else (),
        servers=_built(resources, seen.servers),
        alarms=_alarms_of(resources, seen.alarms),
        lost=() if seen.unknown else _lost(resources, seen.alarms),
        standstill=_standstill(site, seen, site.system_stack(colour), cancel=cancel),
        monitor=seen.monitors.get(_monitor_id(site, seen.resources, colour) or ""),
        pool=seen.pools.get(pool_id or ""),
        listener=_of(resources, SECURE if secure else "listener", seen.listeners),
        redirect_listener=_of(resources, "listener", seen.listeners) if secure else None,
        further=() if shared else _further(site, seen, resources),
        further_pools=tuple(_further_pools(site, seen, colour, balancer)),
        is_adopted=adopted,
    )


def _further(
    site: Site, seen: Observation, resources: tuple[Resource, ...]
) -> tuple[FurtherPlace, ...]:
    """Return the listeners of a load balancer beside the main one, in the order of their names.

    Those of an adopted one are in the order of the site file.
    """
    if site.adopt is not None:
        others = zip(site.adopt.listeners[1:], site.listeners, strict=False)
        there = ((it, _listener(seen, listener_id)) for listener_id, it in others)
        return tuple(
            FurtherPlace(name=it.name, terminates=it.terminates, listener=listener)
            for it, listener in there
        )
    keys = {
        pool_id: key
        for colour in Colour
        for key, pool_id in _further_ids(site, seen.resources, colour).items()
    }
    keys |= {it: "" for colour in Colour if (it := _pool_id(site, seen.resources, colour))}
    names = {
        found["name"]: bool(found["secure"])
        for it in resources
        if it.physical_id and (found := _LISTENER.fullmatch(it.name))
    }

    def place(name: str, *, secure: bool) -> FurtherPlace:
        before = templates.SECURE if secure else ""
        listener = _of(resources, f"{before}listener_{name}", seen.listeners)
        wanted = site.listener(name)
        backend = site.backend(wanted) if wanted else None
        led = listener.default_pool_id if listener else None
        return FurtherPlace(
            name=name,
            terminates=secure,
            listener=listener,
            preview=_of(resources, f"{before}preview_{name}", seen.listeners),
            preview_built=built_id(resources, f"{before}preview_{name}") is not None,
            # One that somebody has led elsewhere comes back to what the file says.
            key=keys.get(led or "", backend.key if backend else ""),
        )

    return tuple(place(name, secure=secure) for name, secure in sorted(names.items()))


def _further_pools(
    site: Site, seen: Observation, colour: Colour, balancer: LoadBalancer | None
) -> Iterator[FurtherPool]:
    """Yield the pools of a system beside the main one."""
    own = seen.resources.get(site.system_stack(colour), ())
    served = {found["key"] for it in own if (found := _MEMBER.fullmatch(it.name))}
    monitored = _further_ids(site, seen.resources, colour, MONITOR)
    shared = site.switch.method is Method.POOL
    places = _further(site, seen, seen.resources.get(site.stack, ())) if shared else ()
    led = {it.key for it in places}
    for key, pool_id in sorted(_further_ids(site, seen.resources, colour).items()):
        there = balancer is not None and pool_id in balancer.pool_ids
        yield FurtherPool(
            key=key,
            id=pool_id,
            members=seen.members.get(pool_id, ()) if there else (),
            monitor=seen.monitors.get(monitored.get(key, "")),
            pool=seen.pools.get(pool_id),
            is_served=key in served,
            is_led=not shared or key in led,
        )


def _further_ids(
    site: Site, resources: Resources, colour: Colour, what: str = POOL
) -> Mapping[str, str]:
    """IDs of a system's pools beside the main one, or of their health monitors, by the pools' keys.

    They are in the same stack as the main one.
    """
    shared, own = resources.get(site.stack, ()), resources.get(site.system_stack(colour), ())
    pattern = re.compile(rf"(?:{colour}_)?{what}_(?P<key>{_KEY})")
    return {
        found["key"]: it.physical_id
        for it in (*shared, *own)
        if it.physical_id and (found := pattern.fullmatch(it.name))
    }


def _standstill(site: Site, seen: Observation, name: str, *, cancel: bool) -> Standstill | None:
    return standstill.of_site(
        site, seen.stacks.get(name), seen.resources.get(name, ()), cancel=cancel
    )


def _pool_id(site: Site, resources: Resources, colour: Colour) -> str | None:
    """ID of a system's pool, which the site's stack has by the pool method, else its own."""
    shared = built_id(resources.get(site.stack, ()), f"{colour}_pool")
    if site.adopt is not None and _is_adopted(site, resources, colour):
        return site.adopt.pool
    return shared or built_id(resources.get(site.system_stack(colour), ()), "pool")


def _is_adopted(site: Site, resources: Resources, colour: Colour) -> bool:
    """Return whether a system is the one that was there before: Ao has built no pool for it."""
    if site.adopt is None or site.adopt.colour is not colour:
        return False
    return built_id(resources.get(site.stack, ()), f"{colour}_pool") is None


def _pool_ids(site: Site, resources: Resources) -> Mapping[Colour, str]:
    """IDs of the systems' pools, of those that have one."""
    return {it: pool_id for it in Colour if (pool_id := _pool_id(site, resources, it))}


def _monitor_id(site: Site, resources: Resources, colour: Colour) -> str | None:
    """ID of the health monitor of a system's pool, which is in the same stack as that."""
    shared = built_id(resources.get(site.stack, ()), f"{colour}_monitor")
    return shared or built_id(resources.get(site.system_stack(colour), ()), "health_monitor")


def _listener(seen: Observation, listener_id: str) -> Listener | None:
    return next((it for it in seen.listeners if it.id == listener_id), None)


def _check_adoption(site: Site, stack: Stack | None) -> None:
    """Refuse to take a site around an adopted load balancer for another one, or the reverse."""
    if stack is None:
        return
    wanted = site.adopt.marks if site.adopt is not None else {}
    keys = Adoption.KEYS
    built = {key: value for key in keys if (value := sites.tag_value(stack.tags, key)) is not None}
    if built == wanted:
        return
    if not built:
        raise Refused(
            message(
                "%(where)s: site %(site)s was built with a load balancer of its own",
                where=site.place("adopt"),
                site=site.name,
            ),
            cure=message(
                "Take `adopt` out; or give the adopted one another name in `site`: it is a site of "
                "its own."
            ),
        )
    key = next(it for it in keys if built.get(it) != wanted.get(it))
    raise Refused(
        message(
            "%(where)s: site %(site)s was built around listener %(listener)s, whose pool %(pool)s "
            "it has adopted as %(colour)s",
            where=site.place(f"adopt.{_ADOPT_KEYS[key]}"),
            site=site.name,
            listener=printable(built.get("adopted-listener", "-"), 60),
            pool=printable(built.get("adopted-pool", "-"), 60),
            colour=printable(built.get("adopted-colour", "-"), 60),
        ),
        cure=message("Write that in `adopt`; to end it, `ao disown` with it."),
    )


_ADOPT_KEYS = {
    "adopted-listener": "listeners",
    "adopted-pool": "pool",
    "adopted-colour": "colour",
}
"""Keys of `adopt` in the site file, by those of the tags."""


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
    """Return the thing that a resource stands for, or None."""
    ids = {resource.physical_id for resource in resources if resource.name == name}
    return next((thing for thing in things if thing.id in ids), None)


def _built(resources: tuple[Resource, ...], servers: tuple[Server, ...]) -> tuple[Server, ...]:
    ids = {resource.physical_id for resource in resources}
    return tuple(server for server in servers if server.id in ids)


def _alarms(cloud: Cloud, stacks: Iterable[tuple[Resource, ...]]) -> tuple[tuple[Alarm, ...], str]:
    """Return the alarms of the stacks that Aodh has, or why they are not known.

    Production must be able to move while Aodh is silent.
    """
    built = [it for stack in stacks for it in stack if it.type in alarms.TYPES and it.physical_id]
    if not built:
        return (), ""
    try:
        with ThreadPoolExecutor(max_workers=4, thread_name_prefix="alarms") as pool:
            found = list(pool.map(cloud.alarms.get, [it.physical_id for it in built]))
        return tuple(alarm for alarm in found if alarm), ""
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


def vip(balancer: LoadBalancer | None) -> Vip | None:
    """Return the address of a load balancer as the production address of a site; None without."""
    if balancer is None or not balancer.vip_port_id:
        return None
    return Vip(address=balancer.vip_address, port_id=balancer.vip_port_id)


def _production(
    site: Site, resources: tuple[Resource, ...], addresses: tuple[FloatingIP, ...]
) -> FloatingIP | None:
    if site.production_address is None:
        return _of(resources, "production_address", addresses)
    for address in addresses:
        if address.address == site.production_address:
            return address
    raise NotFound(
        message(
            "%(where)s: the project has no floating IP %(address)s",
            where=site.place("production_address"),
            address=site.production_address,
        ),
        cure=message(
            "`openstack floating ip list` shows what it has: write another one, and `ao up` leads "
            "it to the live system."
        )
        if resources
        else message(
            "`openstack floating ip list` shows what it has; or write "
            "`production_address: allocate`."
        ),
    )


def production(cloud: Cloud, site: Site, resources: tuple[Resource, ...]) -> FloatingIP | None:
    """Return the production address alone, by the resources of the site's own stack.

    Asks for it as an observation does. Raises NotFound when the site names one that the project
    lacks.
    """
    return _production(site, resources, _floating_ips(cloud, site, resources))


def own_stack(cloud: Cloud, site: Site) -> Stack | None:
    """Return the site's own stack; None before it is built, and when another's has that name."""
    stack = cloud.stacks.get(site.stack)
    return stack if stack is not None and site.tag in stack.tags else None
