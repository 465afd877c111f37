"""Entries of the journal: an event with its heading, and the text that is kept of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ao.journal.events import Event, Noted, Switched
from ao.journal.heading import LIMIT, Heading, is_free
from ao.journal.invalid import Invalid
from ao.journal.truncation import truncations
from ao.untrusted.text_format import Format, NewerFormat, newer_format
from ao.untrusted.texts import Line, line

FORMAT = 1
"""Format of the texts that are written, and the highest one that is read."""
CAP = 200_000
"""Bytes of an entry that are kept; Heat takes 1 MiB (heat.conf: max_json_body_size)."""


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """What stands for an event that this version of Ao cannot read."""

    why: str
    newer: NewerFormat | None = None
    """The format of its text, if that is a newer one; None for any other reason."""
    kind: str = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the journal."""

    id: str
    """ID of its record."""
    heading: Heading
    host: str
    """Machine that wrote it; empty when that cannot be read."""
    event: Event | Unreadable


@dataclass(frozen=True, kw_only=True)
class _Text:
    format: Format = FORMAT
    host: Line
    event: Event


_TEXT: TypeAdapter[_Text] = TypeAdapter(_Text)


def write(host: str, event: Event) -> str:
    """The text of an event, in ASCII and not larger than CAP."""
    text = _json(host, event)
    if len(text) > CAP and isinstance(event, Switched):
        for smaller in truncations(event):
            text = _json(host, smaller)
            if len(text) <= CAP:
                return text
    if len(text) > CAP:
        note = f"An entry of kind {event.kind} had {len(text)} bytes, which was too much to keep."
        return _json(host, Noted(text=note))
    return text


def read(id: str, heading: Heading, text: str) -> Entry:  # noqa: A002
    """The entry of a text; Unreadable for what is none, or of a newer version's kinds or format.

    Anybody with a role in the project may have written it. Raises Invalid for one of a known
    kind that breaks the journal's rules, and for one that tells other things than its name.
    """
    newer = newer_format(text, FORMAT)
    if newer is not None:
        return Entry(id=id, heading=heading, host="", event=Unreadable(why=str(newer), newer=newer))
    if len(text) > CAP:
        raise Invalid(f"it has more than {CAP:,} characters")
    try:
        kept = _TEXT.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        why, place = line(first["msg"]), [str(part) for part in first["loc"]]
        if place[:1] == ["event"] and len(place) > 1:
            raise Invalid(line(f"{' '.join(place[1:])}: {why}")) from None
        return Entry(id=id, heading=heading, host="", event=Unreadable(why=why))
    _agree(heading, kept.event)
    return Entry(id=id, heading=heading, host=kept.host, event=kept.event)


def _agree(heading: Heading, event: Event) -> None:
    """Raise Invalid when a text is of another event than its name: one of them is forged.

    An event that was too large to be kept has left a note under its name, or less than its
    name tells.
    """
    if isinstance(event, Noted):
        return
    if event.kind != heading.kind:
        raise Invalid(f"its name tells of {heading.kind}, its text of {event.kind}")
    was_cut = len(heading.name) > LIMIT - len("%25")
    for place, word in enumerate(event.words):
        told = heading.words[place] if place < len(heading.words) else ""
        alike = told == word or (was_cut and told and word.startswith(told))
        if word and not is_free(event.kind, place) and not alike:
            raise Invalid(line(f"its name tells {told or 'nothing'}, its text {word}"))


def _json(host: str, event: Event) -> str:
    told = _TEXT.dump_python(_Text(host=host, event=event), mode="json")
    return json.dumps(_rounded(told), separators=(",", ":"))


def _rounded(told: Any) -> Any:
    """The same with figures to the microsecond."""
    match told:
        case float():
            return round(told, 6)
        case dict():
            return {key: _rounded(value) for key, value in told.items()}
        case list():
            return [_rounded(value) for value in told]
    return told
