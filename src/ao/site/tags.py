"""Tags of a site's stacks, servers and pool members: words of the form `ao:key=value`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum, auto

from ao.colour import Colour
from ao.site.adopt import Adoption
from ao.site.names import is_image_id, is_version
from ao.site.site import Method, Site

TAG_FORMAT = 3
"""The highest format of tags and descriptions that is read: what `ao:format=N` among them says.

Those of format 1 do not say it: a new tag would have each site's stacks updated once.
"""
BY_REQUEST = "request"
"""What the tag `ao:preview` says of a site whose standby is reached by what a request says."""
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


class Feature(Enum):
    """What a stack has that earlier versions of Ao would handle wrongly."""

    TERMINATES = auto()
    """Its load balancer terminates TLS: they take its listener of plain HTTP for that which leads
    users, and would deploy to the live system."""
    LISTENERS = auto()
    """Its load balancer has listeners beside the main one: they would switch that alone."""
    REQUESTS = auto()
    """It has no listener for the preview, which they look for in vain, and pools that L7 policies
    name, which they do not delete."""
    NETWORKS = auto()
    """It is in networks that were there before: they would make others."""
    OWN_TEMPLATES = auto()
    """Its servers, or further resources, are of templates of the operator's own: from the kept site
    file they would deploy Ao's own servers in their place."""
    ADOPTED = auto()
    """Its load balancer is somebody else's: they would look for one of their own, and build it."""


_FORMATS = {
    Feature.TERMINATES: (2, "0.3.0"),
    Feature.LISTENERS: (3, "0.3.0"),
    Feature.REQUESTS: (3, "0.3.0"),
    Feature.NETWORKS: (3, "0.3.0"),
    Feature.OWN_TEMPLATES: (3, "0.3.0"),
    Feature.ADOPTED: (3, "0.3.0"),
}
"""The format that each needs, and the first version of Ao that handles it."""


def colour_tag(colour: Colour) -> str:
    """Return the word that everything of a system carries."""
    return f"ao:colour={colour}"


def version_tag(version: str) -> str:
    """Return the word that everything made for a version carries."""
    return f"ao:version={version}"


def deploy_tag(mark: str) -> str:
    """Return the word that a system's stack carries of the deploy that defined it."""
    return f"ao:deploy={mark}"


def template_tag(key: str) -> str:
    """Return the word of a system's stack that a template of the operator's own made, by its key.

    `key` is that of the site file, such as `server_template`.
    """
    return f"ao:template={key}"


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


def features(site: Site) -> frozenset[Feature]:
    """Return what of a site's stacks earlier versions of Ao would handle wrongly."""
    found = {
        Feature.TERMINATES: site.load_balancer.terminates,
        Feature.LISTENERS: bool(site.listeners),
        Feature.REQUESTS: site.switch.previews_by_request,
        Feature.NETWORKS: site.is_placed,
        Feature.ADOPTED: site.adopt is not None,
    }
    return frozenset(feature for feature, has in found.items() if has)


def format_tags(features: Collection[Feature]) -> frozenset[str]:
    """Return the words that a stack with these features carries of its format, or none."""
    if not features:
        return frozenset()
    number, version = max(_FORMATS[it] for it in features)
    return frozenset({f"ao:format={number}", f"ao:needs={version}"})


def without_format(tags: frozenset[str]) -> frozenset[str]:
    """Return tags without the words of their format."""
    return frozenset(it for it in tags if not it.startswith(("ao:format=", "ao:needs=")))


def preview_tags(*, by_request: bool) -> frozenset[str]:
    """Return the words that a site's stack carries of how its preview is asked, or none."""
    return frozenset({f"ao:preview={BY_REQUEST}"}) if by_request else frozenset()


def network_tags(places: Mapping[str, str]) -> frozenset[str]:
    """Return the words that a stack carries of what was there before, by its keys."""
    return frozenset(f"ao:{key}={value}" for key, value in places.items())


def adoption_tags(adoption: Adoption | None) -> frozenset[str]:
    """Return the words that a site's stack carries of the system that it has adopted, or none."""
    marks = adoption.marks if adoption is not None else {}
    return frozenset(f"ao:{key}={value}" for key, value in marks.items())


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
