"""Texts that others wrote, made safe to print."""

from __future__ import annotations

import bisect
import itertools
import unicodedata
from functools import lru_cache


def printable(text: str, length: int | None = None, *, keep: str = "") -> str:
    r"""Return a text in which nothing acts on a terminal, a log or the order of its characters.

    Control characters, and with them escape sequences and line ends, directions of writing
    (bidi), characters without a shape, and halves of surrogate pairs are shown as Python writes
    them, for example `\x1b` and `\u202e`. Those in `keep` stay, say `"\n"` for a text of
    several lines. With `length` the result has so many characters at most, and ends in `…`
    when that cut it.
    """
    if text.isprintable() and (length is None or len(text) <= length):
        return text
    # A foreign text may be long: beyond its end nothing needs to be looked at.
    shown = [_show(it, keep) for it in (text if length is None else text[: length + 1])]
    if length is None or sum(map(len, shown)) <= length:
        return "".join(shown)
    ends = list(itertools.accumulate(map(len, shown)))
    whole = bisect.bisect_left(ends, length)
    return "".join(shown[:whole]) + "…"[:length]


def printable_lines(text: str) -> str:
    """Return a text in which nothing but its line ends acts on a terminal."""
    return printable(text, keep="\n")


@lru_cache(maxsize=1024)
def _show(character: str, keep: str) -> str:
    """Return a character, or how Python writes it when it cannot be printed."""
    # Python counts all spaces but one among what cannot be; Japanese has one of its own.
    if character.isprintable() or unicodedata.category(character) == "Zs" or character in keep:
        return character
    return character.encode("unicode_escape").decode("ascii")
