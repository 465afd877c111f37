"""Quotas of a project, named as `ao.cloud.quotas` names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ao.cloud.models import Quota
from ao.fake.failure import Failure

_LIMITS = {
    "instances": 20,
    "cores": 20,
    "ram": 51200,
    "server groups": 10,
    "server group members": 10,
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
    "volumes": 10,
    "gigabytes": 1000,
    "software configs": 4096,
}
_COMPUTE = frozenset({"instances", "cores", "ram", "server groups"})
_STORAGE = frozenset({"volumes", "gigabytes"})
_LOAD_BALANCER = frozenset({"load balancers", "listeners", "pools", "health monitors"})


class Quotas:
    """The limits of a project, and the use that its services make of them."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        """Set the limits that differ from a usual cloud's, by resource."""
        self._counts: dict[str, Callable[[], int]] = {}
        self.by_resource = {**_LIMITS, **limits}
        self.software_configs = self.by_resource.pop("software configs")
        """Heat's limit of them, which Heat tells nobody; -1 for none."""

    def count(self, resource: str, use: Callable[[], int]) -> None:
        """Register how a service counts the use of a resource that it has."""
        self._counts[resource] = use

    def quotas(self) -> tuple[Quota, ...]:
        """Return all quotas, with their use."""
        return tuple(
            Quota(resource=resource, limit=limit, used=self._used(resource))
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

    def _used(self, resource: str) -> int:
        use = self._counts.get(resource)
        return use() if use else 0


def _refusal(short: list[Quota], wanted: Mapping[str, int]) -> Failure:
    """Return the service's own Failure (nova/exception.py, neutron_lib, octavia/common)."""
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
    if _STORAGE & set(names):
        # cinder/exception.py: VolumeLimitExceeded, VolumeSizeExceedsAvailableQuota
        return Failure("OverLimit", f"Maximum of {', '.join(names)} exceeded (HTTP 413)")
    keys = [
        name.removesuffix("s").replace(" ", "_").replace("floating_ip", "floatingip")
        for name in names
    ]
    return Failure("OverQuotaClient", f"Quota exceeded for resources: {keys}.")
