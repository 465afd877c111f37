"""YAML with comments, in which nothing that somebody else wrote is more than a value. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import yaml

from ao.message.wrapping import wrapped
from ao.untrusted.printable import printable

WIDTH = 100
INDENT = "  "

Scalar: TypeAlias = str | int | float | bool | None
Speak: TypeAlias = Callable[[str], str]
"""Says a message in the reader's language."""


@dataclass(frozen=True)
class Entry:
    """A key with its value, and what is said above it."""

    key: str
    value: Value
    comments: tuple[str, ...] = ()
    """Messages, each in lines of its own above the key."""
    is_idle: bool = False
    """Whether the key itself is a comment: what could be written."""


@dataclass(frozen=True)
class Items:
    """A list of mappings."""

    mappings: tuple[tuple[Entry, ...], ...]


Value: TypeAlias = "Scalar | Sequence[Scalar] | tuple[Entry, ...] | Items"


def written(entries: Sequence[Entry], head: Sequence[str] = (), speak: Speak = str) -> str:
    """Return a YAML text of the entries, with comments at its head, and lines between its parts."""
    lines: list[str] = []
    for comment in head:
        lines += [*(["#"] if lines else []), *_comments([comment], "", speak)]
    alone = True
    for entry in entries:
        is_part = bool(entry.comments) or _is_nested(entry.value)
        if lines and (is_part or not alone or lines[-1].startswith("#")):
            lines.append("")
        lines += _mapping([entry], "", speak)
        alone = not is_part
    return "\n".join(lines) + "\n"


def _is_nested(value: object) -> bool:
    return isinstance(value, Items) or (
        isinstance(value, tuple) and any(isinstance(it, Entry) for it in value)
    )


def _mapping(entries: Sequence[Entry], indent: str, speak: Speak) -> Iterator[str]:
    for entry in entries:
        yield from _comments(entry.comments, indent, speak)
        if _is_idle(entry):
            yield from (_idle(it, indent) for it in _entry(_whole(entry), indent, speak))
        else:
            yield from _entry(entry, indent, speak)


def _entry(entry: Entry, indent: str, speak: Speak) -> Iterator[str]:
    key, value = f"{indent}{scalar(entry.key)}:", entry.value
    if isinstance(value, Items):
        yield key
        for mapping in value.mappings:
            yield from _item(mapping, f"{indent}{INDENT}", speak)
    elif isinstance(value, tuple) and _is_nested(value):
        yield key
        inside = [it for it in value if isinstance(it, Entry)]
        yield from _mapping(inside, f"{indent}{INDENT}", speak)
    else:
        yield f"{key} {_leaf(value)}"


def _is_idle(entry: Entry) -> bool:
    """Return whether nothing of an entry is more than a comment: a key alone would say null."""
    value = entry.value
    inside = [it for it in value if isinstance(it, Entry)] if isinstance(value, tuple) else []
    return entry.is_idle or (bool(inside) and all(map(_is_idle, inside)))


def _whole(entry: Entry) -> Entry:
    """Return an entry of which nothing is a comment, to be one as a whole."""
    value = entry.value
    if not isinstance(value, tuple) or not _is_nested(value):
        return replace(entry, is_idle=False)
    inside = tuple(_whole(it) for it in value if isinstance(it, Entry))
    return replace(entry, value=inside, is_idle=False)


def _item(mapping: Sequence[Entry], indent: str, speak: Speak) -> Iterator[str]:
    """Yield a mapping of a list; what is said above its first key stands above its dash."""
    first, *_ = mapping
    yield from _comments(first.comments, indent, speak)
    bare = (Entry(first.key, first.value, is_idle=first.is_idle), *mapping[1:])
    lines = list(_mapping(bare, f"{indent}{INDENT}", speak))
    yield f"{indent}- {lines[0].strip()}"
    yield from lines[1:]


def _leaf(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_dumped([it])[1:-1] for it in value)}]"
    return scalar(value)


def scalar(value: object) -> str:
    """Return a value as YAML writes it in one line, so that it is read as the same value.

    A text that could act on a terminal, or is more than one line, is written with escapes.
    """
    return _dumped(value).removesuffix("\n...")


def _dumped(value: object) -> str:
    (text,) = value if isinstance(value, list) else (value,)
    if isinstance(text, str):
        text = _whole_characters(text)
        value = [text] if isinstance(value, list) else text
    shows = not isinstance(text, str) or text.isprintable()
    dumped: str = yaml.safe_dump(
        value,
        allow_unicode=shows,
        width=float("inf"),
        default_flow_style=True,
        default_style=None if shows else '"',
    )
    return dumped.removesuffix("\n")


def _whole_characters(text: str) -> str:
    """Return a text with a mark in place of half characters, which JSON may tell and YAML not."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _comments(comments: Sequence[str], indent: str, speak: Speak) -> Iterator[str]:
    for comment in comments:
        text = printable(speak(comment))
        # A word of Latin letters stays whole, as a URL has to.
        lines = (
            textwrap.wrap(
                text, WIDTH - len(indent) - 2, break_long_words=False, break_on_hyphens=False
            )
            if text.isascii()
            else wrapped(text, WIDTH - len(indent) - 2)
        )
        yield from (f"{indent}# {it}".rstrip() for it in lines)


def _idle(line: str, indent: str) -> str:
    return f"{indent}# {line.removeprefix(indent)}"
