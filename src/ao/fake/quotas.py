"""Quotas of a project, in the words of `ao.cloud.quotas`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ao.cloud.models import Quota
from ao.fake.failure import Failure

if TYPE_CHECKING:
    from ao.fake.project import Project

_LIMITS = {
    "instances": 20,
    "cores": 20,
    "ram": 51200,
    "networks": 100,
    "subnets": 100,
    "ports": 500,
    "routers": 10,
    "floating ips": 50,
    "security groups": 10,
    "security group rules": 100,
    "load balancers": 10,
    "listeners": 20,
    "pools": 20,
    "health monitors": 20,
}
_COMPUTE = frozenset({"instances", "cores", "ram"})
_LOAD_BALANCER = frozenset({"load balancers", "listeners", "pools", "health monitors"})
_DEFAULT_RULES = 4
"""Rules of the security group `default`, which every project has."""


class Quotas:
    """What a project may have, against what it has."""

    def __init__(self, project: Project, limits: Mapping[str, int]) -> None:
        self._project = project
        self.by_resource = {**_LIMITS, **limits}

    def quotas(self) -> tuple[Quota, ...]:
        """All quotas, with their use."""
        used = self._used()
        return tuple(
            Quota(resource=resource, limit=limit, used=used[resource])
            for resource, limit in self.by_resource.items()
        )

    def claim(self, **needed: int) -> None:
        """Raise the Failure of the service whose quota is too small."""
        wanted = {key.replace("_", " "): number for key, number in needed.items()}
        quotas = {quota.resource: quota for quota in self.quotas()}
        short = [
            quotas[resource]
            for resource, number in wanted.items()
            if (free := quotas[resource].free) is not None and number > free
        ]
        if short:
            raise _refusal(short, wanted)

    def _used(self) -> Counter[str]:
        nova, neutron = self._project.nova, self._project.neutron
        octavia = self._project.octavia
        servers = nova.servers.values()
        groups = neutron.groups.values()
        return Counter(
            {
                "instances": len(servers),
                "cores": sum(server.flavor.vcpus for server in servers),
                "ram": sum(server.flavor.ram for server in servers),
                "networks": len(neutron.networks),
                "subnets": len(neutron.subnets),
                "ports": len(neutron.ports),
                "routers": len(neutron.routers),
                "floating ips": len(neutron.addresses),
                "security groups": 1 + len(groups),
                "security group rules": _DEFAULT_RULES + sum(group.rules for group in groups),
                "load balancers": len(octavia.balancers),
                "listeners": len(octavia.listeners),
                "pools": len(octavia.pools),
                "health monitors": len(octavia.monitors),
            }
        )


def _refusal(short: list[Quota], wanted: Mapping[str, int]) -> Failure:
    """The words of the service (nova/exception.py, neutron_lib, octavia/common)."""
    names = [quota.resource for quota in short]
    if _COMPUTE & set(names):
        return Failure(
            "Forbidden",
            f"Quota exceeded for {', '.join(names)}: "
            f"Requested {', '.join(str(wanted[name]) for name in names)}, but already used "
            f"{', '.join(str(quota.used) for quota in short)} of "
            f"{', '.join(str(quota.limit) for quota in short)} {', '.join(names)} (HTTP 403)",
        )
    if _LOAD_BALANCER & set(names):
        what = ", ".join(name.removesuffix("s").title() for name in names)
        return Failure("Forbidden", f"Quota has been met for resources: {what} (HTTP 403)")
    keys = [
        name.removesuffix("s").replace(" ", "_").replace("floating_ip", "floatingip")
        for name in names
    ]
    return Failure("OverQuotaClient", f"Quota exceeded for resources: {keys}.")
