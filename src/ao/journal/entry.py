"""Entries of the journal: an event with its heading, and the text that is kept of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ao.journal.events import Event, Noted, Switched
from ao.journal.heading import LIMIT, Heading, is_free
from ao.journal.invalid import Invalid
from ao.journal.kept_message import KeptMessage, read_all
from ao.journal.truncation import truncations
from ao.message import Message, message
from ao.text_format import Format, NewerFormat, newer_format
from ao.untrusted.texts import Line, line

FORMAT = 1
"""Format of the texts that are written, and the highest one that is read."""
CAP = 200_000
"""Bytes of an entry that are kept; Heat takes 1 MiB (heat.conf: max_json_body_size)."""


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """An event that this version of Ao cannot read."""

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
    messages: object = None
    """Messages that texts of the event are, by the event's fields; an older Ao knows none."""


@cache
def _adapter() -> TypeAdapter[_Text]:
    """Return what reads and writes texts; to make it takes longer than many a command."""
    return TypeAdapter(_Text)


def write(host: str, event: Event) -> str:
    """Return the text that is kept of an event, in ASCII and not larger than CAP."""
    text = _json(host, event)
    if len(text) > CAP and isinstance(event, Switched):
        for smaller in truncations(event):
            text = _json(host, smaller)
            if len(text) <= CAP:
                return text
    if len(text) > CAP:
        note = message(
            "An entry of kind %(kind)s had %(size)s bytes, which was too much to keep.",
            kind=event.kind,
            size=len(text),
        )
        return _json(host, Noted(text=note))
    return text


def read(id: str, heading: Heading, text: str) -> Entry:  # noqa: A002
    """Return the entry of a kept text; its event is Unreadable where this version cannot read it.

    Anybody with a role in the project may have written it. Raises Invalid for one of a known
    kind that breaks the journal's rules, and for one that tells other things than its name.
    """
    if not text:
        left_out = message("its text was left out to make the journal fit")
        return Entry(id=id, heading=heading, host="", event=Unreadable(why=left_out))
    newer = newer_format(text, FORMAT)
    if newer is not None:
        return Entry(id=id, heading=heading, host="", event=Unreadable(why=str(newer), newer=newer))
    if len(text) > CAP:
        raise Invalid(message("it has more than %(count)s characters", count=f"{CAP:,}"))
    try:
        kept = _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        why, place = line(first["msg"]), [str(part) for part in first["loc"]]
        if place[:1] == ["event"] and len(place) > 1:
            raise Invalid(line(f"{' '.join(place[1:])}: {why}")) from None
        return Entry(id=id, heading=heading, host="", event=Unreadable(why=why))
    _agree(heading, kept.event)
    return Entry(id=id, heading=heading, host=kept.host, event=_with_messages(kept))


def _with_messages(kept: _Text) -> Event:
    """Return the event of a text, with messages where its texts are messages of this version."""
    found = read_all(kept.messages)
    texts = {name: getattr(kept.event, name) for name in _fields(kept.event) & found.keys()}
    said = {name: found[name].read(it) for name, it in texts.items() if type(it) is str}
    return replace(kept.event, **said)  # type: ignore[arg-type]


def _agree(heading: Heading, event: Event) -> None:
    """Raise Invalid when a text is of another event than its name: one of them is forged.

    An event that was too large to be kept has left a note under its name, or less than its
    name tells.
    """
    if isinstance(event, Noted) and heading.kind != event.kind:
        return
    if event.kind != heading.kind:
        raise Invalid(
            message(
                "its name tells of %(name)s, its text of %(names)s",
                name=heading.kind,
                names=event.kind,
            )
        )
    was_cut = len(heading.name) > LIMIT - len("%25")
    longest = max(map(len, (heading.who, *heading.words)))
    missing = WORDS.get(event.kind, 0) - len(event.words)
    for place, word in enumerate((*event.words, *[""] * missing)):
        told = heading.words[place] if place < len(heading.words) else ""
        if isinstance(event, Switched) and not word:
            continue
        # The longest words of a name are cut, so that a short one beside longer ones is whole.
        cut = bool(was_cut and told and len(told) + 1 >= longest)
        if is_free(event.kind, place):
            alike = _alike(told, word, cut=cut)
        else:
            alike = told == word or (cut and word.startswith(told))
        if not alike:
            raise Invalid(
                line(
                    message(
                        "its name tells %(name)s, its text %(words)s",
                        name=told or "nothing",
                        words=word or "nothing",
                    )
                )
            )


WORDS = {"begun": 7, "asked": 4}
"""Words that the name of an event of a kind may have; the last ones only where they tell something.
"""
COMPARED = 1000
"""Characters of a free text that are compared; a name has fewer."""
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nrt])")
_UNFINISHED = re.compile(r"\\[xuU]?[0-9a-f]{0,8}$")


def _alike(told: str, word: str, *, cut: bool) -> bool:
    """Return whether the word of a name tells a free text, as far as a name can have it.

    A word that was cut tells the beginning of the text.
    """
    if not cut:
        return _plain(told) == _plain(word)
    return _plain(word).startswith(_plain(_UNFINISHED.sub("", told)).rstrip("? "))


def _plain(text: str) -> str:
    """Return a text with a question mark for each run of what a name cannot have."""
    shown = _ESCAPE.sub("?", text[:COMPARED])
    plain = "".join(c if c.isprintable() and ord(c) < 0x10000 else "?" for c in shown)
    return re.sub(r"\?[? ]*", "?", plain)


def _json(host: str, event: Event) -> str:
    messages = {
        name: KeptMessage.of(text)
        for name in _fields(event)
        if isinstance(text := getattr(event, name), Message)
    }
    told = _adapter().dump_python(_Text(host=host, event=event, messages=messages), mode="json")
    if not messages:
        del told["messages"]
    return json.dumps(_rounded(told), separators=(",", ":"))


def _fields(event: Event) -> frozenset[str]:
    return frozenset(it.name for it in fields(event)) - {"kind"}


def _rounded(told: Any) -> Any:
    """Return what is to be kept, with its figures rounded to the microsecond."""
    match told:
        case float():
            return round(told, 6)
        case dict():
            return {key: _rounded(value) for key, value in told.items()}
        case list():
            return [_rounded(value) for value in told]
    return told
