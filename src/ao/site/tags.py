"""Tags of a site's stacks, servers and pool members: words of the form `ao:key=value`."""

from __future__ import annotations

from collections.abc import Mapping

from ao.colour import Colour
from ao.site.names import is_version
from ao.site.site import Method

TAG_FORMAT = 3
"""The highest format of tags and descriptions that is read: what `ao:format=N` among them says.

Those of format 1 do not say it: a new tag would have each site's stacks updated once. 2 is of a
stack whose load balancer terminates TLS: earlier versions of Ao take its listener of plain HTTP for
that which leads users, and would deploy to the live system. 3 is of one that is in networks which
were there before: earlier versions would make others.
"""
NETWORK_KEYS = (
    "address",
    "router",
    "balancer",
    "subnet",
    "lock-network",
    "lock-subnet",
    "lock-address",
)
"""Keys of the tags that tell what was there before of the networks that a stack is in."""
_NEEDS = {2: "0.3.0", 3: "0.3.0"}
"""First version of Ao that reads a format."""


def colour_tag(colour: Colour) -> str:
    """Return the word that everything of a system carries."""
    return f"ao:colour={colour}"


def version_tag(version: str) -> str:
    """Return the word that everything made for a version carries."""
    return f"ao:version={version}"


def deploy_tag(mark: str) -> str:
    """Return the word that a system's stack carries of the deploy that defined it."""
    return f"ao:deploy={mark}"


def version_of(tags: frozenset[str]) -> str | None:
    """Version that tags tell; None when they tell none, or what is no version.

    Anybody with a role in the project may have written them.
    """
    word = tag_value(tags, "version")
    return word if word is not None and is_version(word) else None


def method_tag(method: Method) -> str:
    """Return the word that a site's own stack carries of its method."""
    return f"ao:method={method}"


def format_tags(*, terminates: bool = False, networks: bool = False) -> frozenset[str]:
    """Return the words that a stack carries of the format of its tags, or none.

    That is the highest one of what it has: a load balancer that terminates TLS, networks that were
    there before.
    """
    formats = {1, 2 * terminates, 3 * networks}
    needed = max(formats)
    if needed == 1:
        return frozenset()
    return frozenset({f"ao:format={needed}", f"ao:needs={_NEEDS[needed]}"})


def network_tags(places: Mapping[str, str]) -> frozenset[str]:
    """Return the words that a stack carries of what was there before, by its keys."""
    return frozenset(f"ao:{key}={value}" for key, value in places.items())


def network_places(tags: frozenset[str]) -> dict[str, str]:
    """Return what the words of a stack tell of what was there before, by its keys."""
    found = {key: tag_value(tags, key) for key in NETWORK_KEYS}
    return {key: value for key, value in found.items() if value is not None}


def proxy_tags(version: int | None) -> frozenset[str]:
    """Return the words that a stack carries of the PROXY protocol that its pools speak, or none."""
    return frozenset() if version is None else frozenset({f"ao:proxy-protocol={version}"})


def tag_value(tags: frozenset[str], key: str) -> str | None:
    """Value of the word `ao:key=value` among tags, or None."""
    prefix = f"ao:{key}="
    return next((tag.removeprefix(prefix) for tag in sorted(tags) if tag.startswith(prefix)), None)
