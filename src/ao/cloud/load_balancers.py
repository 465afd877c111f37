"""Load balancers in Octavia."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from openstack import connection

from ao.cloud import login
from ao.cloud.models import Listener, LoadBalancer, Member, Pool, Statistics
from ao.cloud.rest import ID, Moment, Thing, octavia, path
from ao.cloud.sdk_errors import asking
from ao.message import message

T = TypeVar("T")


class LoadBalancers:
    """Load balancers of a project, read with Octavia's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._octavia = octavia(cloud)

    def all(self) -> tuple[LoadBalancer, ...]:
        """Return all load balancers of the project."""
        with asking(message("list the load balancers")):
            return tuple(
                LoadBalancer(
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
                for balancer in self._list("loadbalancers", list[_Balancer])
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
            return tuple(
                Member(
                    id=member.id,
                    address=member.address,
                    operating_status=member.operating_status,
                    provisioning_status=member.provisioning_status,
                )
                for member in self._octavia.all(where, list[_Member], "members")
            )

    def listeners(self) -> tuple[Listener, ...]:
        """Return all listeners of the project."""
        with asking(message("list the listeners")):
            return tuple(
                Listener(
                    id=listener.id,
                    name=listener.name or "",
                    default_pool_id=listener.default_pool_id or None,
                )
                for listener in self._list("listeners", list[_Listener])
            )

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

    def _list(self, kind: str, items: type[list[T]]) -> list[T]:
        project = login.project(self._cloud)
        return self._octavia.all(path("lbaas", kind), items, kind, project_id=project)

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
class _Member:
    id: ID
    address: str
    operating_status: str
    provisioning_status: str
