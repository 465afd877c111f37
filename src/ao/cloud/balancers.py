"""Load balancers in Octavia."""

from __future__ import annotations

from openstack import connection

from ao.cloud.translate import asking
from ao.cloud.values import LoadBalancer, Member


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
