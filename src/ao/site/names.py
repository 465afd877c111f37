"""Names of sites, and of the versions of their applications."""

from __future__ import annotations

import re

from ao.errors import ConfigError
from ao.message import message
from ao.untrusted.printable import printable

NAME = r"^[a-z][a-z0-9-]{0,29}$"
"""Regular expression of a site's name."""
HOST_NAME = (
    r"^(?=.{1,253}$)(?:(?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)*(?!-)(?![0-9]+$)[A-Za-z0-9-]{1,63}(?<!-)$"
)
"""A name of DNS (RFC 1123, section 2.1), whose last part is no number as that of an address."""
ENDINGS = ("blue", "green", "lock", "preview", "doctor")
"""Words that a new site's name does not end in: things of a site `shop` are called `ao-shop-blue`
and so on, and would have the names of the things of a site `shop-blue`."""
VERSION = r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,39}$"
"""Regular expression of a version: it fits a tag of a server (60 characters, no comma, no slash),
and a shell minds none of its characters."""
USER_ID = r"^[A-Za-z0-9._@+-]{1,64}$"
"""Regular expression of a user's ID; Keystone makes them of letters and digits, and takes those of
a directory (keystone/identity/mapping_backends)."""
IMAGE_ID = r"^[A-Za-z0-9-]{1,64}$"
"""Regular expression of an image's ID, a UUID (glance/api/v2/images.py: id)."""
LONGEST_PERSON = 200
"""Characters of a person's name."""


def is_name(text: str) -> bool:
    """Return whether a text may be the name of a site."""
    return re.fullmatch(NAME, text) is not None


def site_tag(name: str) -> str:
    """Return the word that everything of a site carries."""
    return f"ao:site={name}"


def ending(name: str) -> str | None:
    """Return the word in which a name ends that a new site may not have, or None."""
    return next((word for word in ENDINGS if name.endswith(f"-{word}")), None)


def is_person(text: str) -> bool:
    """Return whether a text may be a person's name: printable, without blanks around it."""
    return 0 < len(text) <= LONGEST_PERSON and text.isprintable() and text == text.strip()


def is_user_id(text: str) -> bool:
    """Return whether a text may be the ID of an OpenStack user."""
    return re.fullmatch(USER_ID, text) is not None


def is_image_id(text: str) -> bool:
    """Return whether a text may be the ID of an image."""
    return re.fullmatch(IMAGE_ID, text) is not None


def is_version(text: str) -> bool:
    """Return whether a text may be a version."""
    return re.fullmatch(VERSION, text) is not None


def checked_version(version: str) -> str:
    """Return the version, if it may be one; raises ConfigError if not."""
    if not is_version(version):
        raise ConfigError(
            message("%(words)s cannot be a version", words=f"{printable(version, 60)!r}"),
            cure=message("Use up to 40 letters, digits and . _ + - such as 2.0 or 2026-11-23."),
        )
    return version
