"""Floating IPs in Neutron."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from openstack import connection
from pydantic import StrictInt

from ao.cloud import login
from ao.cloud.models import FloatingIP
from ao.cloud.protocols import FloatingIPKey
from ao.cloud.rest import ID, neutron, path
from ao.cloud.sdk_errors import asking
from ao.message import message

_FILTERS: Mapping[FloatingIPKey, str] = {
    "id": "id",
    "address": "floating_ip_address",
    "port_id": "port_id",
}
"""Neutron's names of the filters."""


class FloatingIPs:
    """Floating IPs of a project, read and written with Neutron's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._neutron = neutron(cloud)

    def all(self) -> tuple[FloatingIP, ...]:
        """Return all floating IPs of the project."""
        with asking(message("list the floating IPs")):
            project = login.project(self._cloud)
            found = self._neutron.all("/floatingips", list[_IP], "floatingips", project_id=project)
            return tuple(map(_value, found))

    def find(self, key: FloatingIPKey, values: Collection[str]) -> tuple[FloatingIP, ...]:
        """Return the floating IPs of the project of which `key` has one of the values."""
        if not values:
            return ()
        with asking(message("look for floating IPs")):
            query: dict[str, object] = {_FILTERS[key]: sorted(values)}
            project = login.project(self._cloud)
            pages = self._neutron.pages("/floatingips", "floatingips", project_id=project, **query)
            found = [_value(ip) for page in pages for ip in page.value(list[_IP], "floatingips")]
            return tuple(ip for ip in found if getattr(ip, key) in values)

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
        with asking(
            message(
                "point floating IP %(address)s to port %(port)s",
                address=address.address,
                port=port_id,
            )
        ):
            answer = self._neutron.ask(
                "PUT",
                path("floatingips", address.id),
                json={"floatingip": change},
                headers={"If-Match": f"revision_number={address.revision}"},
            )
            return _value(answer.value(_IP, "floatingip"))


@dataclass(frozen=True)
class _IP:
    id: ID
    floating_ip_address: ID
    floating_network_id: ID
    port_id: str | None
    status: str | None
    revision_number: StrictInt
    description: str | None = None


def _value(ip: _IP) -> FloatingIP:
    return FloatingIP(
        id=ip.id,
        address=ip.floating_ip_address,
        network_id=ip.floating_network_id,
        port_id=ip.port_id or None,
        status=ip.status or "",
        description=ip.description or "",
        revision=ip.revision_number,
    )
