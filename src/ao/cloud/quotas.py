"""Quotas of a project, with their use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from openstack import connection
from pydantic import StrictInt

from ao.cloud import login
from ao.cloud.models import Quota
from ao.cloud.rest import Thing, cinder, neutron, nova, octavia, path
from ao.cloud.sdk_errors import asking
from ao.message import message

_COMPUTE = {
    "instances": ("maxTotalInstances", "totalInstancesUsed"),
    "cores": ("maxTotalCores", "totalCoresUsed"),
    "ram": ("maxTotalRAMSize", "totalRAMUsed"),
    "server groups": ("maxServerGroups", "totalServerGroupsUsed"),
    # Of each group, however many there are.
    "server group members": ("maxServerGroupMembers", ""),
}
_NETWORK = {
    "networks": "network",
    "subnets": "subnet",
    "ports": "port",
    "routers": "router",
    "floating ips": "floatingip",
    "security groups": "security_group",
    "security group rules": "security_group_rule",
}

_STORAGE = {
    "volumes": "volumes",
    "gigabytes": "gigabytes",
}
_BALANCING = {
    "load balancers": "load_balancer",
    "listeners": "listener",
    "pools": "pool",
    "health monitors": "health_monitor",
}


_Asked = tuple[Collection[str], Callable[[connection.Connection], Iterator[Quota]]]
"""Resources, and what asks a service for their quotas."""


def quotas(cloud: connection.Connection, of: Collection[str] = ()) -> tuple[Quota, ...]:
    """Quotas of Nova, Neutron, Octavia and Cinder for the project.

    With names of resources, only services that have one of these are asked: Octavia's use of a
    quota is counted by lists of all that the project has. Not every cloud has a Cinder, so it is
    asked only for what is named.
    """
    services: tuple[_Asked, ...] = (
        (_COMPUTE, _compute),
        (_NETWORK, _network),
        (_BALANCING, _load_balancer),
        *([(_STORAGE, _storage)] if of else []),
    )
    with asking(message("read the quotas")):
        return tuple(
            quota
            for resources, ask in services
            if not of or not frozenset(resources).isdisjoint(of)
            for quota in ask(cloud)
        )


@dataclass(frozen=True)
class _Detail:
    limit: StrictInt
    used: StrictInt
    reserved: StrictInt


@dataclass(frozen=True)
class _Use:
    limit: StrictInt
    in_use: StrictInt
    reserved: StrictInt


@dataclass(frozen=True)
class _Limits:
    load_balancer: StrictInt | None
    listener: StrictInt | None
    pool: StrictInt | None
    health_monitor: StrictInt | None


def _compute(cloud: connection.Connection) -> Iterator[Quota]:
    answer = nova(cloud).ask("GET", "/limits")
    for resource, (limit, used) in _COMPUTE.items():
        yield Quota(
            resource=resource,
            limit=answer.value(int, "limits", "absolute", limit),
            used=answer.value(int, "limits", "absolute", used) if used else 0,
        )


def _network(cloud: connection.Connection) -> Iterator[Quota]:
    answer = neutron(cloud).ask("GET", path("quotas", login.project(cloud), "details"))
    for resource, key in _NETWORK.items():
        detail = answer.value(_Detail, "quota", key)
        yield Quota(resource=resource, limit=detail.limit, used=detail.used + detail.reserved)


def _storage(cloud: connection.Connection) -> Iterator[Quota]:
    """Cinder has a quota of each volume type too, which few clouds set: it is not asked for."""
    where = path("os-quota-sets", login.project(cloud))
    answer = cinder(cloud).ask("GET", where, params={"usage": "true"})
    for resource, key in _STORAGE.items():
        detail = answer.value(_Use, "quota_set", key)
        yield Quota(resource=resource, limit=detail.limit, used=detail.in_use + detail.reserved)


def _load_balancer(cloud: connection.Connection) -> Iterator[Quota]:
    """Octavia tells limits but no use, so the use is counted."""
    project, service = login.project(cloud), octavia(cloud)
    limits = service.get(path("lbaas", "quotas", project), _Limits, "quota")
    for resource, key in _BALANCING.items():
        limit: int | None = getattr(limits, key)
        kind = resource.replace(" ", "")
        used = service.all(path("lbaas", kind), list[Thing], kind, project_id=project)
        yield Quota(resource=resource, limit=-1 if limit is None else limit, used=len(used))
