"""The Gantt chart of one procedure or several, on one axis of time.

matplotlib takes long to load: import this module only where a chart is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import blended_transform_factory

from ao.colour import Colour
from ao.message import joined, message
from ao.message.translation import Language, spoken
from ao.report import drawing
from ao.report.chart_colours import GREY, PALE, RED, VIOLET, style
from ao.timetable import clock_times, quantities
from ao.timetable.gantt_layout import Bar, Kind, Lane, layout
from ao.timetable.schedule import Schedule

WIDTH = 9.0
"""Width in inches; at 100 dots an inch, 900 pixels."""
SMALL = 9
"""Points of the smaller text."""
_LEFT, _RIGHT, _TOP, _HEADING, _AXIS, _LEGEND = 0.2, 0.3, 0.1, 0.4, 0.35, 0.4
_HEAD, _LANE, _SPACE = 0.68, 0.27, 0.25
_NAMES, _ASIDE = 3.0, 0.15
"""Inches: margins, with a heading or without; head, lane and space below of a procedure; most
for the names of lanes, and space beside them."""
_BAND, _EDGE = "#eef2f7", "#aab4c0"
_STEPS = (1, 5, 10, 15, 30, 60, 120, 240, 480, 1440)
"""Minutes between two marks of the axis."""
_MARKS = 9
"""Most marks."""


@dataclass(frozen=True, kw_only=True)
class _Paint:
    fill: str
    edge: str
    hatch: str | None = None


_BLUE, _GREEN = style(Colour.BLUE), style(Colour.GREEN)
_PAINTS: Mapping[Kind, _Paint] = {
    Kind.BEFORE: _Paint(fill=_GREEN.tint, edge=_GREEN.line, hatch=_GREEN.hatch),
    Kind.WITHIN: _Paint(fill="#7fabe8", edge=_BLUE.line),
    Kind.WATCH: _Paint(fill=_BLUE.tint, edge=_BLUE.line),
    Kind.KEPT: _Paint(fill="#d9c8ee", edge=VIOLET),
    Kind.SPARE: _Paint(fill="white", edge="#b9a3d6", hatch="\\\\\\\\"),
    Kind.OPEN: _Paint(fill="#bfe5cd", edge="#bfe5cd"),
    Kind.STOPPED: _Paint(fill=RED, edge=RED),
}


def figure(
    plans: Sequence[Schedule], language: Language = Language.ENGLISH, *, heading: str = ""
) -> Figure:
    """Return the chart as matplotlib has it; names of lanes have the gid `lane`.

    Japanese falls back to English where matplotlib finds no Japanese font.
    """
    with drawing.style():
        return _drawn(plans, drawing.written(language), heading)


def _drawn(plans: Sequence[Schedule], language: Language, heading: str) -> Figure:
    drawn = Figure(figsize=(WIDTH, 1), dpi=100, facecolor="white")
    FigureCanvasAgg(drawn)
    first, last = _limits(plans)
    blocks = [
        [
            replace(lane, title=_cut(drawn, lane.title))
            for lane in layout(plan, first, last, language)
        ]
        for plan in plans
    ]
    names, notes = _columns(drawn, list(chain.from_iterable(blocks)))
    left = _LEFT + names + _ASIDE + notes + _ASIDE
    heights = [_HEAD + len(block) * _LANE for block in blocks]
    top = _TOP + (_HEADING if heading else 0)
    whole = top + sum(heights) + _SPACE * (len(blocks) - 1) + _AXIS + _LEGEND
    drawn.set_size_inches(WIDTH, whole)
    if heading:
        drawn.text(_LEFT / WIDTH, 1 - 0.32 / whole, _spelled(heading), fontsize=11, color=GREY)
    bottom = whole - top
    for plan, block, height in zip(plans, blocks, heights, strict=True):
        bottom -= height
        place = (left / WIDTH, bottom / whole, 1 - (left + _RIGHT) / WIDTH, height / whole)
        axes = drawn.add_axes(place, xlim=(first, last), ylim=(height, 0))
        _draw_block(_Block(axes=axes, plan=plan, language=language), block, left - _ASIDE)
        bottom -= _SPACE
    _draw_axis(axes, plans)
    _draw_legend(
        drawn,
        {bar.kind for block in blocks for lane in block for bar in lane.bars},
        language,
    )
    return drawn


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A procedure's part of the chart: seconds to the right, inches downward."""

    axes: Axes
    plan: Schedule
    language: Language

    @property
    def bottom(self) -> float:
        """Height in inches."""
        return float(self.axes.get_ylim()[0])

    def beside(self, text: str, inches: float, y: float, **look: Any) -> None:
        """Write so many inches from the page's left edge."""
        across = blended_transform_factory(self.axes.figure.transFigure, self.axes.transData)
        look |= {"transform": across, "va": "center"}
        self.axes.text(inches / WIDTH, y, _spelled(text), **look)


def _limits(plans: Sequence[Schedule]) -> tuple[float, float]:
    """First and last moment of the axis, with a little space beside."""
    first = min((slot.begin for plan in plans for slot in plan.before), default=0.0)
    last = max(60.0, *(plan.closes for plan in plans))
    aside = 0.02 * (last - first)
    return first - aside, last + aside


def _columns(drawn: Figure, found: Sequence[Lane]) -> tuple[float, float]:
    """Inches that the names of lanes take, and what they say beside."""
    names = max(_width(drawn, lane.title) for lane in found)
    return names, max(_width(drawn, lane.note) for lane in found)


