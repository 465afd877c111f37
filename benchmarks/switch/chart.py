"""The comparison as a chart: a row a way, how soon the new colour answered, what was lost."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ao.report.chart_colours import GREY, INK, PALE, RED, style
from benchmarks.switch.rows import Row

OURS, OTHERS = style("blue").line, "#8793a1"
WIDTH, ROW_HEIGHT, MARGIN = 9.6, 0.52, 1.55
"""Inches: of the chart, of a row, and of what is above and below the rows."""


def svg(rows: Sequence[Row]) -> str:
    """The chart; the same rows give the same text."""
    with matplotlib.rc_context({"svg.hashsalt": "ao", "svg.fonttype": "path"}):
        buffer = io.StringIO()
        draw(rows).savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def draw(rows: Sequence[Row]) -> Figure:
    """The chart as a figure."""
    with matplotlib.rc_context({"font.family": "sans-serif", "font.size": 10, "text.color": INK}):
        height = MARGIN + ROW_HEIGHT * len(rows)
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        axes = figure.add_axes((0.265, 0.5 / height, 0.39, 1 - MARGIN / height))
        _frame(axes, rows)
        for place, row in enumerate(rows):
            _way(axes, place, row)
        _headings(axes)
        figure.text(
            0.012, 1 - 0.16 / height, "Ways of switching production",
            va="top", fontsize=14, fontweight="bold",
        )  # fmt: skip
    return figure


def _frame(axes: Axes, rows: Sequence[Row]) -> None:
    longest = max((row.first_new_p95_s or 0.0 for row in rows), default=0.0)
    axes.set_xlim(0, longest * 1.08 or 1)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [row.way for row in rows])
    axes.tick_params(length=0, labelcolor=INK, pad=8)
    axes.set_xlabel("seconds from the first request for a change", color=GREY)
    axes.grid(axis="x", color=PALE)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    for place, row in enumerate(rows):
        ours = row.way.startswith("ao ")
        axes.get_yticklabels()[place].set_fontweight("bold" if ours else "normal")


def _way(axes: Axes, place: int, row: Row) -> None:
    paint = OURS if row.way.startswith("ao ") else OTHERS
    median, p95 = row.first_new_median_s, row.first_new_p95_s
    if median is not None and p95 is not None:
        axes.plot([median, p95], [place, place], color=paint, linewidth=2.5)
        axes.plot([p95, p95], [place - 0.13, place + 0.13], color=paint, linewidth=2.5)
        axes.plot([median], [place], "o", color=paint, markersize=10)
        axes.annotate(
            f"{median:.2f}", (median, place), (0, 8), textcoords="offset points",
            ha="center", fontsize=9, color=INK,
        )  # fmt: skip
    beside = axes.get_yaxis_transform()
    axes.text(
        1.08, place, f"{row.lost:,} of {row.requests:,}", transform=beside, va="center",
        color=RED if row.lost else INK,
    )  # fmt: skip
    left = row.keepalive_total - row.keepalive_followed
    axes.text(
        1.5, place, f"{row.keepalive_followed:,} of {row.keepalive_total:,}",
        transform=beside, va="center", color=RED if left else INK,
    )  # fmt: skip


def _headings(axes: Axes) -> None:
    for place, text in (
        (0.0, "first answer of the new colour\nmedian, and p95"),
        (1.08, "requests\nlost"),
        (1.5, "Keep-Alive clients\nthat followed"),
    ):
        axes.text(place, 1.03, text, transform=axes.transAxes, va="bottom", color=GREY)
