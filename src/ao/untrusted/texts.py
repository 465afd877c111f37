"""Types of texts that are read back from the cloud, where anybody may have written them.

What is only shown is made safe to print as it is read, so that nobody has to think of it later.
What acts, as a version does, is what a person may give, or the whole is refused.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from ao.untrusted.printable import printable

WORD, LINE, TEXT = 60, 255, 4100
"""Characters of a text that are read; a longer one is cut."""
LINES = 200
"""Lines of a text that are read."""
INDENT = "  "


def line(text: str) -> str:
    """Return a text as one line that is safe to print."""
    return printable(text, LINE)


def lines(text: str) -> str:
    """Return a text of several lines that is safe to print.

    All but the first are indented, so that none looks like one of Ao's own.
    """
    first, *more = text[:TEXT].split("\n")[:LINES]
    shown = [first, *(it if not it or it.startswith(INDENT) else f"{INDENT}{it}" for it in more)]
    whole = "\n".join(printable(it, TEXT) for it in shown)
    return whole if len(whole) <= TEXT else f"{whole[: TEXT - 1]}…"


def _word(text: str) -> str:
    return printable(text, WORD)


Word = Annotated[str, AfterValidator(_word)]
"""A word or two, to be shown."""
Line = Annotated[str, AfterValidator(line)]
"""A line, to be shown."""
Text = Annotated[str, AfterValidator(lines)]
"""A text of several lines, to be shown."""
