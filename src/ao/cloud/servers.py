"""Servers in Nova."""

from __future__ import annotations

from openstack import connection

from ao.cloud.translate import asking
from ao.cloud.values import Server


class Servers:
    """Servers of a project, read with Nova's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def active(self) -> tuple[Server, ...]:
        """Servers of the project in status ACTIVE.

        Without details: Nova answers several times faster then.
        """
        with asking("list the servers"):
            servers = self._cloud.compute.servers(details=False, status="ACTIVE")
            return tuple(Server(id=server.id, name=server.name) for server in servers)
