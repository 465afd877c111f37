"""Tags of a site's stacks, servers and pool members: words of the form `ao:key=value`."""

from __future__ import annotations

from ao.colour import Colour
from ao.site.names import is_image_id, is_version
from ao.site.site import Method

TAG_FORMAT = 2
"""The highest format of tags and descriptions that is read: what `ao:format=N` among them says.

Those of format 1 do not say it: a new tag would have each site's stacks updated once. 2 is of a
stack whose load balancer terminates TLS: earlier versions of Ao take its listener of plain HTTP for
that which leads users, and would deploy to the live system.
"""
_SECURE = frozenset({"ao:format=2", "ao:needs=0.3.0"})


def colour_tag(colour: Colour) -> str:
    """Return the word that everything of a system carries."""
    return f"ao:colour={colour}"


def version_tag(version: str) -> str:
    """Return the word that everything made for a version carries."""
    return f"ao:version={version}"


def deploy_tag(mark: str) -> str:
    """Return the word that a system's stack carries of the deploy that defined it."""
    return f"ao:deploy={mark}"


def image_tag(image_id: str) -> str:
    """Return the word that a system's stack carries of the image that it was deployed with."""
    return f"ao:image={image_id}"


def image_of(tags: frozenset[str]) -> str:
    """Return the ID of the image that tags tell; empty when they tell none, or what is no ID.

    Anybody with a role in the project may have written them.
    """
    word = tag_value(tags, "image") or ""
    return word if is_image_id(word) else ""


def version_of(tags: frozenset[str]) -> str | None:
    """Version that tags tell; None when they tell none, or what is no version.

    Anybody with a role in the project may have written them.
    """
    word = tag_value(tags, "version")
    return word if word is not None and is_version(word) else None


def method_tag(method: Method) -> str:
    """Return the word that a site's own stack carries of its method."""
    return f"ao:method={method}"


def format_tags(*, terminates: bool) -> frozenset[str]:
    """Return the words that a stack carries of the format of its tags, or none."""
    return _SECURE if terminates else frozenset()


def proxy_tags(version: int | None) -> frozenset[str]:
    """Return the words that a stack carries of the PROXY protocol that its pools speak, or none."""
    return frozenset() if version is None else frozenset({f"ao:proxy-protocol={version}"})


def tag_value(tags: frozenset[str], key: str) -> str | None:
    """Value of the word `ao:key=value` among tags, or None."""
    prefix = f"ao:{key}="
    return next((tag.removeprefix(prefix) for tag in sorted(tags) if tag.startswith(prefix)), None)
