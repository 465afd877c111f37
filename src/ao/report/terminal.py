"""A cut-over on a terminal, in the user's language."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from ao.cutover.cutover import CutOver
from ao.message.translation import spoken
from ao.report import sentences, tables
from ao.report.tables import Table

_MARKS = {
    True: ("✓ ", "bold green"),
    False: ("✗ ", "bold red"),
    None: ("? ", "bold yellow"),
}


def render(cutover: CutOver) -> RenderableType:
    """Return the verdict in one line, its circumstances, and small tables."""
    return Group(_verdict(cutover), *_lines(cutover), *_grids(cutover))


def _verdict(cutover: CutOver) -> Text:
    mark, style = _MARKS[cutover.well]
    return Text.assemble((mark, style), (spoken(sentences.verdict(cutover)), "bold"))


def _lines(cutover: CutOver) -> Iterator[RenderableType]:
    """Yield the lines below the verdict."""
    for line in (
        tables.circumstances(cutover),
        tables.answer_times(cutover),
        tables.drained(cutover),
    ):
        if line:
            yield Padding(Text(spoken(line), style="dim"), (0, 0, 0, 2), expand=False)


def _grids(cutover: CutOver) -> Iterator[RenderableType]:
    for shown in tables.tables(cutover):
        yield Padding(_grid(shown), (1, 0, 0, 2), expand=False)


def _grid(shown: Table) -> Grid:
    grid = Grid(
        title=spoken(shown.title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="dim",
        show_edge=False,
    )
    for column in shown.columns:
        grid.add_column(spoken(column), justify="right" if column in shown.figures else "left")
    for row in shown.rows:
        grid.add_row(*(Text(spoken(cell)) for cell in row))
    return grid
