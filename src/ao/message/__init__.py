"""Messages: texts that people read, as values that each reader gets in his language."""

from ao.message.template import (
    Gettext,
    Message,
    Parameter,
    joined,
    message,
    places,
    template_id,
    translated,
)

__all__ = [
    "Gettext",
    "Message",
    "Parameter",
    "joined",
    "message",
    "places",
    "template_id",
    "translated",
]
