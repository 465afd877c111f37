"""The image of a deploy, which is chosen as it is ordered, or that of the site file."""

from __future__ import annotations

from dataclasses import replace

from ao.errors import ConfigError
from ao.message import message
from ao.site import is_version
from ao.untrusted.printable import printable
from ao.work import Work

OPTION = "--image"
"""Option of the commands that choose one; it is told as the place of the key."""


def with_image(work: Work, image: str) -> Work:
    """Return a work whose site names an image, by its name or ID; an empty one changes nothing.

    What the project keeps of the site file stays as the file says.
    """
    if not image:
        return work
    group = replace(work.site.group, image=image)
    places = {**work.site.places, "image": OPTION}
    return replace(work, site=replace(work.site, group=group, places=places))


def image_id(work: Work, image: str) -> str:
    """Return the ID of an image that was chosen; empty for none. Raises NotFound and Conflict."""
    return work.cloud.lookup.image(image).id if image else ""


def version_in(work: Work, image: str) -> str:
    """Return the version of the application in an image, which its property `ao_version` tells.

    Raises ConfigError where it tells none, or what cannot be one; NotFound and Conflict.
    """
    found = work.cloud.lookup.image(image)
    if not found.version:
        raise ConfigError(
            message("image %(image)s tells no version", image=printable(image, 60)),
            cure=message(
                "Name the version too, or give the image one: `openstack image set --property "
                "ao_version=2.0 IMAGE`."
            ),
        )
    if not is_version(found.version):
        raise ConfigError(
            message(
                "property ao_version of image %(image)s, %(words)s, cannot be a version",
                image=printable(image, 60),
                words=f"{printable(found.version, 60)!r}",
            ),
            cure=message("Use up to 40 letters, digits and . _ + - such as 2.0 or 2026-11-23."),
        )
    return found.version
