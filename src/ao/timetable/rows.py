"""Rows of a timetable, as a release's participants read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from ao.message import Message, joined, listed, message
from ao.message.translation import Language, spoken
from ao.timetable import clock_times, quantities
from ao.timetable.clock_times import Style
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
    style = clock_times.style(plan, _moments(plan))
    found = [*_tasks(plan, language, style), *_decision(plan, language, style)]
    return (*sorted(found, key=lambda row: row.moment), _closing(plan, language, style))


def before(plan: Schedule, language: Language = Language.ENGLISH) -> str:
    """Return the tasks before the window in one line; empty for none."""
    return spoken(_listed(plan.before, language), language) if plan.before else ""


def _groups(plan: Schedule) -> Iterator[tuple[Slot, ...]]:
    """Yield the tasks in the window that share a row."""
    for _, group in groupby(plan.within, key=lambda slot: slot.task.row or slot.task.name):
        yield tuple(group)


def _moments(plan: Schedule) -> Iterator[float]:
    """Yield the moments that a timetable tells, in seconds from the opening."""
    yield from (slots[0].begin for slots in _groups(plan))
    yield plan.closes
    if plan.decision is not None and _while_stopped(plan):
        yield plan.decision


def _tasks(plan: Schedule, language: Language, style: Style) -> Iterator[Row]:
    first = [message("window opens") if plan.procedure.stops else message("release begins")]
    for slots in _groups(plan):
        task = slots[0].task
        text = (task.row or task.title).spoken(language)
        people = dict.fromkeys(slot.task.by.spoken(language) for slot in slots if slot.task.by)
        yield _row(
            plan,
            slots[0].begin,
            language,
            style,
            what=[*first, text],
            note=[_listed(slots, language) if task.row else quantities.takes(task.takes)],
            by=people,
        )
        first = []


def _decision(plan: Schedule, language: Language, style: Style) -> Iterator[Row]:
    if plan.decision is not None and _while_stopped(plan):
        what = message("deadline to decide on switching back")
        kept = quantities.time(plan.switch_back)
        note = message("switching back takes %(time)s", time=kept)
        yield _row(plan, plan.decision, language, style, what=[what], note=[note])


def _closing(plan: Schedule, language: Language, style: Style) -> Row:
    texts = [message("window closes") if plan.procedure.stops else message("release is through")]
    if plan.stops and plan.stops[-1].end >= plan.closes:
        texts.append(message("production open"))
    notes = [message("%(time)s in all", time=quantities.time(plan.closes))]
    if plan.decision is not None and not _while_stopped(plan):
        moment = _time(plan, plan.decision, style)
        decided = message(
            "decision on switching back by %(moment)s, %(time)s kept for it",
            moment=moment,
            time=quantities.time(plan.switch_back),
        )
        notes.append(decided)
    return _row(plan, plan.closes, language, style, what=texts, note=notes)


def _while_stopped(plan: Schedule) -> bool:
    """Return whether the decision is made while production is stopped."""
    moment = plan.decision
    return moment is not None and any(stop.begin <= moment < stop.end for stop in plan.stops)


def _listed(slots: tuple[Slot, ...], language: Language) -> Message:
    return listed(
        joined(" ", [slot.task.title.spoken(language), quantities.takes(slot.task.takes)])
        for slot in slots
    )


def _time(plan: Schedule, moment: float, style: Style) -> str:
    opening = plan.procedure.opening
    return clock_times.written(opening, moment, seconds=style.seconds, days=style.days)


def _row(
    plan: Schedule,
    moment: float,
    language: Language,
    style: Style,
    *,
    what: Iterable[str],
    note: Iterable[str],
    by: Iterable[str] = (),
) -> Row:
    return Row(
        moment=moment,
        time=_time(plan, moment, style),
        what=spoken(listed(what), language),
        note=spoken(listed(note), language),
        by=spoken(listed(by), language),
    )
