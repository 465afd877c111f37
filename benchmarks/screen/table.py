"""The times as a Markdown table and in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.screen.times import Row, Times

_COLUMNS = ("sites", "journal entries", "requests", "overview", "worst", "page", "worst")


def markdown(rows: Sequence[Row]) -> str:
    """A row a number of sites."""
    lines = [_COLUMNS, ("---:",) * len(_COLUMNS), *map(_cells, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def sentence(row: Row) -> str:
    """A row for those who watch."""
    page = f"{row.page.median:.2f} s" if row.page else "not measured"
    return f"{row.sites} sites: overview {row.overview.median:.2f} s, page {page}"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"{row.sites}",
        f"{row.entries:,}",
        f"{row.requests}",
        *_seconds(row.overview),
        *_seconds(row.page),
    )


def _seconds(times: Times | None) -> tuple[str, str]:
    return (f"{times.median:.2f} s", f"{times.worst:.2f} s") if times else ("", "")
