"""The proof as a Markdown table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.proof.series import Series

_COLUMNS = (
    "load balancer × method",
    "switches",
    "requests",
    "lost",
    "of these new / kept / slow",
    "sent again",
    "Keep-Alive clients that followed",
    "the last one after",
    "longest gap",
)


def markdown(rows: Sequence[Series]) -> str:
    """A row a site, and below the table what was lost in which step."""
    lines = [_COLUMNS, ("---", *("---:" for _ in _COLUMNS[1:])), *map(_cells, rows)]
    text = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return text + "".join(map(_losses, rows))


def document(rows: Sequence[Series]) -> str:
    """The series as JSON: a list."""
    return json.dumps([asdict(row) for row in rows], indent=2) + "\n"


def _cells(row: Series) -> tuple[str, ...]:
    return (
        f"{row.provider} × {row.method}",
        f"{row.switches}" + (f" ({row.failed} failed)" if row.failed else ""),
        f"{row.requests:,}",
        f"{row.lost:,}",
        f"{row.lost_new:,} / {row.lost_kept:,} / {row.lost_slow:,}",
        f"{row.retried:,}",
        f"{row.keepalive_followed:,} of {row.keepalive_total:,}",
        _seconds(row.last_followed_s),
        _seconds(row.gap_s),
    )


def _losses(row: Series) -> str:
    if not row.lost_at:
        return ""
    lines = "".join(f"- {where}: {count:,}\n" for where, count in row.lost_at.items())
    return (
        f"\nLost by {row.provider} × {row.method}, by the step in which they were sent:\n\n{lines}"
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"
