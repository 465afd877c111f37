"""Texts of Ao in the language of the reader, which is Django's active one."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ao.errors import AoError
from ao.message import translation, vocabulary


def spoken(thing: object) -> str:
    """What Ao says of a thing, in the active language; of None it says nothing.

    A text that somebody else wrote, or an older Ao kept, stays as it is.
    """
    language = (get_language() or "en").partition("-")[0]
    return vocabulary.spoken(thing, translation.of(language).gettext) if thing else ""


def sentence(text: object) -> str:
    """What Ao says, as a sentence of its own."""
    said = spoken(text)
    return f"{said[:1].upper()}{said[1:]}"


def told(error: AoError) -> str:
    """An error in the active language: what happened, and what to do next."""
    happened: str = _("%s.") % spoken(error.message)
    return f"{happened} {spoken(error.cure)}" if error.cure else happened
