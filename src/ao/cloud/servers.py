"""Servers in Nova."""

from __future__ import annotations

from openstack import connection

from ao.cloud.translate import asking
from ao.cloud.values import Server


class Servers:
    """Servers of a project, read with Nova's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def tagged(self, tag: str) -> tuple[Server, ...]:
        """Servers that carry the tag."""
        with asking("list the servers"):
            return tuple(
                Server(
                    id=server.id,
                    name=server.name,
                    status=server.status,
                    tags=frozenset(server.tags or ()),
                    addresses=tuple(
                        port["addr"] for ports in server.addresses.values() for port in ports
                    ),
                )
                for server in self._cloud.compute.servers(tags=tag)
            )
