"""Nova: the servers of a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ao.cloud.models import Flavor, Named
from ao.fake.neutron import Port
from ao.fake.timeline import Job

if TYPE_CHECKING:
    from ao.fake.project import Project

BUILD = 4.0
"""Seconds until a new server is ACTIVE."""
BOOT = 5.0
"""Seconds from there until its application answers."""


@dataclass(eq=False, kw_only=True)
class Server:
    """A server."""

    id: str
    name: str
    image: Named
    flavor: Flavor
    user_data: str
    metadata: Mapping[str, str]
    """Metadata that it was booted with: the application never sees a later change."""
    tags: frozenset[str]
    port: Port
    status: str = "BUILD"
    up_at: float = 0.0
    """When its application begins to answer, in virtual seconds."""


class Nova:
    """Servers of a project, by ID."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.servers: dict[str, Server] = {}

    def create(
        self,
        *,
        name: str,
        image: Named,
        flavor: Flavor,
        network_id: str,
        user_data: str,
        metadata: Mapping[str, str],
        tags: frozenset[str],
    ) -> Server:
        """A new server, in status BUILD. Raises Failure when a quota is too small."""
        self._project.quotas.claim(instances=1, cores=flavor.vcpus, ram=flavor.ram, ports=1)
        neutron = self._project.neutron
        server = Server(
            id=self._project.identifiers.uuid(),
            name=name,
            image=image,
            flavor=flavor,
            user_data=user_data,
            metadata=metadata,
            tags=tags,
            port=neutron.plug(neutron.subnet_of(network_id), "compute:nova"),
        )
        self.servers[server.id] = server
        return server

    def build(self, server: Server) -> Job:
        """The time until a server is ACTIVE; somebody may delete it meanwhile."""
        yield BUILD
        server.status = "ACTIVE"
        server.up_at = self._project.timeline.now() + BOOT

    def at(self, subnet_id: str, address: str) -> Server | None:
        """The server at an address, or None."""
        return next(
            (
                server
                for server in self.servers.values()
                if (server.port.subnet_id, server.port.address) == (subnet_id, address)
            ),
            None,
        )

    def is_up(self, server: Server) -> bool:
        """Whether a server runs and has had the time to start its application."""
        return server.status == "ACTIVE" and self._project.timeline.now() >= server.up_at

    def delete(self, server_id: str) -> None:
        """Delete a server and its port; nothing happens when it is gone."""
        server = self.servers.pop(server_id, None)
        if server is not None:
            self._project.neutron.unplug(server.port.id)
