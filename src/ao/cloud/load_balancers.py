"""Load balancers in Octavia."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, TypeVar

from openstack import connection, exceptions
from pydantic import StringConstraints

from ao.cloud import login
from ao.cloud.answers import Unreadable, understanding
from ao.cloud.models import (
    BalancerStatus,
    Listener,
    LoadBalancer,
    Member,
    Monitor,
    Pool,
    Statistics,
)
from ao.cloud.rest import ID, Moment, Thing, octavia, path
from ao.cloud.sdk_errors import asking
from ao.message import message

T = TypeVar("T")

_VERSION = re.compile(r"/v[0-9]{1,3}(\.[0-9]{1,3})?$")
"""End of an endpoint that names a version, above which the service tells all of them."""


class LoadBalancers:
    """Load balancers of a project, read with Octavia's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._octavia = octavia(cloud)

    def all(self) -> tuple[LoadBalancer, ...]:
        """Return all load balancers of the project."""
        with asking(message("list the load balancers")):
            return tuple(map(_value, self._list("loadbalancers", list[_Balancer])))

    def get(self, balancer_id: str) -> LoadBalancer | None:
        """Return the load balancer of that ID, or None."""
        where = path("lbaas", "loadbalancers", balancer_id)
        with asking(message("look for load balancer %(id)s", id=balancer_id)):
            try:
                return _value(self._octavia.get(where, _Balancer, "loadbalancer"))
            except exceptions.NotFoundException:
                return None

    def status(self, balancer_id: str) -> BalancerStatus | None:
        """Return the statuses of a load balancer and of what hangs on it, or None without one.

        Octavia tells a pool under each listener that leads to it, its default pool first
        (octavia/db/models.py: Listener.pools), and one that none leads to nowhere.
        """
        where = path("lbaas", "loadbalancers", balancer_id, "status")
        with asking(message("read the statuses of load balancer %(id)s", id=balancer_id)):
            try:
                told = self._octavia.get(where, _BalancerStatus, "statuses", "loadbalancer")
            except exceptions.NotFoundException:
                return None
        return BalancerStatus(
            provisioning_status=told.provisioning_status,
            operating_status=told.operating_status,
            listeners={it.id: tuple(pool.id for pool in it.pools) for it in told.listeners},
            members={
                pool.id: tuple(map(_member, pool.members))
                for listener in told.listeners
                for pool in listener.pools
            },
        )

    def pools(self) -> tuple[Pool, ...]:
        """Return all pools of the project."""
        with asking(message("list the pools")):
            return tuple(
                Pool(
                    id=pool.id,
                    name=pool.name or "",
                    description=pool.description or "",
                    operating_status=pool.operating_status,
                    members=len(pool.members),
                )
                for pool in self._list("pools", list[_Pool])
            )

    def members(self, pool_id: str) -> tuple[Member, ...]:
        """Return the members of a pool."""
        with asking(message("list the members of pool %(id)s", id=pool_id)):
            where = path("lbaas", "pools", pool_id, "members")
            return tuple(map(_member, self._octavia.all(where, list[_Member], "members")))

    def listeners(self, balancer_id: str = "") -> tuple[Listener, ...]:
        """Return all listeners of the project, or those of one load balancer."""
        only = {"loadbalancer_id": balancer_id} if balancer_id else {}
        with asking(message("list the listeners")):
            return tuple(
                Listener(
                    id=listener.id,
                    name=listener.name or "",
                    default_pool_id=listener.default_pool_id or None,
                )
                for listener in self._list("listeners", list[_Listener], **only)
            )

    def monitor(self, monitor_id: str) -> Monitor | None:
        """Return the health monitor of that ID, or None."""
        where = path("lbaas", "healthmonitors", monitor_id)
        with asking(message("look for health monitor %(id)s", id=monitor_id)):
            try:
                found = self._octavia.get(where, _Monitor, "healthmonitor")
            except exceptions.NotFoundException:
                return None
        return Monitor(
            id=found.id,
            type=found.type,
            domain_name=found.domain_name or None,
            # Of single precision in the database.
            http_version=round(found.http_version, 1) if found.http_version else None,
            tags=frozenset(found.tags or ()),
        )

    def write_monitor(self, monitor: Monitor) -> None:
        """Have a health monitor name this host by this HTTP version, and carry these tags.

        What is not said stays as Heat has made it. Without a name both are null: 1.0 itself would
        be refused while there is one (octavia/api/v2/controllers/health_monitor.py:
        _validate_update_hm).
        """
        with asking(message("change health monitor %(id)s", id=monitor.id)):
            change: dict[str, object] = {
                "domain_name": monitor.domain_name,
                "http_version": monitor.http_version,
                "tags": sorted(monitor.tags),
            }
            self._put(path("lbaas", "healthmonitors", monitor.id), "healthmonitor", change)

    def api_version(self) -> tuple[int, int] | None:
        """Return the newest version of the API; None where the service's root tells none.

        Each adds something to the one API (octavia/api/root_controller.py). A proxy before the
        service may keep its root from being asked.
        """
        with asking(message("ask Octavia for its versions")):
            with understanding("Octavia"):
                endpoint = self._octavia.adapter().get_endpoint() or ""
            root = _VERSION.sub("", endpoint.rstrip("/"))
            try:
                told = self._octavia.get(f"{root}/", list[_Version], "versions")
            except (exceptions.NotFoundException, Unreadable):
                return None
        return max((it.number for it in told), default=None)

    def set_default_pool(self, listener: Listener, pool_id: str | None) -> None:
        """Have a listener lead to another pool, or to none, in one request.

        The request says the pool and nothing else: what it leaves out stays as it is.
        """
        with asking(
            message("lead listener %(name)s to pool %(id)s", name=listener.name, id=pool_id)
        ):
            where = path("lbaas", "listeners", listener.id)
            self._put(where, "listener", {"default_pool_id": pool_id})

    def reload(self, balancer: LoadBalancer) -> None:
        """Have a proxy begin anew: its unchanged name is written once more.

        The amphora driver writes and reloads HAProxy's whole configuration at every
        update, whatever changed (octavia/controller/worker/v2/tasks/amphora_driver_tasks.py:
        ListenersUpdate).
        """
        with asking(message("reload load balancer %(name)s", name=balancer.name)):
            where = path("lbaas", "loadbalancers", balancer.id)
            self._put(where, "loadbalancer", {"name": balancer.name})

    def failover(self, balancer: LoadBalancer) -> None:
        """Begin to build a load balancer anew (octavia/api/v2/controllers/load_balancer.py)."""
        with asking(message("fail load balancer %(name)s over", name=balancer.name)):
            where = path("lbaas", "loadbalancers", balancer.id, "failover")
            self._octavia.order("PUT", where, HTTPStatus.ACCEPTED)

    def statistics(self, balancer: LoadBalancer) -> Statistics:
        """Return what a load balancer counts of its connections."""
        with asking(message("read the statistics of load balancer %(name)s", name=balancer.name)):
            where = path("lbaas", "loadbalancers", balancer.id, "stats")
            return self._octavia.get(where, Statistics, "stats")

    def _list(self, kind: str, items: type[list[T]], **only: str) -> list[T]:
        project = login.project(self._cloud)
        return self._octavia.all(path("lbaas", kind), items, kind, project_id=project, **only)

    def _put(self, where: str, key: str, change: dict[str, object]) -> None:
        self._octavia.ask("PUT", where, json={key: change}).value(Thing, key)


