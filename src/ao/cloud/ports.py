"""Ports in Neutron that others leave behind."""

from __future__ import annotations

from openstack import connection

from ao.cloud.translate import asking


class Ports:
    """Ports of a project, swept with Neutron's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def sweep(self, subnet_id: str) -> None:
        """Delete the health-check ports that OVN's load balancer has left in a subnet.

        It leaves one when a server was gone before its pool member was, and the subnet
        cannot be deleted then (ovn_octavia_provider/helper.py: _update_hm_member keeps
        the member's mapping, for which _clean_up_hm_port keeps the port).
        """
        with asking(f"sweep the health-check ports of subnet {subnet_id}"):
            for port in self._cloud.network.ports(name=f"ovn-lb-hm-{subnet_id}"):
                if port.device_owner == "ovn-lb-hm:distributed":
                    self._cloud.network.delete_port(port, ignore_missing=True)
