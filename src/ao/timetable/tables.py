"""Tables of timetables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ao.message import in_context, joined, listed, message
from ao.message.translation import Language, spoken
from ao.timetable import clock_times, quantities, rows
from ao.timetable.comparison import Comparison
from ao.timetable.procedure import Opening, Procedure
from ao.timetable.schedule import Schedule

if TYPE_CHECKING:
    from ao.timetable.fit import Fit


@dataclass(frozen=True, kw_only=True)
class Table:
    """A small table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def timetable(plan: Schedule, language: Language = Language.ENGLISH) -> Table:
    """Return the rows of a timetable."""
    columns = (
        message("Time"),
        message("What"),
        message("Note"),
        in_context("timetable", "Who"),
    )
    return Table(
        columns=_said(columns, language),
        rows=tuple((row.time, row.what, row.note, row.by) for row in rows.rows(plan, language)),
    )


def comparison(compared: Comparison, language: Language = Language.ENGLISH) -> Table:
    """Return both procedures by their figures, then what left the window and why."""
    plans = (compared.first, compared.second)
    titles = tuple(plan.procedure.title.spoken(language) for plan in plans)
    found = [*_figures(compared, language), *_gone(compared, language)]
    return Table(
        columns=_said(("", *titles, message("Saved, or why")), language),
        rows=tuple(_said(row, language) for row in found),
    )


def _said(texts: Iterable[str], language: Language) -> tuple[str, ...]:
    return tuple(spoken(text, language) for text in texts)


def _figures(compared: Comparison, language: Language) -> Iterator[tuple[str, ...]]:
    plans = (compared.first, compared.second)
    trimmed = compared.trimmed
    yield (
        message("window"),
        *(quantities.time(plan.window) for plan in plans),
        quantities.time(compared.saving),
    )
    yield (
        message("production stopped"),
        *(quantities.time(plan.stopped) for plan in plans),
        quantities.time(compared.stop_saving),
    )
    yield (message("decision deadline"), *(_deadline(plan) for plan in plans), "")
    yield (message("to spare"), *(quantities.time(plan.slack) for plan in plans), "")
    yield (
        message("windows of %(releases)s releases, a year", releases=f"{compared.releases:g}"),
        *(quantities.hours(plan.window * compared.releases) for plan in plans),
        quantities.hours(compared.saving * compared.releases),
    )
    if compared.dropped:
        names = listed(task.title.spoken(language) for task in compared.dropped)
        yield (
            message("window without %(tasks)s", tasks=names),
            *(quantities.window(plan) for plan in trimmed),
            quantities.time(trimmed[0].window - trimmed[1].window),
        )


def _gone(compared: Comparison, language: Language) -> Iterator[tuple[str, ...]]:
    for gone in compared.gone:
        yield (
            gone.task.title.spoken(language),
            quantities.time(gone.seconds),
            message("moved before the window") if gone.before_window else message("left out"),
            gone.why.spoken(language) if gone.why else "",
        )


def _deadline(plan: Schedule) -> str:
    if plan.decision is None:
        return ""
    style = clock_times.style(plan, (0.0, plan.closes))
    return clock_times.written(plan.procedure.opening, plan.decision, days=style.days)


def notes(plan: Schedule, language: Language = Language.ENGLISH) -> Iterator[str]:
    """Yield the notes below a timetable: what its rows do not say."""
    yield spoken(listed(quantities.toll(plan)), language)
    if plan.before:
        parts = (message("before the window"), rows.before(plan, language))
        yield spoken(joined(": ", parts), language)


def fit(
    found: Fit, procedure: Procedure, opening: Opening | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and values of how likely a procedure fits; clock times by its opening, if known."""
    shown = {
        message("window"): quantities.time(found.window),
        message("fits"): quantities.percent(found.kept),
        message("released in it"): quantities.percent(found.released),
        message("switched back in it"): quantities.percent(found.switched_back),
        message("called off before it"): quantities.percent(found.called_off),
        message("half of the runs need"): quantities.time(found.median),
        message("95 of 100 need"): quantities.time(found.p95),
        message("most likely to break it"): _breaker(found, procedure),
        message("latest safe start (%(share)s)", share=quantities.percent(found.share)): (
            _start(found, opening)
        ),
        message("runs"): message(
            "%(runs)s, seed %(seed)s", runs=f"{found.runs:,}", seed=found.seed
        ),
    }
    return tuple(shown), tuple(shown.values())


def _breaker(found: Fit, procedure: Procedure) -> str:
    if found.breaker is None:
        return "-"
    name = procedure.called(found.breaker)
    if not found.breaks:
        return name
    return message(
        "%(task)s: as usual it would keep %(share)s of those too long",
        task=name,
        share=quantities.percent(found.breaks),
    )


def _start(found: Fit, opening: Opening | None) -> str:
    if found.latest_start is None:
        return message("none: the window is too short")
    after = message("%(time)s after the opening", time=quantities.time(found.latest_start))
    if opening is None:
        return after
    at = clock_times.written(opening, found.latest_start, seconds=True)
    return message("%(at)s, %(after)s", at=at, after=after)
