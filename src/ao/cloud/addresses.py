"""Floating IPs in Neutron."""

from __future__ import annotations

from openstack import connection
from openstack.network.v2 import floating_ip

from ao.cloud.translate import asking
from ao.cloud.values import FloatingIP


class Addresses:
    """Floating IPs of a project, read and written with Neutron's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def all(self) -> tuple[FloatingIP, ...]:
        """All floating IPs of the project."""
        with asking("list the floating IPs"):
            project = self._cloud.current_project_id
            return tuple(map(_value, self._cloud.network.ips(project_id=project)))

    def point(
        self, address: FloatingIP, port_id: str | None, description: str | None = None
    ) -> FloatingIP:
        """Point a floating IP to a port, or nowhere, in one request.

        The request carries the revision that was read: Neutron refuses it (412) when
        somebody wrote in between, save for writes in the same instant
        (neutron/services/revisions/revision_plugin.py); look again afterwards.
        """
        change: dict[str, object] = {"port_id": port_id}
        if description is not None:
            change["description"] = description
        with asking(f"point floating IP {address.address} to port {port_id}"):
            return _value(
                self._cloud.network.update_ip(address.id, if_revision=address.revision, **change)
            )


def _value(ip: floating_ip.FloatingIP) -> FloatingIP:
    return FloatingIP(
        id=ip.id,
        address=ip.floating_ip_address,
        network_id=ip.floating_network_id,
        port_id=ip.port_id or None,
        status=ip.status,
        description=ip.description or "",
        revision=ip.revision_number,
    )
