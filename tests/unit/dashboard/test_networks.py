"""The page of a site without floating IPs."""

from pathlib import Path

from ao.colour import Colour
from tests.unit.dashboard.visitor import VisitorTest

BLUE, GREEN = Colour
ADDRESS = "198.51.100.7"
NETWORK = f"""
production_address: {ADDRESS}
network:
  balancer: {{network: provider, subnet: provider-subnet}}
"""


class WithoutFloatingIpTest(VisitorTest):
    def site_file(self) -> Path:
        return self.changed(
            lambda text: (
                text.replace("external_network: public", "external_network: none") + NETWORK
            )
        )

    def prepare(self) -> None:
        neutron = self.cloud.openstack.project("shop").neutron
        network = neutron.create_network("provider", owned=False, reachable=True)
        neutron.create_subnet("provider-subnet", network, "198.51.100.0/24")

    def test_production_and_preview_are_at_the_load_balancer(self) -> None:
        live, standby = self.text("now", "shop").split('data-system="green"')
        assert f"http://{ADDRESS}/" in live
        assert f"http://{ADDRESS}:8080/" in standby

    def test_a_switch_moves_production_there_and_back(self) -> None:
        assert "ao doctor" not in self.text("action", "shop", "switch")
        for colour in (GREEN, BLUE):
            assert self.post("switch").status_code == 302
            assert self.work.observe().live is colour