# What a load balancer has not, such as an address while it is made, Octavia leaves out.


@dataclass(frozen=True)
class _Balancer:
    id: ID
    provisioning_status: str
    operating_status: str
    pools: list[Thing]
    name: str | None = None
    description: str | None = None
    provider: str | None = None
    vip_address: str | None = None
    vip_port_id: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


@dataclass(frozen=True)
class _Version:
    id: Annotated[str, StringConstraints(pattern=r"^v[0-9]{1,3}\.[0-9]{1,3}$")]

    @property
    def number(self) -> tuple[int, int]:
        major, _, minor = self.id.removeprefix("v").partition(".")
        return int(major), int(minor)


@dataclass(frozen=True)
class _Pool:
    id: ID
    operating_status: str
    members: list[Thing]
    name: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class _Listener:
    id: ID
    name: str | None = None
    default_pool_id: str | None = None


@dataclass(frozen=True)
class _Monitor:
    id: ID
    type: str
    # Octavia leaves out none of these, but one whose API is too old for them.
    domain_name: str | None = None
    http_version: float | None = None
    tags: list[str] | None = None


@dataclass(frozen=True)
class _Member:
    id: ID
    address: str
    operating_status: str
    provisioning_status: str


@dataclass(frozen=True)
class _PoolStatus:
    id: ID
    members: list[_Member]


@dataclass(frozen=True)
class _ListenerStatus:
    id: ID
    pools: list[_PoolStatus]


@dataclass(frozen=True)
class _BalancerStatus:
    provisioning_status: str
    operating_status: str
    listeners: list[_ListenerStatus]


def _value(balancer: _Balancer) -> LoadBalancer:
    return LoadBalancer(
        id=balancer.id,
        name=balancer.name or "",
        description=balancer.description or "",
        provider=balancer.provider or "",
        vip_address=balancer.vip_address or "",
        vip_port_id=balancer.vip_port_id or "",
        provisioning_status=balancer.provisioning_status,
        operating_status=balancer.operating_status,
        pool_ids=tuple(pool.id for pool in balancer.pools),
        updated_at=balancer.updated_at or balancer.created_at or "",
    )


def _member(member: _Member) -> Member:
    return Member(
        id=member.id,
        address=member.address,
        operating_status=member.operating_status,
        provisioning_status=member.provisioning_status,
    )
