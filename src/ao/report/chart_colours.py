"""The paint of a chart: the project's colours, and hatches for those who cannot tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ao.colour import Colour

INK, GREY, PALE, FAINT = "#1b2430", "#5b6675", "#e3e8ee", "#f7f9fb"
RED, VIOLET = "#c4262e", "#7a4bb5"


@dataclass(frozen=True, kw_only=True)
class Style:
    """The paints of a system's answers."""

    line: str
    tint: str
    hatch: str | None
    """matplotlib's hatch over the tint; None for none."""
    hatching: str
    """Colour of the hatch."""


_STYLES: Mapping[str, Style] = {
    Colour.BLUE: Style(line="#1f5fbf", tint="#dbe8fb", hatch=None, hatching="#9dbfee"),
    Colour.GREEN: Style(line="#1f8a4c", tint="#d9f2e3", hatch="////", hatching="#93d3ae"),
}
_OTHER = Style(line=GREY, tint=PALE, hatch="....", hatching="#aab4c0")


def style(colour: str) -> Style:
    """Paint of a colour's answers, or of those that told none."""
    return _STYLES.get(colour, _OTHER)
