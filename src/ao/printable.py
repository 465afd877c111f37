"""Text that somebody else wrote, made safe to print."""

from __future__ import annotations

import unicodedata


def printable(text: str, limit: int = 200) -> str:
    r"""Return a text with what acts on a terminal made visible, and cut to `limit` characters.

    Control characters, terminal escapes, line breaks, marks that change the direction of
    writing and lone surrogates become `\x1b` or `\u202e`; a text that is cut ends in `…`.
    """
    shown = "".join(map(_shown, text[: limit + 1]))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _shown(character: str) -> str:
    # Spaces other than the common one count as not printable, such as the Japanese one.
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()
