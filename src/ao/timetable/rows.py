"""Rows of a timetable, as a release's participants read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ao.report.translations import Language
from ao.timetable import clock_times, translations
from ao.timetable.schedule import Schedule, Slot


@dataclass(frozen=True, kw_only=True)
class Row:
    """A moment of the window and what happens from then on."""

    moment: float
    """Seconds from the opening."""
    time: str
    """The moment by the clock."""
    what: str
    note: str
    by: str
    """Person or role that does the task."""


def rows(plan: Schedule, language: Language = Language.ENGLISH) -> tuple[Row, ...]:
    """Return the opening with what is done first, then everything by its time, then the closing.

    Tasks that say so share a row. The decision has a row if production is stopped then; if it
    is open, the last row tells of it.
    """
    found = [*_tasks(plan, language), *_decision(plan, language)]
    return (*sorted(found, key=lambda row: row.moment), _closing(plan, language))


def before(plan: Schedule, language: Language = Language.ENGLISH) -> str:
    """Return the tasks before the window in one line; empty for none."""
    return _listed(plan.before, language)


def _tasks(plan: Schedule, language: Language) -> Iterator[Row]:
    spoken = translations.of(language)
    first = spoken.opens if plan.procedure.stops else spoken.begins
    for _, group in groupby(plan.within, key=lambda slot: slot.task.row or slot.task.name):
        slots = tuple(group)
        task = slots[0].task
        text = (task.row or task.title).spoken(language)
        yield _row(
            plan,
            slots[0].begin,
            what=f"{first}{spoken.between}{text}" if first else text,
            note=_listed(slots, language) if task.row else translations.takes(task.takes, spoken),
            by=spoken.between.join(
                dict.fromkeys(slot.task.by.spoken(language) for slot in slots if slot.task.by)
            ),
        )
        first = ""


def _decision(plan: Schedule, language: Language) -> Iterator[Row]:
    if plan.decision is not None and _while_stopped(plan):
        spoken = translations.of(language)
        kept = translations.time(plan.switch_back, spoken)
        note = spoken.switch_back.format(time=kept)
        yield _row(plan, plan.decision, what=spoken.decision, note=note)


def _closing(plan: Schedule, language: Language) -> Row:
    spoken = translations.of(language)
    texts = [spoken.closes if plan.procedure.stops else spoken.ends]
    if plan.stops and plan.stops[-1].end >= plan.closes:
        texts.append(spoken.reopened)
    notes = [spoken.in_all.format(time=translations.time(plan.closes, spoken))]
    if plan.decision is not None and not _while_stopped(plan):
        moment = clock_times.written(plan.procedure.opening, plan.decision)
        kept = translations.time(plan.switch_back, spoken)
        notes.append(spoken.decided.format(moment=moment, time=kept))
    return _row(plan, plan.closes, what=spoken.between.join(texts), note=spoken.between.join(notes))


def _while_stopped(plan: Schedule) -> bool:
    """Return whether the decision is made while production is stopped."""
    moment = plan.decision
    return moment is not None and any(stop.begin <= moment < stop.end for stop in plan.stops)


def _listed(slots: tuple[Slot, ...], language: Language) -> str:
    spoken = translations.of(language)
    return spoken.between.join(
        f"{slot.task.title.spoken(language)} {translations.takes(slot.task.takes, spoken)}"
        for slot in slots
    )


def _row(plan: Schedule, moment: float, *, what: str, note: str, by: str = "") -> Row:
    time = clock_times.written(plan.procedure.opening, moment)
    return Row(moment=moment, time=time, what=what, note=note, by=by)
