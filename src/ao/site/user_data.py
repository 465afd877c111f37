"""User data of servers, as Nova gets it."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Mapping

from ao.site.secrets import variables
from ao.site.site import Site

LIMIT = 65_535
"""Characters of user data that Nova takes, encoded in base64
(nova/api/openstack/compute/schemas/servers.py)."""
LONGEST = 120_000
"""Bytes that user data may have before it is compressed: the project keeps its text."""
ENVIRONMENT = "$AO_ENVIRONMENT"
SECRETS = "$AO_SECRETS"
_GZIP = b"\x1f\x8b"
_WRAPPED = (
    "MIME-Version: 1.0\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n"
)


class NotCompressed(Exception):
    """Bytes that begin as compressed user data and are none."""


def decompressed(data: bytes) -> bytes | None:
    """Return what bytes hold that gzip has compressed, LONGEST of them and one more at most.

    None for what is not compressed. Raises NotCompressed for what only begins so.
    """
    if not data.startswith(_GZIP):
        return None
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = reader.decompress(data, LONGEST + 1)
    except zlib.error as error:
        raise NotCompressed from error
    if len(found) <= LONGEST and (not reader.eof or reader.unused_data):
        raise NotCompressed
    return found


def filled(text: str, *, site: str, colour: str, version: str) -> str:
    """Return user data as a system's servers get it, with Ao's words in it replaced."""
    words: Mapping[str, str] = {"$AO_SITE": site, "$AO_COLOUR": colour, "$AO_VERSION": version}
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def encoded(text: str) -> int:
    """Return the characters that a text has in base64."""
    return (len(text.encode("utf-8", "surrogatepass")) + 2) // 3 * 4


def is_mime(text: str) -> bool:
    """Return whether cloud-init takes it for MIME (cloudinit/user_data.py: convert_string)."""
    return "mime-version:" in text[:4096].lower()


def is_json(text: str) -> bool:
    """Return whether user data is JSON, as Ignition reads it."""
    return text.lstrip().startswith("{")


def json_fault(text: str) -> int | None:
    """Return the line from which on user data that is to be JSON is none; None if it is."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.lineno
    except (ValueError, RecursionError):
        return 1
    return None


def compresses(text: str) -> bool:
    """Return whether user data that is filled in has to be compressed for Nova to take it."""
    return encoded(text) > LIMIT


def wrapped(text: str) -> str:
    """Return user data compressed, as text that cloud-init reads.

    Heat passes on text alone, so that what gzip makes of it is in a MIME message of one part
    (cloudinit/user_data.py: _process_msg). The same text always becomes the same.
    """
    packed = gzip.compress(text.encode("utf-8"), mtime=0)
    return _WRAPPED + base64.encodebytes(packed).decode("ascii")


def with_variables(text: str, environment: Mapping[str, str], sealed: str = "") -> str:
    """Return user data with the environment and the sealed secrets filled in, both in base64.

    In base64 neither a shell nor YAML, MIME or JSON minds them.
    """
    plain = base64.b64encode(variables(environment).encode()).decode("ascii")
    return text.replace(ENVIRONMENT, plain).replace(SECRETS, sealed)


def given(site: Site, colour: str, version: str, name: str = "", sealed: str = "") -> str:
    """Return the user data that Heat is given for a system, of a site that is called `name`.

    Heat replaces Ao's words in it, but for environment, secrets and what is compressed.
    """
    text = with_variables(site.group.user_data, site.environment, sealed)
    if not site.group.compressed:
        return text
    told = filled(text, site=name or site.name, colour=colour, version=version)
    return wrapped(told) if compresses(told) else text
