"""Text that somebody else wrote, made safe to print."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LONGEST_ESCAPE = len("\\U0001f4a9")
"""Characters that a character becomes at most."""


def printable(text: str, limit: int = 200) -> str:
    r"""Return a text with what acts on a terminal made visible, and cut to `limit` characters.

    Control characters, terminal escapes, line breaks, marks that change the direction of
    writing and lone surrogates become `\x1b` or `\u202e`; a text that is cut ends in `…`.
    """
    if len(text) <= limit and text.isprintable():
        return text
    shown = "".join(map(_shown, text[: limit + 1]))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def printable_lines(text: str) -> str:
    """Return a text with what acts on a terminal made visible, save for its line breaks."""
    return "\n".join(printable(line, len(line) * LONGEST_ESCAPE) for line in text.split("\n"))


@lru_cache(maxsize=1024)
def _shown(character: str) -> str:
    # Spaces other than the common one count as not printable, such as the Japanese one.
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()
