"""The title of a task or procedure, in the languages of a timetable."""

from __future__ import annotations

from dataclasses import dataclass

from ao.message.translation import Language


@dataclass(frozen=True, kw_only=True)
class Title:
    """A text in English, and in Japanese if it has been given."""

    en: str
    ja: str | None = None

    def spoken(self, language: Language) -> str:
        """Return the text in a language; English where there is no other."""
        return self.ja if language is Language.JAPANESE and self.ja else self.en
