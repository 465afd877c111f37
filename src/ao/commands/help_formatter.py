"""Help of commands in the user's language."""

from __future__ import annotations

import argparse
import inspect
import re

from cliff._argparse import SmartHelpFormatter

from ao.message import Message
from ao.message.translation import spoken

_PIECE = re.compile(r"\s*(?:[!-~]+|\S)[、。」）…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ]*")
"""What a line of Japanese holds together: a word in Latin letters, or a character with those
after it that begin no line."""


def description(command: type) -> Message:
    """Return what a command, or a program, says of itself: the docstring of its class."""
    return Message(inspect.getdoc(command) or "", {})


class HelpFormatter(SmartHelpFormatter):
    """Formats help in the user's language; Japanese has no spaces to break its lines at."""

    def start_section(self, heading: str | None) -> None:
        """Begin a group of arguments."""
        super().start_section(heading and spoken(heading))

    def add_text(self, text: str | None) -> None:
        """Add a description."""
        super().add_text(spoken(text) if text and text != argparse.SUPPRESS else text)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and spoken(action.help)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if text.isascii() else wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.isascii():
            return super()._fill_text(text, width, indent)
        return "\n".join(f"{indent}{line}" for line in wrapped(text, width - len(indent)))


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most so many columns, of which a Japanese character takes two.

    One piece that is wider than that has a line of its own.
    """
    from rich.cells import cell_len

    lines = [""]
    for piece in _PIECE.findall(re.sub(r"(?<=。)\s+", "", text)):
        if lines[-1] and cell_len(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines
