"""The format of a text that Ao keeps in a project.

Versions of Ao work side by side on a site, so each text says its format: a number, 1 where
there is none. It goes up when an earlier version would misread or spoil the text, and such a
text also says in `needs` which version of Ao reads it. Anybody may have written both.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from annotated_types import Interval
from pydantic import TypeAdapter, ValidationError

from ao.message import message

UPGRADE = message("Upgrade Ao on this machine, or run the command where the newer version is.")
"""Cure of an error that a text of a newer format is the reason of."""
HIGHEST = 9999
"""The highest number that is taken for a format."""
Format = Annotated[int, Interval(ge=1, le=HIGHEST)]
"""Number of a format."""

_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,2}")


@dataclass(frozen=True, kw_only=True)
class NewerFormat:
    """A format that this version of Ao does not know."""

    number: int
    reads: int
    """The highest format of such a text that this version reads."""
    needs: str = ""
    """The first version of Ao that reads it; empty if the text does not say."""

    def __str__(self) -> str:
        """Return a predicate for the text: its format, and the version that is needed."""
        if not self.needs:
            return message(
                "was written by a newer ao (format %(format)s); this version reads up to "
                "%(most)s: upgrade to a later version",
                format=self.number,
                most=self.reads,
            )
        return message(
            "was written by a newer ao (format %(format)s); this version reads up to %(most)s: "
            "upgrade to ao %(version)s",
            format=self.number,
            most=self.reads,
            version=self.needs,
        )


@dataclass(frozen=True, kw_only=True)
class _Marks:
    format: Format = 1
    needs: str = ""


@cache
def _reader() -> TypeAdapter[_Marks]:
    return TypeAdapter(_Marks)


def newer_format(text: str, reads: int) -> NewerFormat | None:
    """Return the format of a JSON text if it is higher than `reads`, or None.

    A text that is no JSON object, or whose format is no number, is of no newer format.
    """
    try:
        marks = _reader().validate_json(text)
    except ValidationError:
        return None
    return _newer(marks, reads)


def newer_tags(words: Collection[str], reads: int) -> NewerFormat | None:
    """Return the format in words of the form `ao:format=N` if it is higher than `reads`.

    The version that is needed is in a word `ao:needs=VERSION`. Of several formats the highest
    counts.
    """
    numbers = [word.removeprefix("ao:format=") for word in words if word.startswith("ao:format=")]
    needs = [word.removeprefix("ao:needs=") for word in words if word.startswith("ao:needs=")]
    known = [int(it) for it in numbers if re.fullmatch("[1-9][0-9]{0,3}", it)]
    marks = _Marks(format=max(known, default=1), needs=max(needs, default=""))
    return _newer(marks, reads)


def _newer(marks: _Marks, reads: int) -> NewerFormat | None:
    if marks.format <= reads:
        return None
    needs = marks.needs if _VERSION.fullmatch(marks.needs) else ""
    return NewerFormat(number=marks.format, reads=reads, needs=needs)
