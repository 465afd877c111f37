"""User data of servers, as Nova gets it."""

from __future__ import annotations

from collections.abc import Mapping

LIMIT = 65_535
"""Characters of user data that Nova takes, encoded in base64
(nova/api/openstack/compute/schemas/servers.py)."""


def filled(text: str, *, site: str, colour: str, version: str) -> str:
    """Return user data as a system's servers get it, with Ao's words in it replaced."""
    words: Mapping[str, str] = {"$AO_SITE": site, "$AO_COLOUR": colour, "$AO_VERSION": version}
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def encoded(text: str) -> int:
    """Return the characters that a text has in base64."""
    return (len(text.encode("utf-8", "surrogatepass")) + 2) // 3 * 4
