"""Resource types of Nova."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ao.fake.failure import Failure
from ao.fake.kinds.kind import Kind
from ao.fake.stack import Part
from ao.fake.timeline import Job

WORK = 1.0
"""Seconds that Heat needs to change or delete a server."""


class Server(Kind):
    """OS::Nova::Server."""

    required = frozenset({"flavor", "networks"})
    optional = frozenset(
        {
            "block_device_mapping_v2",
            "image",
            "name",
            "image_update_policy",
            "flavor_update_policy",
            "key_name",
            "security_groups",
            "availability_zone",
            "scheduler_hints",
            "config_drive",
            "user_data_format",
            "user_data",
            "metadata",
            "tags",
        }
    )
    fixed = frozenset(
        {
            "block_device_mapping_v2",
            "user_data",
            "user_data_format",
            "key_name",
            "networks",
            "security_groups",
            "availability_zone",
            "scheduler_hints",
            "config_drive",
        }
    )

    def replaced(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Return whether a new server is needed: for image and flavor, if their policy says so."""
        fixed = self.fixed | {
            key for key in ("image", "flavor") if after.get(f"{key}_update_policy") == "REPLACE"
        }
        return any(before.get(key) != after.get(key) for key in fixed)

    def lost(self, part: Part) -> bool:
        """Return whether the server is gone or in status ERROR."""
        server = part.services.nova.servers.get(part.physical_id)
        return server is None or server.status == "ERROR"

    def create(self, part: Part) -> Job:
        """Create the server and wait until it is ACTIVE."""
        properties, deployment = part.properties, part.services.deployment
        named = properties.get("image")
        image = None if named is None else deployment.image(named)
        flavor = deployment.flavor(properties["flavor"])
        if flavor is None or (named is not None and image is None):
            raise Failure("NotFound", "Image or flavor could not be found.")
        devices = properties.get("block_device_mapping_v2", [])
        _check_devices(part.name, named, devices)
        own, *more = (it["network"] for it in properties["networks"])
        server = part.services.nova.create(
            name=properties.get("name", f"{part.stack.name}-{part.name}"),
            image=image,
            flavor=flavor,
            network_id=own,
            subnet_id=properties["networks"][0].get("subnet"),
            more_network_ids=tuple(more),
            volume_ids=tuple(it["volume_id"] for it in devices),
            user_data=properties.get("user_data", ""),
            metadata=properties.get("metadata", {}),
            tags=frozenset(properties.get("tags", ())),
            security_group_ids=tuple(properties.get("security_groups", ())),
            availability_zone=properties.get("availability_zone"),
            group_id=properties.get("scheduler_hints", {}).get("group"),
            config_drive=properties.get("config_drive", False),
            keypair=properties.get("key_name"),
        )
        part.physical_id = server.id
        yield from part.services.nova.build(server)

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Change the tags of the server; its application sees no new metadata."""
        yield WORK
        server = part.services.nova.servers.get(part.physical_id)
        if server is None:
            raise Failure("NotFound", f"Instance {part.physical_id} could not be found. (HTTP 404)")
        server.tags = frozenset(part.properties.get("tags", ()))

    def delete(self, part: Part) -> Job:
        """Delete the server."""
        yield WORK
        part.services.nova.delete(part.physical_id)

    def attribute(self, part: Part, name: str) -> object:
        """Return `first_address`, or `networks`: the addresses by the network's ID.

        The first address is one of any of several ports: here of the last, so that nobody relies
        on it. It is empty if the server is gone.
        """
        server = part.services.nova.servers.get(part.physical_id)
        ports = (server.port, *server.more_ports) if server else ()
        if name == "first_address":
            return ports[-1].address if ports else ""
        if name != "networks":
            return super().attribute(part, name)
        subnets = part.services.neutron.subnets
        return {subnets[it.subnet_id].network_id: [it.address] for it in ports}


def _check_devices(name: str, image: str | None, devices: list[dict[str, Any]]) -> None:
    """Raise Failure unless a server starts from one thing (Server._validate_block_device_mapping).

    Without `boot_index`, a volume is one to start from.
    """
    booting = [it for it in devices if it.get("boot_index") in (None, 0)]
    if image is None and not booting:
        raise Failure(
            "StackValidationFailed",
            f"Neither image nor bootable volume is specified for instance {name}",
        )
    if devices and len(booting) + (image is not None) != 1:
        raise Failure("StackValidationFailed", f"Multiple bootable sources for instance {name}.")


class ServerGroup(Kind):
    """OS::Nova::ServerGroup."""

    optional = frozenset({"name", "policies"})
    fixed = optional

    def lost(self, part: Part) -> bool:
        """Return whether the group is gone."""
        return part.physical_id not in part.services.nova.server_groups

    def create(self, part: Part) -> Job:
        """Create the group, which has exactly one policy."""
        properties = part.properties
        (policy,) = properties.get("policies", ["anti-affinity"])
        name = properties.get("name", part.name)
        part.physical_id = part.services.nova.create_server_group(name, policy)
        yield WORK

    def delete(self, part: Part) -> Job:
        """Delete the group; its servers stay."""
        yield WORK
        part.services.nova.server_groups.pop(part.physical_id, None)
