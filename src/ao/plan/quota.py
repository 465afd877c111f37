"""Quota preflight: what a plan needs, against what the project has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ao.cloud import Flavor, Quota
from ao.errors import QuotaExceeded
from ao.message import joined, message
from ao.plan.facts import Facts
from ao.plan.plan import BuildSite, BuildSystem, Plan, ScaleSystem, SecureSite
from ao.site import Method, Site

_NETWORK = Counter(
    {
        "networks": 1,
        "subnets": 1,
        # Router interface or the lock, and the cloud's own port for metadata.
        "ports": 2,
    }
)
_SYSTEM = Counter(
    {
        **_NETWORK,
        "security groups": 1,
        # One or two for the servers' port, and Neutron's two default ones for egress.
        "security group rules": 4,
    }
)
_BALANCER = Counter(
    {
        # VIP, and one for health checks.
        "ports": 2,
        "load balancers": 1,
        "listeners": 1,
        "pools": 1,
        "health monitors": 1,
    }
)
_SHARED = _NETWORK + _BALANCER + Counter({"listeners": 1, "pools": 1, "health monitors": 1})


def needs(site: Site, facts: Facts, plan: Plan, flavor: Flavor) -> Counter[str]:
    """Return what the steps of a plan add to the project's use at their peak.

    A version that replaces another needs its servers twice for a while: Heat creates
    the new ones before it deletes the old.
    """
    pooled = site.switch.method is Method.POOL
    # A listener of plain HTTP leads to that of HTTPS.
    redirect = Counter({"listeners": int(site.redirect is not None)})
    total: Counter[str] = Counter()
    members = 0
    for step in plan:
        if isinstance(step, BuildSite) and facts.stack is None:
            addresses = (site.production_address is None) + (not pooled)
            total += Counter({"routers": 1, "floating ips": addresses}) + _NETWORK
            total += _SHARED + redirect if pooled else Counter()
        if isinstance(step, SecureSite):
            # The new listener for users; that of the preview goes before its new one comes.
            total += Counter({"listeners": 1})
        if isinstance(step, BuildSystem):
            total += _servers(site, step.size, flavor)
            if facts.systems[step.colour].stack is None:
                total += _SYSTEM if pooled else _SYSTEM + _BALANCER + redirect
                total += Counter({"security group rules": len(site.servers.rules)})
                total += Counter({"server groups": int(site.servers.anti_affinity is not None)})
            if site.servers.anti_affinity is not None:
                at_once = facts.systems[step.colour].size + step.size
                members = max(members, at_once, site.group.maximum)
        if isinstance(step, ScaleSystem):
            more = max(0, step.size - facts.systems[step.colour].size)
            total += _servers(site, more, flavor)
    # Nova's quota is of each group.
    return total + Counter({"server group members": members})


def _servers(site: Site, size: int, flavor: Flavor) -> Counter[str]:
    volumes = site.servers.all_volumes
    return Counter(
        {
            "instances": size,
            "cores": size * flavor.vcpus,
            "ram": size * flavor.ram,
            "ports": size * (1 + len(site.servers.networks)),
            "volumes": size * len(volumes),
            "gigabytes": size * sum(volume.size for volume in volumes),
        }
    )


def check(needed: Counter[str], quotas: Iterable[Quota]) -> None:
    """Raise QuotaExceeded, with the numbers, when something needed is not left."""
    short = [
        message(
            "%(words)s: %(needed)s more needed, %(free)s free (%(used)s of %(limit)s used)",
            words=quota.resource,
            needed=needed[quota.resource],
            free=quota.free,
            used=quota.used,
            limit=quota.limit,
        )
        for quota in quotas
        if quota.free is not None and needed[quota.resource] > quota.free
    ]
    if short:
        raise QuotaExceeded(
            joined(
                "\n  ",
                [message("the project's quota is too small; nothing was changed:"), *short],
            ),
            cure=message(
                "Delete what is not needed, make the group smaller, or ask for a larger quota."
            ),
        )
