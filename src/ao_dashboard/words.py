"""Texts of Ao in the language of the reader, which is Django's active one."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ao.errors import AoError
from ao.message import translation
from ao.message.vocabulary import word

LONGEST = 1000
"""Characters of a text that a page shows; `ao show` tells all of it."""


def localized(text: object) -> str:
    """Say a message, or one of Ao's words, in the active language; nothing of None.

    A text that somebody else wrote, or an older Ao kept, stays as it is, but for what is beyond
    LONGEST.
    """
    language = (get_language() or "en").partition("-")[0]
    said = translation.spoken(word(text), language) if text else ""
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def sentence(text: object) -> str:
    """Say a text in the active language, with a capital at its beginning."""
    said = localized(text)
    return f"{said[:1].upper()}{said[1:]}"


def told(error: AoError) -> str:
    """Say an error in the active language: what happened, and what to do next."""
    happened: str = _("%s.") % localized(error.message)
    return f"{happened} {localized(error.cure)}" if error.cure else happened
