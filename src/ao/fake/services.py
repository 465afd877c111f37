"""The services of a project that Heat builds resources with."""

from __future__ import annotations

from dataclasses import dataclass

from ao.fake.aodh import Aodh
from ao.fake.build_faults import BuildFaults
from ao.fake.cinder import Cinder
from ao.fake.deployment import Deployment
from ao.fake.neutron import Neutron
from ao.fake.nova import Nova
from ao.fake.octavia import Octavia
from ao.fake.quotas import Quotas


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services of one project that lie below Heat."""

    deployment: Deployment
    quotas: Quotas
    build_faults: BuildFaults
    """Failures that wait for the building of a resource."""
    neutron: Neutron
    cinder: Cinder
    nova: Nova
    octavia: Octavia
    aodh: Aodh

    def exists(self, constraint: str, name_or_id: str) -> bool:
        """Return whether the thing exists that a custom constraint of a template asks for.

        `constraint` is its name in Heat, for example `glance.image`.
        """
        if constraint == "neutron.router":
            return name_or_id in self.neutron.routers
        find = {
            "neutron.network": self.deployment.external_network,
            "glance.image": self.deployment.image,
            "nova.flavor": self.deployment.flavor,
        }[constraint]
        return find(name_or_id) is not None
