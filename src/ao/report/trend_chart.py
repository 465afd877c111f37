"""The chart of a trend: servers and load of both systems, and when production moved.

matplotlib takes long to load: import this module only where a chart is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.cutover.trend import Points, Trend
from ao.message import message
from ao.message.translation import Language, spoken
from ao.report import drawing, sentences
from ao.report.chart_colours import GREY, INK, PALE, style
from ao.report.chart_panels import SMALL

WIDTH, HEIGHT = 9.0, 3.2
"""Inches; at 100 dots an inch, 900 by 320 pixels."""
MINUTE = 60.0
GAP = 2.5
"""Steps without a value after which a curve breaks off."""
DASHES: Mapping[Colour, str] = {Colour.BLUE: "-", Colour.GREEN: "--"}
"""Colours differ in their lines too, for those who cannot tell them."""


def svg(trend: Trend, cutover: CutOver, language: Language = Language.ENGLISH) -> str:
    """Return the chart as an SVG document."""
    return drawing.svg(figure(trend, cutover, language))


def figure(trend: Trend, cutover: CutOver, language: Language = Language.ENGLISH) -> Figure:
    """Return the chart as matplotlib has it; minutes count from the switch's request."""
    language = drawing.written(language)
    origin = cutover.started + (cutover.asked_at or 0.0)
    with drawing.style():
        drawn = Figure(figsize=(WIDTH, HEIGHT), dpi=100, facecolor="white")
        FigureCanvasAgg(drawn)
        servers, load = drawn.subplots(2, 1, sharex=True, height_ratios=(1, 1.2))
        drawn.subplots_adjust(left=0.75 / WIDTH, right=1 - 1.15 / WIDTH, top=0.96, bottom=0.17)
        for colour in Colour:
            name = sentences.system(colour, _version(cutover, colour))
            _curve(servers, trend.servers, colour, trend.step, origin, name, stepped=True)
            _curve(load, trend.load, colour, trend.step, origin, name, stepped=False)
        _draw_servers(servers, trend, language)
        _draw_load(load, trend, language)
        for axes in (servers, load):
            _frame(axes)
            if cutover.asked_at is not None:
                axes.axvline(0, color=INK, linewidth=1.3)
        load.set_xlabel(spoken(message("minutes from the switch's request"), language))
        return drawn


def _version(cutover: CutOver, colour: Colour) -> str | None:
    return cutover.new_version if colour is cutover.new else cutover.old_version


def _curve(
    axes: Axes,
    curves: Mapping[Colour, Points],
    colour: Colour,
    step: float,
    origin: float,
    name: str,
    *,
    stepped: bool,
) -> None:
    points = curves.get(colour)
    if points is None or not points.at:
        return
    x, y = _broken(points, step)
    axes.plot(
        [(at - origin) / MINUTE for at in x],
        y,
        color=style(colour).line,
        linestyle=DASHES[colour],
        linewidth=1.8,
        drawstyle="steps-post" if stepped else "default",
        label=name,
    )


def _broken(points: Points, step: float) -> tuple[list[float], list[float]]:
    """Return the moments and values, with NaN where nothing was measured for a while."""
    x: list[float] = []
    y: list[float] = []
    for at, value in zip(points.at, points.values, strict=True):
        if x and at - x[-1] > GAP * step:
            x.append(x[-1] + step)
            y.append(math.nan)
        x.append(at)
        y.append(value)
    return x, y


def _greatest(curves: Mapping[Colour, Points]) -> float:
    """Return the greatest value of curves that is not below 0."""
    return max([0.0, *(value for points in curves.values() for value in points.values)])


def _draw_servers(axes: Axes, trend: Trend, language: Language) -> None:
    axes.set_ylim(0, 1.4 * _greatest(trend.servers) + 1)
    axes.set_ylabel(spoken(message("servers"), language))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left", fontsize=SMALL, frameon=False, ncols=2)


def _draw_load(axes: Axes, trend: Trend, language: Language) -> None:
    """Load, and the thresholds on which servers come and go."""
    most = max(_greatest(trend.load), trend.out, trend.inward)
    axes.set_ylim(0, 1.15 * most or 1.0)
    axes.set_ylabel(spoken(message("CPU load") if trend.cpu else message("load"), language))
    if trend.cpu:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    for threshold, name in (
        (trend.out, message("add above")),
        (trend.inward, message("remove below")),
    ):
        axes.axhline(threshold, color=GREY, linewidth=1, linestyle=":")
        axes.annotate(
            spoken(name, language),
            (1, threshold),
            xycoords=axes.get_yaxis_transform(),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=GREY,
            annotation_clip=False,
        )


def _frame(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(PALE)
    axes.tick_params(length=0, labelsize=SMALL)
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
