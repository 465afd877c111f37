"""A cut-over as one HTML page that needs nothing else: no network, no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ao.cutover.cutover import CutOver
from ao.message import Message, message
from ao.message.translation import Language, spoken
from ao.probe.recording import Kind
from ao.report import cutover_chart, sentences, tables, trend_chart

_MOODS = {True: "good", False: "bad", None: "open"}
"""Names of the verdict's colours in the page's style."""
_WORDS = {
    "chart": message("Cut-over chart"),
    "trend": message("Servers and load"),
    "both": message("Servers and load of both systems around the switch"),
    "times": message("Times count from the moment when the switch's own request was sent."),
}
"""What the page says of itself."""


@dataclass(frozen=True, kw_only=True)
class _Figure:
    """A figure in large type."""

    name: Message
    value: str
    bad: bool = False


def page(cutover: CutOver, language: Language = Language.ENGLISH) -> str:
    """Return the page, with its chart, in a language."""
    environment = Environment(
        loader=PackageLoader("ao.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["spoken"] = partial(spoken, language=language)
    environment.filters["sentence"] = lambda text: sentences.capital(spoken(text, language))
    return environment.get_template("page.html").render(
        language=language,
        words=_WORDS,
        verdict=sentences.verdict(cutover),
        mood=_MOODS[cutover.well],
        move=sentences.move(cutover),
        toll=sentences.toll(cutover),
        circumstances=tables.circumstances(cutover),
        lines=[
            line
            for line in (
                sentences.turnover(cutover),
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
        name=message("lost of %(sent)s requests", sent=f"{recording.sent:,}"),
        value=f"{recording.lost:,}",
        bad=recording.lost > 0,
    )
    yield _Figure(name=message("sent again and answered"), value=f"{recording.retried:,}")
    if first is not None:
        name = message("first answer of %(colour)s, new connections", colour=str(cutover.new))
        yield _Figure(name=name, value=sentences.seconds(first))
    if cutover.gap is not None:
        name = message("longest without a good answer")
        yield _Figure(name=name, value=sentences.seconds(cutover.gap))
    if following:
        yield _Figure(
            name=message("Keep-Alive clients that followed"),
            value=tables.share(following),
            bad=following.followed < following.clients,
        )
