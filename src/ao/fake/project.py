"""A project of the fake OpenStack: its services and all that is in them."""

from __future__ import annotations

from collections.abc import Mapping

from ao.fake.aodh import Aodh
from ao.fake.barbican import Barbican
from ao.fake.build_faults import BuildFaults
from ao.fake.cinder import Cinder
from ao.fake.deployment import Deployment
from ao.fake.heat import Heat
from ao.fake.neutron import Neutron
from ao.fake.nova import Nova
from ao.fake.octavia import Octavia
from ao.fake.prometheus import Prometheus
from ao.fake.quotas import Quotas
from ao.fake.services import Services
from ao.fake.web_application import Application


class Project:
    """A project, with services that know nothing of other projects."""

    def __init__(
        self, deployment: Deployment, limits: Mapping[str, int], application: Application
    ) -> None:
        """Create an empty project.

        `limits` are the quotas that differ from the usual ones; `application` is what its
        servers answer.
        """
        self.deployment = deployment
        self.quotas = Quotas(limits)
        self.build_faults = BuildFaults()
        self.neutron = Neutron(deployment, self.quotas)
        self.cinder = Cinder(deployment, self.quotas)
        self.nova = Nova(deployment, self.quotas, self.neutron, self.cinder)
        self.barbican = Barbican(deployment)
        self.octavia = Octavia(
            deployment, self.quotas, self.neutron, self.nova, self.barbican, application
        )
        self.prometheus = Prometheus(self.nova)
        self.aodh = Aodh(deployment.identifiers)
        self.heat = Heat(
            Services(
                deployment=deployment,
                quotas=self.quotas,
                build_faults=self.build_faults,
                neutron=self.neutron,
                cinder=self.cinder,
                nova=self.nova,
                octavia=self.octavia,
                aodh=self.aodh,
            )
        )
