"""Tables of timetables for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ao.message import message
from ao.report.translations import Language
from ao.timetable import clock_times, rows, translations
from ao.timetable.comparison import Comparison
from ao.timetable.procedure import Opening, Procedure
from ao.timetable.schedule import Schedule
from ao.timetable.translations import Translations

if TYPE_CHECKING:
    from ao.timetable.fit import Fit


@dataclass(frozen=True, kw_only=True)
class Table:
    """A small table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def timetable(plan: Schedule, language: Language = Language.ENGLISH) -> Table:
    """Return the rows of a timetable."""
    spoken = translations.of(language)
    return Table(
        columns=(spoken.time, spoken.what, spoken.note, spoken.by),
        rows=tuple((row.time, row.what, row.note, row.by) for row in rows.rows(plan, language)),
    )


def comparison(compared: Comparison, language: Language = Language.ENGLISH) -> Table:
    """Both procedures by their figures, then what left the window and why."""
    spoken = translations.of(language)
    plans = (compared.first, compared.second)
    titles = tuple(plan.procedure.title.spoken(language) for plan in plans)
    found = [*_figures(compared, spoken, language), *_gone(compared, spoken, language)]
    return Table(columns=("", *titles, spoken.difference), rows=tuple(found))


def _figures(
    compared: Comparison, spoken: Translations, language: Language
) -> Iterator[tuple[str, ...]]:
    plans = (compared.first, compared.second)
    trimmed = compared.trimmed
    yield (
        spoken.window.format(time="").strip(),
        *(translations.time(plan.window, spoken) for plan in plans),
        translations.time(compared.saving, spoken),
    )
    yield (
        spoken.stopped.format(time="").strip(),
        *(translations.time(plan.stopped, spoken) for plan in plans),
        translations.time(compared.stop_saving, spoken),
    )
    yield (spoken.deadline, *(_deadline(plan) for plan in plans), "")
    yield (spoken.spare, *(translations.time(plan.slack, spoken) for plan in plans), "")
    yield (
        spoken.year.format(releases=f"{compared.releases:g}"),
        *(translations.hours(plan.window * compared.releases, spoken) for plan in plans),
        translations.hours(compared.saving * compared.releases, spoken),
    )
    if compared.dropped:
        names = spoken.between.join(task.title.spoken(language) for task in compared.dropped)
        yield (
            spoken.without.format(tasks=names),
            *(translations.window(plan, spoken) for plan in trimmed),
            translations.time(trimmed[0].window - trimmed[1].window, spoken),
        )


def _gone(
    compared: Comparison, spoken: Translations, language: Language
) -> Iterator[tuple[str, ...]]:
    for gone in compared.gone:
        yield (
            gone.task.title.spoken(language),
            translations.time(gone.seconds, spoken),
            spoken.moved if gone.before_window else spoken.left_out,
            gone.why.spoken(language) if gone.why else "",
        )


def _deadline(plan: Schedule) -> str:
    return (
        "" if plan.decision is None else clock_times.written(plan.procedure.opening, plan.decision)
    )


def notes(plan: Schedule, language: Language = Language.ENGLISH) -> Iterator[str]:
    """Yield the notes below a timetable: what its rows do not say."""
    spoken = translations.of(language)
    window = spoken.window.format(time=translations.time(plan.window, spoken))
    stopped = spoken.stopped.format(time=translations.time(plan.stopped, spoken))
    yield spoken.between.join((window if plan.procedure.stops else spoken.no_window, stopped))
    if plan.before:
        yield f"{spoken.before}: {rows.before(plan, language)}"


def fit(
    found: Fit, procedure: Procedure, opening: Opening | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and values of how likely a procedure fits; clock times by its opening, if known."""
    shown = {
        message("window"): translations.time(found.window),
        message("fits"): translations.percent(found.kept),
        message("released in it"): translations.percent(found.released),
        message("switched back in it"): translations.percent(found.switched_back),
        message("called off before it"): translations.percent(found.called_off),
        message("half of the runs need"): translations.time(found.median),
        message("95 of 100 need"): translations.time(found.p95),
        message("most likely to break it"): _breaker(found, procedure),
        message("latest safe start (%(share)s)", share=translations.percent(found.share)): (
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
        share=translations.percent(found.breaks),
    )


def _start(found: Fit, opening: Opening | None) -> str:
    if found.latest_start is None:
        return message("none: the window is too short")
    after = message("%(time)s after the opening", time=translations.time(found.latest_start))
    if opening is None:
        return after
    at = clock_times.written(opening, found.latest_start, seconds=True)
    return message("%(at)s, %(after)s", at=at, after=after)
