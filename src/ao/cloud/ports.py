"""Ports in Neutron that others leave behind."""

from __future__ import annotations

from dataclasses import dataclass

from openstack import connection

from ao.cloud.rest import ID, neutron, path
from ao.cloud.sdk_errors import asking
from ao.message import message


class Ports:
    """Ports of a project, swept with Neutron's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._neutron = neutron(cloud)

    def sweep(self, subnet_id: str) -> None:
        """Delete the health-check ports that OVN's load balancer has left in a subnet.

        It leaves one when a server was gone before its pool member was, and the subnet
        cannot be deleted then (ovn_octavia_provider/helper.py: _update_hm_member keeps
        the member's mapping, for which _clean_up_hm_port keeps the port).
        """
        with asking(message("sweep the health-check ports of subnet %(subnet)s", subnet=subnet_id)):
            name = f"ovn-lb-hm-{subnet_id}"
            for port in self._neutron.all("/ports", list[_Port], "ports", name=name):
                if port.device_owner == "ovn-lb-hm:distributed":
                    self._neutron.delete(path("ports", port.id))


@dataclass(frozen=True)
class _Port:
    id: ID
    device_owner: str | None
