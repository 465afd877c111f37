"""Places for the labels of vertical lines, so that none overlaps another or a line. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence


def rows(places: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Return a row for each label, 0 the lowest; its line rises to it and its text runs right.

    `places` are the lines' positions, in ascending order; `widths` those of the texts,
    with the space beside them. A label stands above every line that its text passes over,
    so no line crosses a text. Found from the right, where nothing is in the way.
    """
    found: list[int] = [0] * len(places)
    for this in reversed(range(len(places))):
        end = places[this] + widths[this]
        passed = [found[other] for other in range(this + 1, len(places)) if places[other] < end]
        found[this] = max(passed, default=-1) + 1
    return found


def scale(places: Sequence[float], widths: Sequence[float], room: float) -> float:
    """Greatest room for a unit of place with which all labels end within the room.

    `places` are in units of place from the left; `widths`, each less than the room, are in
    its unit. Infinite when no label limits it.
    """
    return min(
        ((room - width) / place for place, width in zip(places, widths, strict=True) if place > 0),
        default=math.inf,
    )
