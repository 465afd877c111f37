"""The panels of a chart, one on another over one axis of time.

Edges of the curves' steps are in seconds from the switch's request.
"""

from __future__ import annotations

import math
from itertools import accumulate, pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from ao.colour import Colour
from ao.cutover.cutover import UNKNOWN, CutOver
from ao.message import in_context, message
from ao.message.translation import Language, spoken
from ao.report import drawing
from ao.report.chart_colours import FAINT, GREY, INK, PALE, RED, VIOLET, Style, style
from ao.report.chart_curves import Curves

SMALL = 9
"""Points of the smaller text."""
LEAST = 1e-6
"""Seconds of the shortest answer time that is drawn."""


def draw_requests(
    axes: Axes, seen: Curves, edges: list[float], cutover: CutOver, language: Language
) -> None:
    """Good answers a second, the colours on each other."""
    whole = sum(map(sum, seen.answers.values()))
    base = [0.0] * (len(edges) - 1)
    for colour in sorted(seen.answers, key=lambda it: (it != cutover.old, it != cutover.new)):
        answers = seen.answers[colour]
        top = [low + more for low, more in zip(base, answers, strict=True)]
        _fill(axes, edges, base, top, style(colour))
        if sum(answers) > 0.02 * whole:
            middle = _middle(answers)
            x = (edges[middle] + edges[middle + 1]) / 2
            y = (base[middle] + top[middle]) / 2
            _name(axes, x, y, _called(cutover, colour, language), style(colour))
        base = top
    axes.set_ylim(0, 1.1 * max([1.0, *base]))
    axes.set_ylabel(spoken(message("good answers a second"), language))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    _grid(axes)


def _fill(
    axes: Axes, edges: list[float], base: list[float], top: list[float], paint: Style
) -> None:
    axes.stairs(
        top,
        edges,
        baseline=base,
        fill=True,
        facecolor=paint.tint,
        edgecolor=paint.hatching,
        hatch=paint.hatch,
        linewidth=0,
    )
    outline = [high if high > low else math.nan for low, high in zip(base, top, strict=True)]
    axes.stairs(outline, edges, baseline=None, color=paint.line, linewidth=1.3)


def _middle(answers: tuple[float, ...]) -> int:
    """Return the step in which half of the answers have come."""
    half = sum(answers) / 2
    return next(n for n, so_far in enumerate(accumulate(answers)) if so_far >= half)


def _called(cutover: CutOver, colour: str, language: Language) -> str:
    versions = {cutover.old: cutover.old_version, cutover.new: cutover.new_version}
    if colour == UNKNOWN:
        return spoken(message("not told"), language)
    version = versions.get(Colour(colour)) if colour in set(Colour) else None
    return f"{colour} {version}" if version else drawing.spelled(colour)


def _name(axes: Axes, x: float, y: float, text: str, paint: Style) -> None:
    """Write a system's name on its answers, over the lines of the steps."""
    axes.figure.text(
        x,
        y,
        text,
        transform=axes.transData,
        ha="center",
        va="center",
        fontsize=12,
        fontweight="bold",
        color=paint.line,
        bbox={"facecolor": paint.tint, "edgecolor": "none", "boxstyle": "round,pad=0.3"},
    )


def draw_losses(axes: Axes, seen: Curves, edges: list[float], language: Language) -> None:
    """A red mark wherever requests were lost, the higher the more they were."""
    axes.set_facecolor(FAINT)
    axes.set_yticks([])
    axes.set_ylim(0, 1)
    lost = spoken(in_context("chart", "lost"), language)
    axes.set_ylabel(lost, rotation=0, ha="center", va="center")
    most = max(seen.lost)
    if most == 0:
        _say(axes, spoken(message("no request was lost"), language))
        return
    places = [
        ((begin + end) / 2, 0.35 + 0.65 * lost / most)
        for (begin, end), lost in zip(pairwise(edges), seen.lost, strict=True)
        if lost
    ]
    axes.vlines(*zip(*((x, 0, y) for x, y in places), strict=True), color=RED, linewidth=2.5)
    _beside(axes, edges[-1], 0.5, f"{sum(seen.lost):,}", RED, "center")


def draw_latency(axes: Axes, seen: Curves, edges: list[float], language: Language) -> None:
    """Median and 95th percentile of the answer times, on a logarithmic scale."""
    known = [value for value in (*seen.median, *seen.p95) if value >= LEAST]
    axes.set_yscale("log")
    low, high = min(known, default=0.001), max(known, default=1.0)
    axes.set_ylim(low / 2, max(high * 2, low * 20))
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _time(value)))
    axes.set_ylabel(spoken(message("answer time"), language))
    _grid(axes)
    for values, name, colour, align in (
        (seen.p95, "p95", VIOLET, "bottom"),
        (seen.median, spoken(message("median"), language), INK, "top"),
    ):
        axes.stairs(values, edges, baseline=None, color=colour, linewidth=1.3)
        last = next((value for value in reversed(values) if value >= LEAST), None)
        if last is not None:
            _beside(axes, edges[-1], last, name, colour, align)


def _beside(axes: Axes, x: float, y: float, text: str, colour: str, align: str) -> None:
    """Write at the right end of a curve."""
    axes.annotate(
        text,
        (x, y),
        xytext=(4, 0),
        textcoords="offset points",
        va=align,
        fontsize=SMALL,
        color=colour,
        annotation_clip=False,
    )


def _time(value: float) -> str:
    return f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"


def _grid(axes: Axes) -> None:
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)


def draw_nothing(axes: Axes, text: str) -> None:
    """Say, in place of curves, why there are none."""
    axes.set_facecolor(FAINT)
    axes.set_yticks([])
    _say(axes, text)


def _say(axes: Axes, text: str) -> None:
    """Write in the middle of an empty panel, over the lines of the steps."""
    axes.figure.text(
        0.5,
        0.5,
        text,
        transform=axes.transAxes,
        ha="center",
        va="center",
        fontsize=SMALL,
        color=GREY,
        bbox={"facecolor": FAINT, "edgecolor": "none", "pad": 2},
    )
