"""The rows as Markdown tables and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from benchmarks.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one act takes in a project of so many sites."""

    act: str
    sites: int
    seconds: float | None
    """Median, with what Ao waits; None when no time was measured."""
    calls: int
    objects: int
    """Objects in all answers."""


def markdown(rows: Sequence[Row]) -> str:
    """Return a table for each figure: a row an act, a column a number of sites."""
    figures: dict[str, Callable[[Row], str]] = {
        "calls": lambda row: f"{row.calls}",
        "objects": lambda row: f"{row.objects:,}",
    }
    if any(row.seconds is not None for row in rows):
        figures = {"time": lambda row: f"{row.seconds or 0:.2f} s", **figures}
    return "\n".join(_table(rows, name, cell) for name, cell in figures.items())


def document(rows: Sequence[Row], setting: Setting) -> str:
    """Return the rows as JSON, with their setting."""
    return json.dumps({**asdict(setting), "rows": [asdict(row) for row in rows]}, indent=2) + "\n"


def _table(rows: Sequence[Row], figure: str, cell: Callable[[Row], str]) -> str:
    counts = sorted({row.sites for row in rows})
    cells = {(row.act, row.sites): cell(row) for row in rows}
    lines = [
        (f"{figure}, by sites", *map(str, counts)),
        ("---", *("---:" for _ in counts)),
        *(
            (act, *(cells.get((act, count), "") for count in counts))
            for act in dict.fromkeys(row.act for row in rows)
        ),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
