"""Quota preflight: what a plan needs, against what the project has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ao.cloud import Flavor, Quota
from ao.errors import QuotaExceeded
from ao.facts import Facts
from ao.plan import BuildSite, BuildSystem, Plan
from ao.site import Site

_SYSTEM = Counter(
    {
        "networks": 1,
        "subnets": 1,
        # VIP, router interface, the cloud's own port for metadata and health checks.
        "ports": 4,
        "security groups": 1,
        # One for the servers' port, and Neutron's two default ones for egress.
        "security group rules": 3,
        "load balancers": 1,
        "listeners": 1,
        "pools": 1,
        "health monitors": 1,
    }
)


def needs(site: Site, facts: Facts, plan: Plan, flavor: Flavor) -> Counter[str]:
    """What the steps of a plan add to the project's use at their peak.

    A version that replaces another needs its servers twice for a while: Heat creates
    the new ones before it deletes the old.
    """
    total: Counter[str] = Counter()
    for step in plan:
        if isinstance(step, BuildSite) and facts.stack is None:
            total += Counter({"routers": 1, "floating ips": 1 if site.production_address else 2})
        if isinstance(step, BuildSystem):
            system = facts.systems[step.colour]
            total += _servers(step.size, flavor)
            total += _SYSTEM if system.stack is None else Counter()
    return total


def _servers(size: int, flavor: Flavor) -> Counter[str]:
    return Counter(
        {
            "instances": size,
            "cores": size * flavor.vcpus,
            "ram": size * flavor.ram,
            "ports": size,
        }
    )


def check(needed: Counter[str], quotas: Iterable[Quota]) -> None:
    """Raise QuotaExceeded, with the numbers, when something needed is not left."""
    short = [
        f"{quota.resource}: {needed[quota.resource]} more needed, {quota.free} free "
        f"({quota.used} of {quota.limit} used)"
        for quota in quotas
        if quota.free is not None and needed[quota.resource] > quota.free
    ]
    if short:
        raise QuotaExceeded(
            "the project's quota is too small; nothing was changed:\n  " + "\n  ".join(short),
            cure="Delete what is not needed, make the group smaller, or ask for a larger quota.",
        )
