"""The comparison as a table: on a terminal, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table

from benchmarks.switch.rows import Row

COLUMNS = (
    "way",
    "switches",
    "requests",
    "lost",
    "sent again",
    "first new answer: median",
    "p95",
    "from the command's start",
    "Keep-Alive clients followed",
    "hung",
    "reset",
)


def table(rows: Sequence[Row]) -> Table:
    """The comparison for a terminal."""
    shown = Table(title="Ways of switching", title_justify="left")
    for column in COLUMNS:
        shown.add_column(column, justify="left" if column == "way" else "right")
    for row in rows:
        shown.add_row(*_cells(row))
    return shown


def markdown(rows: Sequence[Row]) -> str:
    """The comparison as a Markdown table."""
    lines = [COLUMNS, ("---", *("---:" for _ in COLUMNS[1:])), *map(_cells, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def document(rows: Sequence[Row]) -> str:
    """The comparison as JSON: a list of rows."""
    return json.dumps([asdict(row) for row in rows], indent=2) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.way,
        f"{row.switches}" + (f" ({row.failed} failed)" if row.failed else ""),
        f"{row.requests:,}",
        f"{row.lost:,}",
        f"{row.retried:,}",
        _seconds(row.first_new_median_s),
        _seconds(row.first_new_p95_s),
        _seconds(row.started_first_new_median_s),
        f"{row.keepalive_followed:,} of {row.keepalive_total:,}",
        f"{row.keepalive_hung:,}",
        f"{row.keepalive_reset:,}",
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"
