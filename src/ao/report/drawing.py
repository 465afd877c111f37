"""The canvas of charts: fonts that have Japanese, and files that are the same each time.

matplotlib takes long to load: import this module only where a chart is drawn.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure

from ao.message.translation import Language
from ao.report.chart_colours import GREY, INK

DPI = 200
"""Dots an inch of a PNG: sharp on dense screens too."""
_LATIN = "DejaVu Sans"
"""The font that matplotlib brings along."""
_JAPANESE = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "IPAexGothic",
    "IPAGothic",
    "TakaoGothic",
    "VL Gothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
)
_DRAWING = threading.RLock()
"""Held while something is drawn: matplotlib has one set of styles for all threads."""


@cache
def japanese_font() -> str | None:
    """Return a Japanese font that matplotlib finds; None without one."""
    found = _listed()
    if found is None:
        # matplotlib keeps its list of fonts in a file, and adds none that was installed since.
        known = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in set(font_manager.findSystemFonts()) - known:
            with suppress(OSError, RuntimeError):
                font_manager.fontManager.addfont(path)
        found = _listed()
    return found


def _listed() -> str | None:
    names = set(font_manager.get_font_names())
    return next((name for name in _JAPANESE if name in names), None)


def written(language: Language) -> Language:
    """Return the language, or English where no font can write it."""
    return language if japanese_font() else Language.ENGLISH


def family() -> list[str]:
    """Fonts to write with, the first that has a character goes before."""
    japanese = japanese_font()
    return [_LATIN, japanese] if japanese else [_LATIN]


def spelled(text: str) -> str:
    """Return the text with a question mark for every character that no font has."""
    found = [font_manager.get_font(font_manager.findfont(name)) for name in family()]
    return "".join(
        letter if any(font.get_char_index(ord(letter)) for font in found) else "?"
        for letter in text
    )


@contextmanager
def style() -> Iterator[None]:
    """Draw with the project's fonts and inks; texts are not read as formulas."""
    with (
        _DRAWING,
        matplotlib.rc_context(
            {
                "font.family": family(),
                "font.size": 10,
                "hatch.linewidth": 0.8,
                "text.color": INK,
                "text.parse_math": False,
                "axes.labelcolor": GREY,
                "xtick.color": GREY,
                "ytick.color": GREY,
            }
        ),
    ):
        yield


def svg(drawn: Figure) -> str:
    """Return an SVG document."""
    unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    return _saved(drawn, "svg", unsaid).decode()


def png(drawn: Figure) -> bytes:
    """Return a PNG picture."""
    return _saved(drawn, "png", {"Software": None})


def _saved(drawn: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    target = io.BytesIO()
    with _DRAWING, matplotlib.rc_context({"svg.hashsalt": "ao", "svg.fonttype": "path"}):
        drawn.savefig(target, format=kind, dpi=DPI, metadata=metadata)
    return target.getvalue()
