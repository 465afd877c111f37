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

    required = frozenset({"image", "flavor", "networks"})
    optional = frozenset(
        {
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
        image = deployment.image(properties["image"])
        flavor = deployment.flavor(properties["flavor"])
        if image is None or flavor is None:
            raise Failure("NotFound", "Image or flavor could not be found.")
        server = part.services.nova.create(
            name=properties["name"],
            image=image,
            flavor=flavor,
            network_id=properties["networks"][0]["network"],
            subnet_id=properties["networks"][0].get("subnet"),
            user_data=properties["user_data"],
            metadata=properties["metadata"],
            tags=frozenset(properties["tags"]),
            security_group_ids=tuple(properties.get("security_groups", ())),
            availability_zone=properties.get("availability_zone"),
            group_id=properties.get("scheduler_hints", {}).get("group"),
            config_drive=properties.get("config_drive", False),
        )
        part.physical_id = server.id
        yield from part.services.nova.build(server)

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Change the tags of the server; its application sees no new metadata."""
        yield WORK
        server = part.services.nova.servers.get(part.physical_id)
        if server is None:
            raise Failure("NotFound", f"Instance {part.physical_id} could not be found. (HTTP 404)")
        server.tags = frozenset(part.properties["tags"])

    def delete(self, part: Part) -> Job:
        """Delete the server."""
        yield WORK
        part.services.nova.delete(part.physical_id)

    def attribute(self, part: Part, name: str) -> object:
        """Return the fixed IP for attribute `first_address`; empty if the server is gone."""
        if name != "first_address":
            return super().attribute(part, name)
        server = part.services.nova.servers.get(part.physical_id)
        return server.port.address if server else ""


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
