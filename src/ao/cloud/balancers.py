"""Load balancers in Octavia."""

from __future__ import annotations

from openstack import connection, exceptions

from ao.cloud.translate import asking
from ao.cloud.values import Listener, LoadBalancer, Member, Pool, Statistics


class Balancers:
    """Load balancers of a project, read with Octavia's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def all(self) -> tuple[LoadBalancer, ...]:
        """All load balancers of the project."""
        with asking("list the load balancers"):
            project = self._cloud.current_project_id
            return tuple(
                LoadBalancer(
                    id=balancer.id,
                    name=balancer.name,
                    description=balancer.description or "",
                    provider=balancer.provider,
                    vip_address=balancer.vip_address,
                    vip_port_id=balancer.vip_port_id or "",
                    provisioning_status=balancer.provisioning_status,
                    operating_status=balancer.operating_status,
                    pool_ids=tuple(pool["id"] for pool in balancer.pools),
                )
                for balancer in self._cloud.load_balancer.load_balancers(project_id=project)
            )

    def pools(self) -> tuple[Pool, ...]:
        """All pools of the project."""
        with asking("list the pools"):
            project = self._cloud.current_project_id
            return tuple(
                Pool(
                    id=pool.id,
                    name=pool.name,
                    description=pool.description or "",
                    operating_status=pool.operating_status,
                    members=len(pool.members),
                )
                for pool in self._cloud.load_balancer.pools(project_id=project)
            )

    def members(self, pool_id: str) -> tuple[Member, ...]:
        """Members of a pool."""
        with asking(f"list the members of pool {pool_id}"):
            return tuple(
                Member(
                    id=member.id,
                    address=member.address,
                    operating_status=member.operating_status,
                    provisioning_status=member.provisioning_status,
                )
                for member in self._cloud.load_balancer.members(pool_id)
            )

    def listeners(self) -> tuple[Listener, ...]:
        """All listeners of the project."""
        with asking("list the listeners"):
            project = self._cloud.current_project_id
            return tuple(
                Listener(
                    id=listener.id,
                    name=listener.name,
                    default_pool_id=listener.default_pool_id or None,
                )
                for listener in self._cloud.load_balancer.listeners(project_id=project)
            )

    def lead(self, listener: Listener, pool_id: str | None) -> None:
        """Have a listener lead to another pool, or to none, in one request.

        The request says the pool and nothing else: what it leaves out stays as it is.
        """
        with asking(f"lead listener {listener.name} to pool {pool_id}"):
            self._put(f"/lbaas/listeners/{listener.id}", "listener", {"default_pool_id": pool_id})

    def reload(self, balancer: LoadBalancer) -> None:
        """Have a proxy begin anew: its unchanged name is written once more.

        The amphora driver writes and reloads HAProxy's whole configuration at every
        update, whatever changed (octavia/controller/worker/v2/tasks/amphora_driver_tasks.py:
        ListenersUpdate).
        """
        with asking(f"reload load balancer {balancer.name}"):
            path = f"/lbaas/loadbalancers/{balancer.id}"
            self._put(path, "loadbalancer", {"name": balancer.name})

    def _put(self, path: str, key: str, change: dict[str, object]) -> None:
        """Write what a resource object would leave out as unchanged."""
        answer = self._cloud.load_balancer.put(path, json={key: change})
        exceptions.raise_from_response(answer)

    def statistics(self, balancer: LoadBalancer) -> Statistics:
        """What a load balancer counts of its connections."""
        with asking(f"read the statistics of load balancer {balancer.name}"):
            counted = self._cloud.load_balancer.get_load_balancer_statistics(balancer.id)
            return Statistics(
                active_connections=counted.active_connections,
                total_connections=counted.total_connections,
            )
