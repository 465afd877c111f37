"""The two colours that tell a site's systems apart."""

from __future__ import annotations

import enum


class Colour(enum.StrEnum):
    """Blue or green: the name of one half of a site."""

    BLUE = "blue"
    GREEN = "green"

    @property
    def other(self) -> Colour:
        """The colour that this one is not."""
        return Colour.GREEN if self is Colour.BLUE else Colour.BLUE
