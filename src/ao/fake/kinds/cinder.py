"""Resource types of Cinder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ao.fake.failure import Failure
from ao.fake.kinds.kind import Kind
from ao.fake.stack import Part
from ao.fake.timeline import Job

WORK = 2.0
"""Seconds that Cinder needs to make a volume."""


class Volume(Kind):
    """OS::Cinder::Volume."""

    optional = frozenset(
        {"availability_zone", "image", "metadata", "name", "scheduler_hints", "size", "volume_type"}
    )
    fixed = frozenset({"availability_zone", "image", "scheduler_hints"})

    def lost(self, part: Part) -> bool:
        """Return whether the volume is gone."""
        return part.physical_id not in part.services.cinder.volumes

    def create(self, part: Part) -> Job:
        """Create the volume."""
        properties, deployment = part.properties, part.services.deployment
        image = None
        if properties.get("image") is not None:
            image = deployment.image(properties["image"])
            if image is None:
                raise Failure("NotFound", "Image could not be found.")
        part.physical_id = part.services.cinder.create(
            properties.get("name", part.name),
            int(properties["size"]),
            properties.get("volume_type"),
            image,
        ).id
        yield WORK

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Give the volume another name or type, or more room."""
        yield WORK
        volume = part.services.cinder.volumes.get(part.physical_id)
        if volume is None:
            raise Failure("NotFound", f"Volume {part.physical_id} could not be found. (HTTP 404)")
        if int(part.properties["size"]) < volume.size:
            raise Failure("NotSupported", "Shrinking volume is not supported.")
        volume.size = int(part.properties["size"])
        volume.type = part.properties.get("volume_type")

    def delete(self, part: Part) -> Job:
        """Delete the volume."""
        yield WORK
        part.services.cinder.delete(part.physical_id)
