"""A project of the fake OpenStack: what its services keep for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ao.cloud.models import Named
from ao.fake.aodh import Aodh
from ao.fake.build_faults import BuildFaults
from ao.fake.heat import Heat
from ao.fake.neutron import Neutron
from ao.fake.nova import Nova
from ao.fake.octavia import Octavia
from ao.fake.prometheus import Prometheus
from ao.fake.quotas import Quotas

if TYPE_CHECKING:
    from ao.fake.openstack import OpenStack


class Project:
    """A project, with services that know nothing of other projects."""

    def __init__(self, openstack: OpenStack, limits: Mapping[str, int]) -> None:
        self.openstack = openstack
        self.timeline = openstack.timeline
        self.identifiers = openstack.identifiers
        self.quotas = Quotas(self, limits)
        self.build_faults = BuildFaults()
        self.neutron = Neutron(self)
        self.nova = Nova(self)
        self.octavia = Octavia(self)
        self.heat = Heat(self)
        self.aodh = Aodh(self)
        self.prometheus = Prometheus(self)

    def exists(self, constraint: str, name_or_id: str) -> bool:
        """Whether there is what a template's custom constraint asks for."""
        openstack = self.openstack
        if constraint == "neutron.router":
            return name_or_id in self.neutron.routers
        offers: Mapping[str, Iterable[Named]] = {
            "neutron.network": openstack.external_networks,
            "glance.image": openstack.images,
            "nova.flavor": openstack.flavors,
        }
        return openstack.pick(offers[constraint], name_or_id) is not None
