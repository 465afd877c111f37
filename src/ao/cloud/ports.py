"""Ports in Neutron that others leave behind."""

from __future__ import annotations

from dataclasses import dataclass, field

from openstack import connection, exceptions

from ao.cloud import login
from ao.cloud.models import HEALTH_CHECKS, Port
from ao.cloud.rest import ID, neutron, path
from ao.cloud.sdk_errors import asking
from ao.message import message


class Ports:
    """Ports of a project, read and swept with Neutron's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._neutron = neutron(cloud)

    def of_subnet(self, subnet_id: str) -> tuple[Port, ...]:
        """Return the project's ports that have an address of a subnet.

        To the owner of a network, and to administrators, Neutron lists other projects' ports, too.
        """
        with asking(message("list the ports of subnet %(subnet)s", subnet=subnet_id)):
            query = {
                "fixed_ips": f"subnet_id={subnet_id}",
                "project_id": login.project(self._cloud),
            }
            return tuple(map(_value, self._neutron.all("/ports", list[_Port], "ports", **query)))

    def get(self, port_id: str) -> Port | None:
        """Return the port of that ID, or None."""
        with asking(message("look for port %(id)s", id=port_id)):
            try:
                return _value(self._neutron.get(path("ports", port_id), _Port, "port"))
            except exceptions.NotFoundException:
                return None

    def of_device(self, device_id: str) -> tuple[Port, ...]:
        """Return the ports of a server, a router or another device."""
        with asking(message("list the ports of device %(id)s", id=device_id)):
            found = self._neutron.all("/ports", list[_Port], "ports", device_id=device_id)
            return tuple(map(_value, found))

    def sweep(self, subnet_id: str) -> None:
        """Delete the health-check ports that OVN's load balancer has left in a subnet.

        It leaves one when a server was gone before its pool member was, and the subnet
        cannot be deleted then (ovn_octavia_provider/helper.py: _update_hm_member keeps
        the member's mapping, for which _clean_up_hm_port keeps the port).
        """
        with asking(message("sweep the health-check ports of subnet %(subnet)s", subnet=subnet_id)):
            name = f"ovn-lb-hm-{subnet_id}"
            for port in self._neutron.all("/ports", list[_Port], "ports", name=name):
                if port.device_owner == HEALTH_CHECKS:
                    self._neutron.delete(path("ports", port.id))


@dataclass(frozen=True)
class _FixedIP:
    subnet_id: ID
    ip_address: ID


@dataclass(frozen=True)
class _Port:
    id: ID
    name: str | None
    device_owner: str | None
    device_id: str | None
    network_id: str | None = None
    fixed_ips: list[_FixedIP] = field(default_factory=list)
    security_groups: list[ID] = field(default_factory=list)


def _value(port: _Port) -> Port:
    return Port(
        id=port.id,
        name=port.name or "",
        owner=port.device_owner or "",
        device_id=port.device_id or "",
        network_id=port.network_id or "",
        addresses=tuple((it.subnet_id, it.ip_address) for it in port.fixed_ips),
        security_group_ids=tuple(port.security_groups),
    )