def _width(drawn: Figure, text: str) -> float:
    label = drawn.text(0, 0, _spelled(text), fontsize=SMALL)
    width = float(label.get_window_extent().width) / drawn.dpi
    label.remove()
    return width


def _cut(drawn: Figure, text: str) -> str:
    """Return a name that fits the space for names."""
    if _width(drawn, text) <= _NAMES:
        return text
    while _width(drawn, f"{text}...") > _NAMES:
        text = text[:-1]
    return f"{text}..."


def _spelled(text: str) -> str:
    return drawing.spelled(text)


def _draw_block(block: _Block, found: Sequence[Lane], notes: float) -> None:
    """A procedure; what lanes say beside their names ends `notes` inches from the left."""
    axes, closes = block.axes, block.plan.closes
    axes.set_axis_off()
    axes.add_patch(
        Rectangle((0, _HEAD), closes, block.bottom - _HEAD, facecolor=_BAND, linewidth=0)
    )
    axes.vlines([0, closes], _HEAD, block.bottom, color=_EDGE, linewidth=0.8)
    _draw_head(block)
    for number, lane in enumerate(found):
        top = _HEAD + number * _LANE
        middle = top + _LANE / 2
        block.beside(lane.title, _LEFT, middle, fontsize=SMALL, gid="lane")
        block.beside(lane.note, notes, middle, fontsize=SMALL, color=GREY, ha="right")
        for bar in lane.bars:
            _draw_bar(axes, bar, middle)
        if number:
            axes.axhline(top, color=PALE, linewidth=0.6)
    if block.plan.decision is not None:
        _draw_decision(block, block.plan.decision)


def _draw_head(block: _Block) -> None:
    """Title on the left, and what it costs on the right."""
    plan = block.plan
    toll = spoken(joined("  ·  ", quantities.toll(plan)), block.language)
    title = plan.procedure.title.spoken(block.language)
    block.beside(title, _LEFT, 0.2, fontsize=13, fontweight="bold")
    block.beside(toll, WIDTH - _RIGHT, 0.2, fontsize=10.5, ha="right")


def _draw_bar(axes: Axes, bar: Bar, middle: float) -> None:
    paint = _PAINTS[bar.kind]
    height = _LANE * (0.36 if bar.kind in {Kind.OPEN, Kind.STOPPED} else 0.66)
    place = (bar.begin, middle - height / 2)
    axes.add_patch(_box(paint, place, bar.end - bar.begin, height))


def _box(paint: _Paint, place: tuple[float, float], width: float, height: float) -> Rectangle:
    return Rectangle(
        place,
        width,
        height,
        facecolor=paint.fill,
        edgecolor=paint.edge,
        hatch=paint.hatch,
        linewidth=0.9,
    )


def _draw_decision(block: _Block, moment: float) -> None:
    """A line at the decision's deadline, with its time above."""
    axes = block.axes
    top = _HEAD - 0.1
    axes.vlines(moment, top, block.bottom, color=VIOLET, linewidth=1.2, linestyles="dashed")
    axes.plot([moment], [top], marker="v", color=VIOLET, markersize=6)
    time = clock_times.written(block.plan.procedure.opening, moment)
    begin, end = axes.get_xlim()
    left = moment > (begin + end) / 2
    axes.annotate(
        spoken(message("decide by %(moment)s", moment=time), block.language),
        (moment, top),
        xytext=(-6 if left else 6, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        fontsize=SMALL,
        color=VIOLET,
    )


def _draw_axis(axes: Axes, plans: Sequence[Schedule]) -> None:
    """Times below the last procedure: by the clock, or from the opening if those differ."""
    bottom = axes.get_ylim()[0]
    first, last = axes.get_xlim()
    openings = [plan.procedure.opening for plan in plans]
    alike = len({opening.clock for opening in openings}) == 1
    origin = openings[0].clock if alike else 0.0
    fits = (step * 60 for step in _STEPS if (last - first) / 60 / step <= _MARKS)
    step = next(fits, _STEPS[-1] * 60)
    begin = math.ceil((origin + first) / step) * step - origin
    for mark in range(round(begin), math.floor(last) + 1, step):
        axes.vlines(mark, bottom, bottom + 0.05, color=GREY, linewidth=0.8, clip_on=False)
        time = clock_times.written(openings[0], mark) if alike else clock_times.elapsed(mark)
        axes.text(mark, bottom + 0.1, time, ha="center", va="top", fontsize=SMALL, color=GREY)


def _draw_legend(drawn: Figure, there: Collection[Kind], language: Language) -> None:
    """Draw the legend of the paints that the chart has."""
    names = {
        Kind.BEFORE: message("before the window"),
        Kind.WITHIN: message("in the window"),
        Kind.STOPPED: message("production stopped"),
        Kind.KEPT: message("kept for switching back"),
        Kind.SPARE: message("to spare"),
    }
    told = {kind: spoken(name, language) for kind, name in names.items() if kind in there}
    drawn.legend(
        [_box(_PAINTS[kind], (0, 0), 1, 1) for kind in told],
        list(told.values()),
        loc="lower left",
        bbox_to_anchor=(_LEFT / WIDTH, 0),
        ncols=len(told),
        frameon=False,
        fontsize=SMALL,
        handlelength=1.6,
        columnspacing=1.6,
        borderpad=0,
        borderaxespad=0.8,
    )
