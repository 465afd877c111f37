"""Messages: texts that people read, each a template of Ao's own with named parameters. Pure.

A message is the English text, so that it can be stored, sent and compared as one; it also knows
the template and the parameters that it was made from, by which `translated` says it in another
language:

    found = message("%(colour)s has no pool", colour=Colour.BLUE)
    found == "blue has no pool"
    translated(found, translation.of("ja").gettext)

Templates are those of gettext's python-format. They are written where they are used; what a
template says is never formatted again, and a parameter is data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import TypeAlias

from ao.untrusted.printable import printable_lines

Parameter: TypeAlias = object
"""A value for a place of a template. A message, an object whose `str()` is a message, and a member
of a StrEnum, as a colour, are translated with the template; any other text is data."""
Gettext: TypeAlias = Callable[[str], str]
"""Gives a template, or a word, in another language; what it does not know, as it is."""

CONTEXT = "\4"
"""What parts a template's context from its text, as in the files of gettext."""

_PLACE = re.compile(r"%\((\w+)\)s")


class Message(str):
    """A text for people in English, with the template and parameters that it was made from."""

    template: str
    parameters: Mapping[str, Parameter]

    def __new__(cls, template: str, parameters: Mapping[str, Parameter]) -> Message:
        """Fill in the parameters, made safe to print.

        Raises KeyError for a place of the template without a parameter.
        """
        shown = {name: printable_lines(str(value)) for name, value in parameters.items()}
        self = super().__new__(cls, _without_context(template) % shown)
        self.template = template
        self.parameters = MappingProxyType(dict(parameters))
        return self

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, Parameter]]]:
        """Return the arguments that a copy is made from."""
        return type(self), (self.template, dict(self.parameters))

    @property
    def id(self) -> str:
        """ID of the template: the same in each version of Ao that has this very template."""
        return template_id(self.template)


def message(template: str, /, **parameters: Parameter) -> Message:
    """Make a message; the template is a literal, so that the catalogue of translations has it."""
    return Message(template, parameters)


def in_context(context: str, template: str, /, **parameters: Parameter) -> Message:
    """Make a message of a template that is translated otherwise than where it has no context.

    Both texts are literals: `in_context("alarm", "lost")` is not the lost of requests.
    """
    return Message(f"{context}{CONTEXT}{template}", parameters)


def listed(parts: Iterable[object]) -> Message:
    """Join messages, and other texts, to a list with the commas of the reader's language."""
    first, *rest = [*parts] or [""]
    found = joined("", [first])
    for part in rest:
        found = message("%(first)s, %(next)s", first=found, next=part)
    return found


def joined(separator: str, parts: Iterable[object]) -> Message:
    """Join messages, and other texts, to one."""
    named = {f"part{number}": part for number, part in enumerate(parts, 1)}
    return Message(separator.join(f"%({name})s" for name in named), named)


def translated(text: object, gettext: Gettext) -> str:
    """Say a message, or a member of a StrEnum, by a translation; any other text as it is."""
    if isinstance(text, Message):
        said = {name: translated(value, gettext) for name, value in text.parameters.items()}
        # An empty template is the key of a catalogue's own header.
        found = gettext(text.template) if text.template else ""
        return _without_context(found) % said
    if isinstance(text, StrEnum):
        return gettext(text.value)
    if not isinstance(text, str):
        # What tells itself by a message, as a step does.
        return translated(str(text), gettext)
    return printable_lines(text)


def _without_context(template: str) -> str:
    return template.rpartition(CONTEXT)[2]


def places(template: str) -> frozenset[str]:
    """Return the names of the parameters that a template takes."""
    return frozenset(_PLACE.findall(template))


def template_id(template: str) -> str:
    """Return the ID of a template: twelve characters that depend on it alone."""
    return sha256(template.encode()).hexdigest()[:12]
