"""Guest images in Glance: `ao-demo`, and whatever else boots as it does."""

from functools import partial
from pathlib import Path
from typing import Any

from openstack.connection import Connection
from openstack.image.v2._proxy import Proxy

from box.errors import BoxError
from box.image import GuestImage

NAME = "ao-demo"
DIGEST = "ao_digest"
"""The image property that says which build an image is."""


def publish(
    cloud: Connection, guest: GuestImage, *, name: str = NAME, visibility: str = "public"
) -> None:
    """Upload an image, `ao-demo` for everyone, in place of an older build."""
    if not isinstance(cloud.image, Proxy):
        raise BoxError("the cloud's Glance does not speak version 2")
    glance = cloud.image
    images = {image.name: image for image in glance.images(visibility=visibility)}
    if name in images and images[name].properties.get(DIGEST) == guest.digest:
        return
    for old in (name, f"{name}-kernel", f"{name}-ramdisk"):
        if old in images:
            glance.delete_image(images[old])
    upload = partial(_upload, glance, visibility=visibility)
    upload(
        name,
        guest.disk,
        "raw",
        kernel_id=upload(f"{name}-kernel", guest.kernel, "aki"),
        ramdisk_id=upload(f"{name}-ramdisk", guest.ramdisk, "ari"),
        os_command_line=guest.command_line,
        hw_vif_model="virtio",
        hw_video_model="none",
        **{DIGEST: guest.digest},
    )


def _upload(glance: Proxy, name: str, path: Path, form: str, **properties: Any) -> str:
    image = glance.create_image(
        name,
        filename=str(path),
        disk_format=form,
        container_format=form if form in {"aki", "ari"} else "bare",
        wait=True,
        **properties,
    )
    return str(image.id)
