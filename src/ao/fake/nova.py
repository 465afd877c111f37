"""Nova: the servers of a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ao.cloud.models import Flavor, Image
from ao.fake.cinder import Cinder
from ao.fake.deployment import Deployment
from ao.fake.failure import Failure
from ao.fake.neutron import Neutron, Port
from ao.fake.quotas import Quotas
from ao.fake.timeline import Job
from ao.site.user_data import LIMIT, encoded

GIB = 1024**3
BUILD = 4.0
"""Seconds until a new server is ACTIVE."""
BOOT = 5.0
"""Seconds from status ACTIVE until the application of a server answers."""


@dataclass(frozen=True, kw_only=True)
class ServerGroup:
    """A group of servers that Nova chooses hosts for together."""

    id: str
    name: str
    policy: str
    """soft-anti-affinity or anti-affinity."""


@dataclass(eq=False, kw_only=True)
class Server:
    """A server."""

    id: str
    name: str
    image: Image | None
    """None for one that starts from a volume."""
    flavor: Flavor
    user_data: str
    metadata: Mapping[str, str]
    """Metadata at its creation; its application sees no later change."""
    tags: frozenset[str]
    port: Port
    availability_zone: str | None = None
    group: ServerGroup | None = None
    config_drive: bool = False
    keypair: str | None = None
    more_ports: tuple[Port, ...] = ()
    """Its ports in further networks."""
    status: str = "BUILD"
    up_at: float = 0.0
    """When its application begins to answer, in virtual seconds."""
    console: str = ""
    """What it has written to its console."""


class Nova:
    """The servers of a project, by ID."""

    def __init__(
        self, deployment: Deployment, quotas: Quotas, neutron: Neutron, cinder: Cinder
    ) -> None:
        self._deployment = deployment
        self._cinder = cinder
        self._quotas = quotas
        self._neutron = neutron
        self.servers: dict[str, Server] = {}
        self.server_groups: dict[str, ServerGroup] = {}
        quotas.count("server groups", lambda: len(self.server_groups))
        quotas.count("instances", lambda: len(self.servers))
        quotas.count("cores", lambda: sum(it.flavor.vcpus for it in self.servers.values()))
        quotas.count("ram", lambda: sum(it.flavor.ram for it in self.servers.values()))

    def create(
        self,
        *,
        name: str,
        image: Image | None,
        flavor: Flavor,
        network_id: str,
        subnet_id: str | None = None,
        user_data: str,
        metadata: Mapping[str, str],
        tags: frozenset[str],
        security_group_ids: tuple[str, ...] = (),
        availability_zone: str | None = None,
        group_id: str | None = None,
        config_drive: bool = False,
        keypair: str | None = None,
        more_network_ids: tuple[str, ...] = (),
        volume_ids: tuple[str, ...] = (),
    ) -> Server:
        """Create a server in status BUILD; without an image it starts from its first volume.

        Raises Failure for what Nova refuses (nova/compute/api.py: _validate_flavor_image), and if
        a quota is too small.
        """
        _validate(image, flavor, user_data)
        if availability_zone not in (None, *self._deployment.availability_zones):
            raise Failure(
                "BadRequest", "The requested availability zone is not available (HTTP 400)"
            )
        group = self._group(group_id) if group_id else None
        network_ids = (network_id, *more_network_ids)
        self._quotas.claim(instances=1, cores=flavor.vcpus, ram=flavor.ram, ports=len(network_ids))
        server_id = self._deployment.identifiers.uuid()
        for volume_id in volume_ids:
            self._cinder.attach(volume_id, server_id)
        port, *more_ports = (
            self._neutron.create_port(
                (subnet_id if it == network_id else None) or self._neutron.subnet_of(it),
                "compute:nova",
                device_id=server_id,
                security_group_ids=security_group_ids,
            )
            for it in network_ids
        )
        server = Server(
            id=server_id,
            name=name,
            image=image,
            flavor=flavor,
            user_data=user_data,
            metadata=metadata,
            tags=tags,
            port=port,
            more_ports=tuple(more_ports),
            availability_zone=availability_zone,
            group=group,
            config_drive=config_drive,
            keypair=keypair,
        )
        self.servers[server.id] = server
        return server

    def create_server_group(self, name: str, policy: str) -> str:
        """Create a server group, and return its ID."""
        self._quotas.claim(server_groups=1)
        group = ServerGroup(id=self._deployment.identifiers.uuid(), name=name, policy=policy)
        self.server_groups[group.id] = group
        return group.id

    def _group(self, group_id: str) -> ServerGroup:
        """Return a server group that has room for one more (nova/compute/api.py)."""
        group = self.server_groups.get(group_id)
        if group is None:
            raise Failure("BadRequest", f"Instance group {group_id} could not be found. (HTTP 400)")
        most = self._quotas.by_resource["server group members"]
        if 0 <= most <= len(self._members(group)):
            raise Failure("Forbidden", "Quota exceeded, too many servers in group (HTTP 403)")
        return group

    def _members(self, group: ServerGroup) -> list[Server]:
        return [it for it in self.servers.values() if it.group is group]

    def build(self, server: Server) -> Job:
        """Take the time until a server is ACTIVE; it may be deleted meanwhile.

        It comes to that even if whoever waits for it ends.
        """
        group = server.group
        if group is not None and group.policy == "anti-affinity":
            placed = [it for it in self._members(group) if it.status != "ERROR"]
            if len(placed) > self._deployment.compute_hosts:
                yield BUILD
                server.status = "ERROR"
                raise Failure(
                    "ResourceInError",
                    'Went to status ERROR due to "Message: No valid host was found., Code: 500"',
                )
        try:
            yield BUILD
        finally:
            server.status = "ACTIVE"
            server.console = f"{server.name} login: \n"
            server.up_at = self._deployment.timeline.now() + BOOT

    def at(self, subnet_id: str, address: str) -> Server | None:
        """Return the server at a fixed IP of a subnet, or None."""
        return next(
            (
                server
                for server in self.servers.values()
                if (server.port.subnet_id, server.port.address) == (subnet_id, address)
            ),
            None,
        )

    def is_up(self, server: Server) -> bool:
        """Return whether a server is ACTIVE and has had the time to start its application."""
        return server.status == "ACTIVE" and self._deployment.timeline.now() >= server.up_at

    def delete(self, server_id: str) -> None:
        """Delete a server and its port; nothing happens if it does not exist."""
        server = self.servers.pop(server_id, None)
        if server is not None:
            self._cinder.detach(server_id)
            for port in (server.port, *server.more_ports):
                self._neutron.delete_port(port.id)


def _validate(image: Image | None, flavor: Flavor, user_data: str) -> None:
    """Refuse an image, a flavor and user data that do not go together."""
    disk = flavor.disk * GIB
    of_image = (
        {
            f"Image {image.id} is not active.": image.status != "active",
            "Flavor's memory is too small for requested image.": flavor.ram < image.min_ram,
            "Only volume-backed servers are allowed for flavors with zero disk.": disk == 0,
            "Flavor's disk is too small for requested image.": disk < image.size,
            "Flavor's disk is smaller than the minimum size specified in image metadata.": (
                flavor.disk < image.min_disk
            ),
        }
        if image is not None
        else {}
    )
    reasons = {
        **of_image,
        "Invalid input for field/attribute user_data: it is too long.": (
            encoded(user_data) > LIMIT
        ),
    }
    reason = next((reason for reason, holds in reasons.items() if holds), None)
    if reason is not None:
        raise Failure("BadRequest", f"{reason} (HTTP 400)")
