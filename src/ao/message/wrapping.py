"""Texts in lines of a terminal, Japanese ones too."""

from __future__ import annotations

import re

_PIECE = re.compile(r"\s*(?:[!-~]+|\S)[、。」）…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ]*")
"""What a line of Japanese holds together: a word in Latin letters, or a character with those
after it that begin no line."""


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most so many columns, of which a Japanese character takes two.

    One piece that is wider than that has a line of its own.
    """
    lines = [""]
    for piece in _PIECE.findall(re.sub(r"(?<=。)\s+", "", text)):
        if lines[-1] and columns(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def columns(text: str) -> int:
    """Return the columns of a terminal that a text takes."""
    from rich.cells import cell_len

    return cell_len(text)
