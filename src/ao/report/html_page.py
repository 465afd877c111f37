"""A cut-over as one HTML page that needs nothing else: no network, no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ao.cutover.cutover import CutOver
from ao.probe.recording import Kind
from ao.report import cutover_chart, tables, translations, trend_chart
from ao.report.translations import Language

_MOODS = {True: "good", False: "bad", None: "open"}
"""Names of the verdict's colours in the page's style."""


@dataclass(frozen=True, kw_only=True)
class _Figure:
    """A figure in large type."""

    name: str
    value: str
    bad: bool = False


def page(cutover: CutOver, language: Language = Language.ENGLISH) -> str:
    """Return the page, in English; `language` is that of the chart."""
    environment = Environment(
        loader=PackageLoader("ao.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(
        verdict=translations.verdict(cutover),
        mood=_MOODS[cutover.well],
        move=translations.capital(translations.move(cutover)),
        toll=translations.capital(translations.toll(cutover)),
        circumstances=translations.capital(tables.circumstances(cutover)),
        lines=[
            translations.capital(line)
            for line in (
                translations.turnover(cutover),
                tables.answer_times(cutover),
                tables.drained(cutover),
            )
            if line
        ],
        figures=tuple(_figures(cutover)),
        chart=_inline(cutover_chart.svg(cutover, language, titled=False)),
        trend=_inline(trend_chart.svg(cutover.trend, cutover, language)) if cutover.trend else "",
        tables=tables.tables(cutover),
        requests=tables.all_calls(cutover),
    )


def _inline(document: str) -> Markup:
    """Return an SVG document as an element of a page."""
    return Markup(document[document.index("<svg") :])


def _figures(cutover: CutOver) -> Iterator[_Figure]:
    """Yield the figures at the head of the page, the most important first."""
    recording, following = cutover.recording, cutover.following
    if recording is None:
        return
    first = cutover.turn(Kind.NEW).first_new
    yield _Figure(
        name=f"lost of {recording.sent:,} requests",
        value=f"{recording.lost:,}",
        bad=recording.lost > 0,
    )
    yield _Figure(name="sent again and answered", value=f"{recording.retried:,}")
    if first is not None:
        name = f"first answer of {cutover.new}, new connections"
        yield _Figure(name=name, value=translations.seconds(first))
    if cutover.gap is not None:
        yield _Figure(name="longest without a good answer", value=translations.seconds(cutover.gap))
    if following:
        yield _Figure(
            name="Keep-Alive clients that followed",
            value=f"{following.followed} of {following.clients}",
            bad=following.followed < following.clients,
        )
