"""User data of servers that exist, as a site file takes it. Pure."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from ao.message import message
from ao.site import user_data as server_data

VERSION = "$AO_VERSION"
LONGEST = 65_535 * 3 // 4
"""Bytes of user data that Nova takes."""
COMMENT = b"\n# Ao: version $AO_VERSION, by which each version has servers of its own.\n"
_COMMENTED = (b"#!", b"#cloud-config")
"""How user data begins in which a line after `#` is a comment, and the last line may be one."""


@dataclass(frozen=True, kw_only=True)
class UserData:
    """What goes into a file of its own."""

    content: bytes = field(repr=False)
    question: str | None
    """What is open about it, as a message; None for nothing."""


def decoded(told: str) -> bytes | None:
    """Return what Nova tells of user data in base64; None for none, or what is no base64."""
    if not told or len(told) > 2 * LONGEST:
        return None
    try:
        return base64.b64decode(told, validate=False) or None
    except (binascii.Error, ValueError):
        return None


def taken(content: bytes) -> UserData:
    """Return user data in which a version of the application has a place.

    A script and cloud-config get a last line for it, a comment, so that a new version is new user
    data: without it no deploy would replace a server. All others stay as they are.
    """
    if VERSION.encode() in content:
        return UserData(content=content, question=None)
    if content.startswith(_COMMENTED) and _is_text(content):
        return UserData(
            content=content + COMMENT,
            question=message(
                "what in it takes the version of the application? As its last line Ao has added a "
                "comment with $AO_VERSION, so that each version gets new servers; have it install "
                "that version, else all versions are alike"
            ),
        )
    return UserData(
        content=content,
        question=message(
            "where does it take the version of the application? Write $AO_VERSION there: until "
            "then the file is refused, as no version would differ from another"
        ),
    )


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return not server_data.is_mime(text) and "\x00" not in text
