"""A cut-over as a JSON document, so that it can be kept and reported again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, TypeAdapter, ValidationError

from ao.cutover.cutover import CutOver, drawable
from ao.errors import ConfigError
from ao.message import message
from ao.untrusted.printable import printable

VERSION: Literal[1] = 1
"""Version of the document's shape; another shape gets another version."""


@dataclass(frozen=True, kw_only=True)
class _Document:
    version: Literal[1]
    cutover: Annotated[CutOver, AfterValidator(drawable)]


_DOCUMENT = TypeAdapter(_Document)


def write(cutover: CutOver) -> str:
    """Return the document of a cut-over; keys are named as the fields."""
    document = _Document(version=VERSION, cutover=cutover)
    return _DOCUMENT.dump_json(document, indent=2).decode() + "\n"


def read(text: str | bytes) -> CutOver:
    """Return the cut-over of a document; raises ConfigError when it is none of this version."""
    try:
        return _DOCUMENT.validate_json(text).cutover
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = printable(".".join(map(str, first["loc"])), 200)
        raise ConfigError(
            message(
                "not a cut-over of version %(version)s: %(place)s%(first)s",
                version=VERSION,
                place=place + ": " if place else "",
                first=printable(first["msg"], 200),
            ),
            cure=message("`ao switch` writes such files; take one that this version of ao wrote."),
        ) from None
