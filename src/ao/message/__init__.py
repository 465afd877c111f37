"""Messages: texts that people read, as values that each reader gets in his language."""

from ao.message.template import (
    Gettext,
    Message,
    Parameter,
    in_context,
    joined,
    listed,
    message,
    places,
    template_id,
    translated,
)

__all__ = [
    "Gettext",
    "Message",
    "Parameter",
    "in_context",
    "joined",
    "listed",
    "message",
    "places",
    "template_id",
    "translated",
]
