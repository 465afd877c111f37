"""Words of Ao in the language of the reader.

Ao writes English: into the journal, into its errors, into what it says of facts. A text of its
own is read back into a message of `ao_dashboard.texts` and its parts, and said in Django's
active language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from django.utils.translation import gettext as _

from ao.errors import AoError
from ao_dashboard.texts import TEXTS

COLOURS = frozenset({"colour", "new", "old"})
"""Places for a colour."""
SAID = frozenset(
    {
        "act",
        "asked",
        "checks",
        "claim",
        "fate",
        "holder",
        "how",
        "message",
        "obstacle",
        "other",
        "purpose",
        "servers",
        "state",
        "step",
        "what",
        "why",
    }
)
"""Places for another text of Ao."""
FREE = frozenset({"command", "name", "names", "reason", "stacks", "time", "url", "who", "words"})
"""Places for what others wrote, of any length; all that are not named here take one word."""
LINE = re.compile(r"\S.*")
LONGEST = 1000
"""Characters of a line that is read; a longer one stays as it is. Anybody may have written it,
and reading takes longer by the square."""
DEEPEST = 8
"""Texts within texts that are read; what is deeper stays as it is."""


def spoken(thing: object) -> str:
    """What Ao says of a thing, in the active language; of None it says nothing.

    Each line is said for itself, and a text that is not known stays as it is.
    """
    return _said(str(thing), DEEPEST) if thing else ""


def told(error: AoError) -> str:
    """An error in the active language: what happened, and what to do next."""
    happened: str = _("%s.") % spoken(error.message)
    return f"{happened} {spoken(error.cure)}" if error.cure else happened


def _said(text: str, depth: int) -> str:
    return LINE.sub(lambda line: _line(line[0], depth), text)


def _line(text: str, depth: int) -> str:
    message, parts = _read(text) if len(text) <= LONGEST and depth else ("", {})
    if not message:
        return text
    said: str = _(message)
    return said % {place: _part(place, part, depth - 1) for place, part in parts.items()}


def _part(place: str, part: str, depth: int) -> str:
    return _said(part, depth) if place in COLOURS | SAID else part


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[str, Mapping[str, str]]:
    """The message that a text was written from, and its parts; an empty one if it is not known."""
    for message, pattern in PATTERNS.items():
        found = pattern.fullmatch(text)
        if found:
            return message, found.groupdict()
    return "", {}


def _pattern(message: str) -> re.Pattern[str]:
    """What a text looks like that was written from a message."""
    seen: set[str] = set()

    def part(place: re.Match[str]) -> str:
        name = place[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        shape = "blue|green" if name in COLOURS else ".+?" if name in SAID | FREE else r"\S+"
        return f"(?P<{name}>{shape})"

    return re.compile(re.sub(r"%\\\((\w+)\\\)s", part, re.escape(message)))


PATTERNS = {message: _pattern(message) for message in TEXTS}
