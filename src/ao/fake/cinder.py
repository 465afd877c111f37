"""Cinder: the volumes of a project."""

from __future__ import annotations

from dataclasses import dataclass

from ao.cloud.models import Image
from ao.fake.deployment import Deployment
from ao.fake.failure import Failure
from ao.fake.quotas import Quotas

GIB = 1024**3
NAMES = frozenset({"block-storage", "block-store", "volume", "volumev3"})
"""Types that Keystone's catalogue knows Cinder by."""


@dataclass(eq=False, kw_only=True)
class Volume:
    """A volume."""

    id: str
    name: str
    size: int
    """GiB that it has."""
    type: str | None
    image: Image | None
    """Image that it was made of; None for an empty one."""
    server_id: str = ""
    """ID of the server that has it; empty while it is available."""


class Cinder:
    """The volumes of a project, by ID."""

    def __init__(self, deployment: Deployment, quotas: Quotas) -> None:
        self._deployment = deployment
        self._quotas = quotas
        self.volumes: dict[str, Volume] = {}
        quotas.count("volumes", lambda: len(self.volumes))
        quotas.count("gigabytes", lambda: sum(it.size for it in self.volumes.values()))

    def create(self, name: str, size: int, kind: str | None, image: Image | None) -> Volume:
        """Create a volume, of an image or empty.

        Raises Failure for what Cinder refuses (cinder/volume/flows/api/create_volume.py), and if a
        quota is too small.
        """
        if kind is not None and self._deployment.volume_type(kind) is None:
            raise Failure("NotFound", f"Volume type {kind} could not be found. (HTTP 404)")
        if image is not None:
            if image.status != "active":
                raise Failure("BadRequest", f"Image {image.id} is not active. (HTTP 400)")
            if size < max(image.min_disk, -(-image.size // GIB)):
                raise Failure(
                    "BadRequest",
                    f"Volume size {size}GB cannot be smaller than the image size. (HTTP 400)",
                )
        self._quotas.claim(volumes=1, gigabytes=size)
        identifier = self._deployment.identifiers.uuid()
        volume = Volume(id=identifier, name=name, size=size, type=kind, image=image)
        self.volumes[volume.id] = volume
        return volume

    def attach(self, volume_id: str, server_id: str) -> Volume:
        """Give a volume to a server. Raises Failure if it is not there, or another has it."""
        volume = self.volumes.get(volume_id)
        if volume is None:
            raise Failure("NotFound", f"Volume {volume_id} could not be found. (HTTP 404)")
        if volume.server_id:
            raise Failure(
                "BadRequest",
                f"Invalid volume: volume {volume_id} status must be 'available'. Currently in "
                "'in-use' (HTTP 400)",
            )
        volume.server_id = server_id
        return volume

    def detach(self, server_id: str) -> None:
        """Take all volumes from a server."""
        for volume in self.volumes.values():
            if volume.server_id == server_id:
                volume.server_id = ""

    def delete(self, volume_id: str) -> None:
        """Delete a volume; nothing happens if it does not exist.

        Raises Failure while a server has it (heat/engine/resources/openstack/cinder/volume.py:
        handle_delete).
        """
        volume = self.volumes.get(volume_id)
        if volume is None:
            return
        if volume.server_id:
            raise Failure("", "Volume in use")
        del self.volumes[volume_id]
