"""Archives of a journal: texts of Heat, each with entries of many closed operations. Pure.

An archive holds names and texts of entries as they were written, and each is read by the same rules
as an entry that is a text of its own. An entry is known by its name: one that two archives hold, or
an archive and a text of its own, counts once.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from ao.cloud import SoftwareConfig
from ao.journal import entry
from ao.journal.heading import LIMIT, Heading, time_in_name
from ao.journal.invalid import Invalid
from ao.message import message
from ao.text_format import Format, NewerFormat, newer_format
from ao.untrusted.bounds import AtMost

PREFIX = "ao.archive"
"""First part of an archive's name. A version of Ao that knows none looks at no such name, so that
it neither tells an archive as an entry nor deletes it."""
FORMAT = 1
"""Format of the archives that are written, and the highest one that is read. One whose entries'
names have other rules needs a higher one."""
CAP = entry.CAP
"""Characters of an archive's text."""
UNPACKED = 4_000_000
"""Bytes of what an archive holds, unpacked."""
MOST = 10_000
"""Entries of an archive."""
READ = 16
"""Archives of a site that are read: more than Ao ever leaves."""


@dataclass(frozen=True, kw_only=True)
class Folded:
    """An entry that an archive holds."""

    created_at: str
    """When Heat has got it, as Heat tells it."""
    heading: Heading
    name: str
    """Its name, by which it is known."""
    text: str
    """Its text; empty where that is left out."""

    def record(self, archive: SoftwareConfig) -> SoftwareConfig:
        """Return it as a record of Heat's, with the ID of the archive that holds it."""
        return SoftwareConfig(id=archive.id, name=self.name, created_at=self.created_at)


def prefix(site: str) -> str:
    """Return the beginning that the names of a site's archives have."""
    return f"{PREFIX}/{site}/"


def name(site: str, at: datetime) -> str:
    """Return the name of an archive of a site that is written at a moment."""
    return f"{prefix(site)}{time_in_name(at)}"


_Time = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,16}(Z|\+00:00)?$")
]
_Entry = tuple[
    _Time,
    Annotated[str, StringConstraints(max_length=LIMIT)],
    Annotated[str, StringConstraints(max_length=entry.CAP)],
]
_Entries = Annotated[tuple[_Entry, ...], AtMost(MOST)]


@dataclass(frozen=True, kw_only=True)
class _Text:
    entries: Annotated[str, Field(max_length=CAP)]
    """JSON of the entries, packed by zlib, in base64."""
    format: Format = FORMAT


@cache
def _text_adapter() -> TypeAdapter[_Text]:
    return TypeAdapter(_Text)


@cache
def _entries_adapter() -> TypeAdapter[tuple[_Entry, ...]]:
    return TypeAdapter(_Entries)


def write(entries: Sequence[Folded]) -> str | None:
    """Return the text of an archive of the entries; None when that would be too large."""
    if len(entries) > MOST:
        return None
    told = [(it.created_at, it.name, it.text) for it in entries]
    plain = json.dumps(told, separators=(",", ":")).encode()
    if len(plain) > UNPACKED:
        return None
    packed = base64.b64encode(zlib.compress(plain, 9)).decode()
    text = json.dumps({"format": FORMAT, "entries": packed}, separators=(",", ":"))
    return text if len(text) <= CAP else None


def read(site: str, text: str) -> tuple[Folded, ...] | NewerFormat:
    """Return the entries of an archive of a site, or its format where that is a newer one.

    Anybody with a role in the project may have written it. Raises Invalid for one that breaks the
    rules; texts of entries are read as such later.
    """
    if len(text) > CAP:
        raise Invalid(message("it has more than %(count)s characters", count=f"{CAP:,}"))
    newer = newer_format(text, FORMAT)
    if newer is not None:
        return newer
    try:
        packed = _text_adapter().validate_json(text).entries
        found = _entries_adapter().validate_json(_unpacked(packed))
    except (ValidationError, ValueError):
        raise Invalid(message("it is no archive of entries")) from None
    return tuple(_folded(site, *it) for it in found)


def _unpacked(packed: str) -> bytes:
    """Return what was packed. Raises ValueError when it is no such thing, or too large."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(base64.b64decode(packed, validate=True), UNPACKED)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("not packed") from error
    if not unpacker.eof:
        raise ValueError("too large, or cut off")
    return plain


def _folded(site: str, created_at: str, name: str, text: str) -> Folded:
    """Return an entry of an archive of a site. Raises Invalid."""
    heading = Heading.read(name)
    if heading is None or heading.site != site:
        raise Invalid(message("it holds what is no entry of the site's journal"))
    return Folded(created_at=created_at, heading=heading, name=name, text=text)
