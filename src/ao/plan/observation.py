"""Observation of a site: what the cloud answered at one look, and the facts that follow from it."""

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
from ao.plan import alarms, standstill
from ao.plan.facts import Facts, System
from ao.plan.standstill import Standstill
from ao.site import Method, Site
from ao.untrusted.printable import printable

T = TypeVar("T", FloatingIP, Listener, LoadBalancer)

Resources = Mapping[str, tuple[Resource, ...]]
"""Resources of stacks and of those nested in them, by the name of the stack."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What the services of a cloud answered at one look at a site."""

    stacks: Mapping[str, Stack]
    """Stacks that carry the site's tag, by name."""
    resources: Resources
    """Resources of each of these stacks."""
    floating_ips: tuple[FloatingIP, ...]
    """Floating IPs of the project."""
    load_balancers: tuple[LoadBalancer, ...]
    """Load balancers of the project."""
    listeners: tuple[Listener, ...]
    """Listeners of the project; none by the address method, which does not ask for them."""
    servers: tuple[Server, ...]
    """Servers of the project that are ACTIVE in Nova."""
    members: Mapping[str, tuple[Member, ...]]
    """Members of the systems' pools, by the pool's ID; of a pool that is gone there is no entry."""
    alarms: tuple[Alarm, ...]
    """Alarms of the project; none when no system has any."""
    unknown: str = ""
    """Why the alarms are not known; empty when they are."""


def observe(cloud: Cloud, site: Site, *, cancel: bool = False) -> Facts:
    """Read the facts of a site.

    With `cancel` the operator has asked to cancel what stands still of Heat's work. Raises as
    `assemble` does.
    """
    return assemble(site, read(cloud, site), cancel=cancel)


def read(cloud: Cloud, site: Site) -> Observation:
    """Ask all services at once for what they have of a site."""
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="observe") as pool:
        stacks = pool.submit(cloud.stacks.tagged, site.tag)
        floating_ips = pool.submit(cloud.floating_ips.all)
        load_balancers = pool.submit(cloud.load_balancers.all)
        shares = site.switch.method is Method.POOL
        listeners = pool.submit(cloud.load_balancers.listeners) if shares else None
        servers = pool.submit(cloud.servers.active)
        by_name = {stack.name: stack for stack in stacks.result()}
        asked = {name: pool.submit(cloud.stacks.resources, it) for name, it in by_name.items()}
        resources = {name: answer.result() for name, answer in asked.items()}
        systems = [resources.get(site.system_stack(colour), ()) for colour in Colour]
        alarming = pool.submit(_alarms, cloud, systems)
        wanted = {_pool_id(site, resources, colour) for colour in Colour}
        there = {pool_id for it in load_balancers.result() for pool_id in it.pool_ids}
        members = {it: pool.submit(cloud.load_balancers.members, it) for it in wanted & there if it}
        known, unknown = alarming.result()
        return Observation(
            stacks=by_name,
            resources=resources,
            floating_ips=floating_ips.result(),
            load_balancers=load_balancers.result(),
            listeners=listeners.result() if listeners else (),
            servers=servers.result(),
            members={pool_id: answer.result() for pool_id, answer in members.items()},
            alarms=known,
            unknown=unknown,
        )


def assemble(site: Site, seen: Observation, *, cancel: bool = False) -> Facts:
    """Return the facts of a site that follow from an observation of it. Pure.

    Addresses, load balancers and servers are known by the IDs that Heat keeps of them:
    names, tags and descriptions are anybody's to change. Raises NotFound when the site names a
    production address that the project lacks, Refused when it was built for another method.
    """
    _check_method(site, seen.stacks.get(site.stack))
    own = seen.resources.get(site.stack, ())
    shared = _of(own, "load_balancer", seen.load_balancers)
    production = _production(site, own, seen.floating_ips)
    shares = site.switch.method is Method.POOL
    return Facts(
        method=site.switch.method,
        stack=seen.stacks.get(site.stack),
        resources=own,
        production=production,
        preview=production if shares else _of(own, "preview_address", seen.floating_ips),
        systems={colour: _system(site, seen, colour, shared, cancel=cancel) for colour in Colour},
        shared=shared,
        production_listener=_of(own, "production_listener", seen.listeners),
        preview_listener=_of(own, "preview_listener", seen.listeners),
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
    return System(
        colour=colour,
        stack=seen.stacks.get(site.system_stack(colour)),
        resources=resources,
        load_balancer=balancer,
        pool_id=pool_id,
        members=seen.members.get(pool_id, ()) if pool_id and has_pool else (),
        servers=_servers(resources, seen.servers),
        alarms=_alarms_of(resources, seen.alarms),
        lost=() if seen.unknown else _lost(resources, seen.alarms),
        standstill=_standstill(site, seen, site.system_stack(colour), cancel=cancel),
    )


def _standstill(site: Site, seen: Observation, name: str, *, cancel: bool) -> Standstill | None:
    return standstill.of_site(
        site, seen.stacks.get(name), seen.resources.get(name, ()), cancel=cancel
    )


def _pool_id(site: Site, resources: Resources, colour: Colour) -> str | None:
    """ID of a system's pool, which the site's stack has by the pool method, else its own."""
    shared = _id(resources.get(site.stack, ()), f"{colour}_pool")
    return shared or _id(resources.get(site.system_stack(colour), ()), "pool")


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


def _id(resources: tuple[Resource, ...], name: str) -> str | None:
    """Return the ID of what a resource has built, or None."""
    return next((r.physical_id for r in resources if r.name == name and r.physical_id), None)


def _servers(resources: tuple[Resource, ...], servers: tuple[Server, ...]) -> tuple[Server, ...]:
    ids = {resource.physical_id for resource in resources}
    return tuple(server for server in servers if server.id in ids)


def _alarms(cloud: Cloud, stacks: Iterable[tuple[Resource, ...]]) -> tuple[tuple[Alarm, ...], str]:
    """Return the project's alarms, or why they are not known; not asked for when no stack has any.

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


def own_stack(cloud: Cloud, site: Site) -> Stack | None:
    """Return the site's own stack; None before it is built, and when another's has that name."""
    stack = cloud.stacks.get(site.stack)
    return stack if stack is not None and site.tag in stack.tags else None
