"""Translations of messages: the catalogues that Ao has, by language."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files

from ao.message.template import template_id, translated

DOMAIN = "ao"


class Language(StrEnum):
    """Languages in which Ao speaks; of all but English it has a catalogue."""

    ENGLISH = "en"
    JAPANESE = "ja"


VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Variables of the environment that say the user's language, the first one that is set."""


@cache
def of(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language such as `ja`; for one that Ao has not, English."""
    with as_file(files("ao.message") / "locale") as folder:
        return gettext.translation(DOMAIN, folder, [language], fallback=True)


@cache
def of_environment() -> gettext.NullTranslations:
    """Return the catalogue of the user's language: LANGUAGE, LC_ALL, LC_MESSAGES or LANG."""
    told = (os.environ.get(name) for name in VARIABLES)
    languages = next(filter(None, told), "C").split(":")
    with as_file(files("ao.message") / "locale") as folder:
        return gettext.translation(DOMAIN, folder, languages, fallback=True)


def language_of_environment() -> Language:
    """Return the user's language; English where Ao has no catalogue of it."""
    return Language(of_environment().info().get("language", Language.ENGLISH))


def spoken(text: object, language: str | None = None) -> str:
    """Say a message in a language such as `ja`, or in the user's; any other text as it is."""
    catalogue = of_environment() if language is None else of(language)
    return translated(text, catalogue.gettext)


@cache
def templates() -> Mapping[str, str]:
    """Templates of all messages that this version of Ao has translations of, by their IDs."""
    found: set[str] = set()
    for language in Language:
        # The standard library gives no list of what a catalogue has but this one.
        found |= {it for it in getattr(of(language), "_catalog", {}) if isinstance(it, str) and it}
    return {template_id(it): it for it in found}
