"""Headings of the journal's entries: what their names alone tell, without their texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Self
from urllib.parse import unquote

from ao.colour import Colour
from ao.journal import summary
from ao.journal.invalid import Invalid
from ao.journal.summary import Summary
from ao.message import Message, message
from ao.site import NAME, VERSION
from ao.untrusted.bounds import YEARS
from ao.untrusted.printable import printable
from ao.untrusted.texts import line

PREFIX = "ao.journal"
LIMIT = 255
"""Characters of a name (heat/db/models.py: SoftwareConfig)."""
ALONE = "-"
"""Release of what belongs to none."""
RELEASE = r"[0-9]{8}-[0-9]{4}-[0-9a-f]{3,16}"
"""Regular expression of a release's ID, which sorts by time and fits a URL."""

_WORD = r"[A-Za-z][A-Za-z -]{0,39}"
_FREE = ".*"
_RULES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "begun": (
        ("act", _WORD),
        ("version", f"({VERSION})?"),
        *[("colour", f"({'|'.join(Colour)})?")] * 2,
    ),
    "step ended": (("step", _FREE), ("outcome", _WORD)),
    "checks": (("number", "[0-9]{1,9}"),) * 2,
    "switch": (("colour", "|".join(Colour)), ("number", "([0-9]{1,12})?")),
    "verdict": (("verdict", _WORD),),
    "migration": (("version", VERSION), ("answer", _WORD)),
    "asked": (("request", _WORD),),
    "end": (("outcome", _WORD),),
}
"""The first words of a heading by its kind: the name and the pattern of each; those of other kinds
are only shown."""


def time_in_name(at: datetime) -> str:
    """Return a moment as the names of records tell it: in UTC, with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The name of a journal entry, taken apart."""

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
    """The texts of the event, cut to fit into a name."""

    @cached_property
    def summary(self) -> Summary | None:
        """Its words as values; None for a kind whose words are only shown."""
        return summary.read(self.kind, self.words)

    @property
    def name(self) -> str:
        """The name of the entry's record; its longest words are cut to make it fit."""
        fixed = [PREFIX, self.site, time_in_name(self.at), self.release, self.kind]
        texts = [self.who, *self.words]
        while len(name := "/".join(map(_quoted, [*fixed, *texts]))) > LIMIT:
            longest = max(range(len(texts)), key=lambda n: len(texts[n]))
            texts[longest] = texts[longest][:-1]
        return name

    @classmethod
    def read(cls, name: str) -> Self | None:
        """Return the heading that a name tells; None when it is no name of the journal's.

        Anybody with a role in the project may have written it. Raises Invalid for one that
        breaks the journal's rules; what is only shown is made safe to print.
        """
        prefix, *parts = name[: LIMIT + 1].split("/")
        if prefix != PREFIX:
            return None
        if len(name) > LIMIT:
            raise Invalid(message("its name is longer than %(count)s characters", count=LIMIT))
        if len(parts) < 5:
            raise Invalid(message("its name tells too little"))
        site, time, release, kind, who, *words = parts
        told = tuple(line(unquote(word)) for word in words)
        _check("name of a site", NAME, site)
        _check("ID of a release", f"{RELEASE}|{ALONE}", release)
        _check("kind", _WORD, kind)
        for (what, rule), word in zip(_RULES.get(kind, ()), told, strict=False):
            _check(what, rule, word)
        return cls(
            site=site,
            at=_moment(time),
            release=release,
            kind=kind,
            who=line(unquote(who)),
            words=told,
        )


def prefix(site: str | None = None) -> str:
    """Return the beginning that all names of a site's entries have, or those of all sites."""
    return f"{PREFIX}/{site}/" if site else f"{PREFIX}/"


def is_free(kind: str, place: int) -> bool:
    """Return whether the word at a place, from 0, of a kind of heading may be any text."""
    rules = _RULES.get(kind, ())
    return place >= len(rules) or rules[place][1] == _FREE


def _check(what: str, rule: str, text: str) -> None:
    if not re.fullmatch(rule, text):
        raise Invalid(
            message("%(words)s is no %(what)s", words=printable(text, 60), what=Message(what, {}))
        )


def _moment(text: str) -> datetime:
    """Return the time that a text tells, in UTC. Raises Invalid."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or at.year not in YEARS:
        raise Invalid(
            message(
                "%(words)s is no time of the years %(first)s to %(last)s",
                words=printable(text, 60),
                first=YEARS[0],
                last=YEARS[-1],
            )
        )
    return at


def _quoted(text: str) -> str:
    """Return a text as a part of a name has it: no slash, no control, all in the basic plane."""
    plain = "".join(c if c.isprintable() and ord(c) < 0x10000 else "?" for c in text)
    return plain.replace("%", "%25").replace("/", "%2F")
