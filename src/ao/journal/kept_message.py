"""Messages as the journal keeps them: their IDs and parameters, beside the English text.

What is kept is foreign: anybody with a role in the project may have written it. A template is
always this program's own, found by its ID, and a message counts only when it says in English
what the text beside it says; else that text is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from ao.message import Message, Parameter, places
from ao.message.translation import templates
from ao.redaction import redact

DEEPEST = 8
"""Messages within messages that are kept; what is deeper is kept as a text."""
MOST = 20
"""Parameters that a message has at most."""
LONGEST = 4000
"""Characters of a parameter that are kept."""

_Name = Annotated[str, StringConstraints(max_length=40)]
_Text = Annotated[str, StringConstraints(max_length=LONGEST)]


@dataclass(frozen=True, kw_only=True)
class KeptMessage:
    """What is kept of a message."""

    id: Annotated[str, StringConstraints(max_length=12)]
    """ID of its template."""
    parameters: Annotated[Mapping[_Name, _Text | KeptMessage], Field(max_length=MOST)]
    """Texts, and messages in it."""

    @classmethod
    def of(cls, message: Message, depth: int = DEEPEST) -> KeptMessage:
        """Keep a message; each of its parameters is redacted by itself."""
        return cls(
            id=message.id,
            parameters={
                name: _kept(value, depth - 1) for name, value in message.parameters.items()
            },
        )

    def read(self, text: str) -> str:
        """Return the message if it is one of this version's and says `text`; else that text."""
        found = self._message(DEEPEST)
        return found if found is not None and found == text else text

    def _message(self, depth: int) -> Message | None:
        template = templates().get(self.id)
        if template is None or places(template) != self.parameters.keys() or not depth:
            return None
        return Message(template, {name: _read(it, depth) for name, it in self.parameters.items()})


@cache
def _adapter() -> TypeAdapter[dict[str, KeptMessage]]:
    return TypeAdapter(dict[str, KeptMessage])


def read_all(kept: object) -> Mapping[str, KeptMessage]:
    """Return what an entry keeps of messages, by the fields of its event.

    Of what this version cannot read, nothing: its texts are there all the same.
    """
    try:
        return _adapter().validate_python(kept)
    except ValidationError:
        return {}


def _kept(value: Parameter, depth: int) -> str | KeptMessage:
    if isinstance(value, StrEnum):
        value = Message(value.value, {})
    elif not isinstance(value, str):
        value = str(value)
    if isinstance(value, Message) and depth and value.id in templates():
        return KeptMessage.of(value, depth)
    return redact(str(value))[:LONGEST]


def _read(kept: str | KeptMessage, depth: int) -> Parameter:
    if isinstance(kept, KeptMessage):
        # The text beside the whole tells whether this is what was said.
        return kept._message(depth - 1) or ""
    return kept
