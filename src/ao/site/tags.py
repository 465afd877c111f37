"""Tags of a site's stacks, servers and pool members: words of the form `ao:key=value`."""

from __future__ import annotations

from ao.colour import Colour
from ao.site.names import is_version
from ao.site.site import Method

TAG_FORMAT = 3
"""The highest format of tags and descriptions that is read: what `ao:format=N` among them says.

Those of format 1 do not say it: a new tag would have each site's stacks updated once. 2 is of a
stack whose load balancer terminates TLS: earlier versions of Ao take its listener of plain HTTP for
that which leads users, and would deploy to the live system. 3 is of one without a listener for the
preview, which earlier versions look for in vain, and whose pools they do not delete.
"""
_NEEDS = {2: "0.3.0", 3: "0.3.0"}
"""First version of Ao that reads a format, from 2 on."""
BY_REQUEST = "request"
"""What the tag `ao:preview` says of a site whose standby is reached by what a request says."""


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


def format_tags(*, terminates: bool, by_request: bool = False) -> frozenset[str]:
    """Return the words that a stack carries of the format of its tags, or none.

    It is the highest that something of the stack needs: a load balancer that terminates TLS, or a
    preview by what a request says.
    """
    needed = {2: terminates, 3: by_request}
    number = max((it for it, is_needed in needed.items() if is_needed), default=1)
    if number == 1:
        return frozenset()
    return frozenset({f"ao:format={number}", f"ao:needs={_NEEDS[number]}"})


def preview_tags(*, by_request: bool) -> frozenset[str]:
    """Return the words that a site's stack carries of how its preview is asked, or none."""
    return frozenset({f"ao:preview={BY_REQUEST}"}) if by_request else frozenset()


def proxy_tags(version: int | None) -> frozenset[str]:
    """Return the words that a stack carries of the PROXY protocol that its pools speak, or none."""
    return frozenset() if version is None else frozenset({f"ao:proxy-protocol={version}"})


def tag_value(tags: frozenset[str], key: str) -> str | None:
    """Value of the word `ao:key=value` among tags, or None."""
    prefix = f"ao:{key}="
    return next((tag.removeprefix(prefix) for tag in sorted(tags) if tag.startswith(prefix)), None)
