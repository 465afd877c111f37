"""The images that standing systems need: load and repair make servers of them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ao.cloud import Cloud
from ao.colour import Colour
from ao.errors import AoError, NotAuthenticated, NotFound
from ao.message import Message, message
from ao.plan.facts import Facts
from ao.untrusted.printable import printable

LONGEST_NAME = 60
"""Characters of an image's name that are shown."""


@dataclass(frozen=True, kw_only=True)
class ImageState:
    """The image of a system, as Glance tells of it."""

    id: str
    name: str = ""
    """Its name, which anybody may have given it; empty where it has none, or is lost."""
    status: str = "active"
    """Glance's status; empty when Glance has lost it."""

    @property
    def shown(self) -> str:
        """What it is called on a screen."""
        return printable(self.name or self.id, LONGEST_NAME)

    @property
    def fault(self) -> Message | None:
        """Why no server can be made of it, a predicate; None while one can."""
        if not self.status:
            return message("Glance has lost it")
        if self.status != "active":
            return message("it is %(status)s in Glance", status=printable(self.status, 20))
        return None


def read_images(cloud: Cloud, facts: Facts) -> Mapping[Colour, ImageState]:
    """Return the images of the systems that stand, in one request for each image.

    One of which Glance tells nothing is left out. Raises NotAuthenticated.
    """
    ids = {colour: it.image_id for colour, it in facts.systems.items() if it.image_id}
    if not ids:
        return {}
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="images") as pool:
        wanted = sorted(set(ids.values()))
        found = pool.map(lambda it: _read(cloud, it), wanted)
        told = dict(zip(wanted, found, strict=True))
    return {colour: state for colour, it in ids.items() if (state := told[it]) is not None}


def lost(images: Mapping[Colour, ImageState]) -> tuple[Message, ...]:
    """Return what is to be told of images of which no server can be made, a sentence for each."""
    return tuple(
        message(
            "The image of %(colour)s, %(image)s, is of no use: %(why)s. Scaling and repair of "
            "%(colour)s will fail; a deploy with another image to a standby mends it.",
            colour=colour,
            image=state.shown,
            why=state.fault,
        )
        for colour, state in images.items()
        if state.fault is not None
    )


def _read(cloud: Cloud, image_id: str) -> ImageState | None:
    try:
        image = cloud.lookup.image(image_id)
    except NotFound:
        return ImageState(id=image_id, status="")
    except NotAuthenticated:
        raise
    except AoError:
        return None
    return ImageState(id=image.id, name=image.name, status=image.status)
