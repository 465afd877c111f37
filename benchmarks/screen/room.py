"""Room for many sites: the project's quotas, lifted for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import openstack

NETWORK = ("networks", "subnets", "ports", "floating_ips", "routers")
BALANCER = ("load_balancers", "listeners", "pools", "members", "health_monitors")
NONE = -1
"""No limit."""


@contextmanager
def made(admin: str, project_id: str) -> Iterator[None]:
    """Lift the limits of a project as an administrator, and put them back in the end."""
    with openstack.connect(cloud=admin) as cloud:
        network = cloud.network.get_quota(project_id)
        balancer = cloud.load_balancer.get_quota(project_id)
        before = (
            {name: network[name] for name in NETWORK},
            {name: balancer[name] for name in BALANCER},
        )
        cloud.network.update_quota(project_id, **dict.fromkeys(NETWORK, NONE))
        cloud.load_balancer.update_quota(project_id, **dict.fromkeys(BALANCER, NONE))
        try:
            yield
        finally:
            cloud.network.update_quota(project_id, **before[0])
            cloud.load_balancer.update_quota(project_id, **before[1])
