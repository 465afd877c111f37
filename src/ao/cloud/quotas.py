"""Quotas of a project, with their use."""

from __future__ import annotations

from collections.abc import Iterator

from openstack import connection

from ao.cloud.translate import asking
from ao.cloud.values import Quota

_COMPUTE = {
    "instances": ("instances", "instances_used"),
    "cores": ("total_cores", "total_cores_used"),
    "ram": ("total_ram", "total_ram_used"),
}
_NETWORK = {
    "networks": "networks",
    "subnets": "subnets",
    "ports": "ports",
    "routers": "routers",
    "floating ips": "floating_ips",
    "security groups": "security_groups",
    "security group rules": "security_group_rules",
}


def quotas(cloud: connection.Connection) -> tuple[Quota, ...]:
    """Quotas of Nova, Neutron and Octavia for the project."""
    with asking("read the quotas"):
        return (*_compute(cloud), *_network(cloud), *_load_balancer(cloud))


def _compute(cloud: connection.Connection) -> Iterator[Quota]:
    limits = cloud.compute.get_limits().absolute
    for resource, (limit, used) in _COMPUTE.items():
        yield Quota(resource=resource, limit=limits[limit], used=limits[used])


def _network(cloud: connection.Connection) -> Iterator[Quota]:
    details = cloud.network.get_quota(str(cloud.current_project_id), details=True)
    for resource, key in _NETWORK.items():
        detail = details[key]
        yield Quota(
            resource=resource, limit=detail["limit"], used=detail["used"] + detail["reserved"]
        )


def _load_balancer(cloud: connection.Connection) -> Iterator[Quota]:
    """Octavia tells limits but no use, so the use is counted."""
    project = str(cloud.current_project_id)
    limits = cloud.load_balancer.get_quota(project)
    used = {
        "load balancers": cloud.load_balancer.load_balancers(project_id=project),
        "listeners": cloud.load_balancer.listeners(project_id=project),
        "pools": cloud.load_balancer.pools(project_id=project),
        "health monitors": cloud.load_balancer.health_monitors(project_id=project),
    }
    for resource, items in used.items():
        limit = limits[resource.replace(" ", "_")]
        yield Quota(resource=resource, limit=-1 if limit is None else limit, used=len(list(items)))
