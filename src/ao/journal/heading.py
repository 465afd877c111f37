"""Headings of the journal's entries: what their names alone tell, without their texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import unquote

PREFIX = "ao.journal"
LIMIT = 255
"""Characters of a name (heat/db/models.py: SoftwareConfig)."""
ALONE = "-"
"""Release of what belongs to none."""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What the name of an entry tells."""

    site: str
    at: datetime
    """When it happened, to the millisecond, by the clock of the machine that wrote it."""
    release: str
    """ID of the release that it belongs to; ALONE for none."""
    kind: str
    """Kind of the event, for example `step begun`."""
    who: str
    """OpenStack user who wrote it."""
    words: tuple[str, ...] = ()
    """What the event says in short; long texts are cut in the name."""

    @property
    def name(self) -> str:
        """The name; its longest words are cut to make it fit."""
        time = self.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fixed = [PREFIX, self.site, time, self.release, self.kind]
        texts = [self.who, *self.words]
        while len(name := "/".join(map(_quoted, [*fixed, *texts]))) > LIMIT:
            longest = max(range(len(texts)), key=lambda n: len(texts[n]))
            texts[longest] = texts[longest][:-1]
        return name

    @classmethod
    def read(cls, name: str) -> Self | None:
        """The heading of a name; None when it is none."""
        prefix, *parts = map(unquote, name.split("/"))
        if prefix != PREFIX or len(parts) < 5:
            return None
        site, time, release, kind, who, *words = parts
        try:
            at = datetime.fromisoformat(time).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return cls(site=site, at=at, release=release, kind=kind, who=who, words=tuple(words))


def prefix(site: str | None = None) -> str:
    """How the names of a site's entries begin, or those of all sites."""
    return f"{PREFIX}/{site}/" if site else f"{PREFIX}/"


def _quoted(text: str) -> str:
    """A text that may be a part of a name: no slash, no control, all in the basic plane."""
    plain = "".join(c if c.isprintable() and ord(c) < 0x10000 else "?" for c in text)
    return plain.replace("%", "%25").replace("/", "%2F")
