"""The cut-over chart: requests by colour, losses and answer times through a switch.

matplotlib takes long to load: import this module only where a chart is drawn.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ao.cutover.cutover import CutOver, Mark
from ao.message import Message, message
from ao.message.translation import Language, spoken
from ao.report import chart_labels, chart_panels, drawing, sentences
from ao.report.chart_colours import GREY, INK, PALE, RED
from ao.report.chart_curves import curves

WIDTH = 9.0
"""Width in inches; at 100 dots an inch, 900 pixels."""
STEPS = 180
"""Most steps that a curve has; slices are put together for that."""

_ASIDE = 0.05
"""Inches between a line and its label."""
_LEFT, _RIGHT, _BOTTOM = 0.75, 0.75, 0.55
_HEAD, _BARE, _ROW, _SPACE = 1.0, 0.1, 0.21, 0.14
_REQUESTS, _LOSSES, _LATENCY, _NOTHING = 2.2, 0.3, 1.3, 0.7
"""Inches: margins; head with a title or without, row of labels, space between panels;
height of each panel."""


def svg(cutover: CutOver, language: Language = Language.ENGLISH, *, titled: bool = True) -> str:
    """Return the chart as an SVG document; without its title where that is written already."""
    return drawing.svg(figure(cutover, language, titled=titled))


def png(cutover: CutOver, language: Language = Language.ENGLISH) -> bytes:
    """Return the chart as a PNG picture, 1800 pixels wide."""
    return drawing.png(figure(cutover, language))


def figure(
    cutover: CutOver, language: Language = Language.ENGLISH, *, titled: bool = True
) -> Figure:
    """Return the chart as matplotlib has it; the labels of steps have the gid `step`.

    Japanese falls back to English where matplotlib finds no Japanese font.
    """
    language = drawing.written(language)
    with drawing.style():
        return _drawn(_spelled(cutover, language), language, titled=titled)


def _spelled(cutover: CutOver, language: Language) -> CutOver:
    """Return the cut-over with its texts in a language, as far as a font has their characters.

    A question mark stands for any other character.
    """

    def spelled(text: str) -> str:
        # Of other texts, spelling alone takes away what cannot be drawn.
        return drawing.spelled(spoken(text, language) if isinstance(text, Message) else text)

    return replace(
        cutover,
        marks=tuple(replace(mark, text=spelled(mark.text)) for mark in cutover.marks),
        unmeasured=spelled(cutover.unmeasured),
        failure=spelled(cutover.failure) if cutover.failure else None,
    )


def _drawn(cutover: CutOver, language: Language, *, titled: bool) -> Figure:
    drawn = Figure(figsize=(WIDTH, 1), dpi=100, facecolor="white")
    FigureCanvasAgg(drawn)
    marks = sorted(cutover.marks, key=lambda mark: mark.at)
    begin = min([0.0, *(mark.at for mark in marks)])
    places = [mark.at - begin for mark in marks]
    room = WIDTH - _LEFT - _RIGHT
    # Some letters are many times as wide as others; a label may then leave the chart.
    widths = [min(_width(drawn, _label(mark)), 0.9 * room) for mark in marks]
    inches = min(room / (_end(cutover) - begin), chart_labels.scale(places, widths, room + _RIGHT))
    rows = chart_labels.rows([place * inches for place in places], widths)

    heights = (_LATENCY, _LOSSES, _REQUESTS) if cutover.recording else (_NOTHING,)
    filled = sum(heights) + _SPACE * (len(heights) - 1)
    labelled = filled + _ROW * (max(rows, default=0) + 1)
    drawn.set_size_inches(WIDTH, _BOTTOM + labelled + (_HEAD if titled else _BARE))
    origin = cutover.asked_at or 0.0
    limits = (begin - origin, begin + room / inches - origin)
    axes = _panels(drawn, heights, limits)
    if cutover.recording:
        latency, losses, requests = axes
        seen = curves(cutover.recording, STEPS)
        edges = [edge - origin for edge in seen.edges]
        chart_panels.draw_latency(latency, seen, edges, language)
        chart_panels.draw_losses(losses, seen, edges, language)
        chart_panels.draw_requests(requests, seen, edges, cutover, language)
    else:
        chart_panels.draw_nothing(axes[0], spoken(sentences.toll(cutover), language))
    axes[0].tick_params(labelbottom=True)
    axes[0].set_xlabel(spoken(message("seconds from the switch's request"), language))
    steps = _panel(drawn, _BOTTOM, labelled, limits)
    _draw_steps(steps, cutover, marks, [filled + row * _ROW for row in rows], labelled)
    if titled:
        _draw_title(drawn, cutover, language)
    return drawn


def _panels(drawn: Figure, heights: tuple[float, ...], limits: tuple[float, float]) -> list[Axes]:
    """Axes on each other from the bottom, of these heights in inches."""
    axes = []
    bottom = _BOTTOM
    for height in heights:
        axes.append(_panel(drawn, bottom, height, limits))
        bottom += height + _SPACE
    return axes


def _end(cutover: CutOver) -> float:
    """Return the moment at which the last thing that the chart shows ends."""
    ends = [mark.at for mark in cutover.marks]
    ends += [call.at + call.seconds for call in cutover.calls]
    if cutover.recording:
        ends.append(cutover.recording.seconds)
    return max([1.0, *ends])


def _label(mark: Mark) -> str:
    return _short(mark.text, 45)


def _short(text: str, most: int) -> str:
    return textwrap.shorten(text, most, placeholder=" ...")


def _width(drawn: Figure, text: str) -> float:
    """Inches that a label takes, with the space around it."""
    label = drawn.text(0, 0, text, fontsize=chart_panels.SMALL)
    width = float(label.get_window_extent().width) / drawn.dpi
    label.remove()
    return width + 2 * _ASIDE


def _panel(drawn: Figure, bottom: float, height: float, limits: tuple[float, float]) -> Axes:
    """Axes across the chart, placed in inches."""
    whole = drawn.get_size_inches()[1]
    place = (_LEFT / WIDTH, bottom / whole, 1 - (_LEFT + _RIGHT) / WIDTH, height / whole)
    axes = drawn.add_axes(place, xlim=limits)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(PALE)
    axes.tick_params(length=0, labelsize=chart_panels.SMALL, labelbottom=False)
    axes.yaxis.set_label_coords(-0.55 / (WIDTH - _LEFT - _RIGHT), 0.5)
    return axes


def _draw_steps(
    axes: Axes, cutover: CutOver, marks: list[Mark], feet: list[float], height: float
) -> None:
    """Lines of the steps up to their labels, and a bolder one for the switch's request.

    `feet` are the lower edges of the labels and `height` that of the axes, in inches.
    """
    origin = cutover.asked_at or 0.0
    begin, end = axes.get_xlim()
    aside = _ASIDE * (end - begin) / (WIDTH - _LEFT - _RIGHT)
    axes.set_axis_off()
    axes.set_ylim(0, height)
    for mark, foot in zip(marks, feet, strict=True):
        x = mark.at - origin
        axes.plot([x, x], [0, foot + 0.75 * _ROW], color=GREY, linewidth=0.6, clip_on=False)
        axes.text(
            x + aside, foot + 0.25 * _ROW, _label(mark), fontsize=chart_panels.SMALL, gid="step"
        )
    if cutover.asked_at is not None:
        axes.plot([0, 0], [0, min(feet, default=height)], color=INK, linewidth=1.3)


def _draw_title(drawn: Figure, cutover: CutOver, language: Language) -> None:
    """Draw the heading: what happened, what it cost, and how the users came over."""
    height = drawn.get_size_inches()[1]
    lost = cutover.recording is not None and cutover.recording.lost > 0

    def line(text: str, inches: float, **style: Any) -> None:
        label = drawn.text(0.2 / WIDTH, 1 - inches / height, sentences.capital(text), **style)
        # A long one is written smaller, rather than beyond the edge.
        share = (WIDTH - 0.4) * drawn.dpi / label.get_window_extent().width
        label.set_fontsize(min(1.0, share) * style["fontsize"])

    move, toll = (spoken(it, language) for it in (sentences.move(cutover), sentences.toll(cutover)))
    line(_short(move, 66), 0.35, fontsize=14, fontweight="bold")
    line(toll, 0.6, fontsize=11, color=RED if lost else INK)
    if turnover := sentences.turnover(cutover):
        line(spoken(turnover, language), 0.82, fontsize=9.5, color=GREY)
