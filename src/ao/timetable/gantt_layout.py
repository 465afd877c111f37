"""Lanes of a Gantt chart: what stands in which line, and when. Pure; seconds from the opening."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ao.message import message
from ao.message.translation import Language, spoken
from ao.timetable import quantities
from ao.timetable.schedule import Schedule


class Kind(Enum):
    """Kind of a bar."""

    BEFORE = auto()
    """A task before the window."""
    WITHIN = auto()
    """A task in it."""
    WATCH = auto()
    """Watching production before the decision."""
    KEPT = auto()
    """Time kept for switching back."""
    SPARE = auto()
    """Time that is left over."""
    OPEN = auto()
    """Production is open."""
    STOPPED = auto()
    """Production is stopped."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A time of one kind."""

    kind: Kind
    begin: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A line of the chart."""

    title: str
    bars: tuple[Bar, ...]
    note: str = ""
    """How long it takes; empty for production."""


def layout(
    plan: Schedule, first: float, last: float, language: Language = Language.ENGLISH
) -> tuple[Lane, ...]:
    """Return a lane for production from first to last, one for each task, those of the decision."""
    tasks = (
        Lane(
            title=slot.task.title.spoken(language),
            bars=(
                Bar(
                    kind=Kind.BEFORE if slot.task.before_window else Kind.WITHIN,
                    begin=slot.begin,
                    end=slot.end,
                ),
            ),
            note=spoken(quantities.takes(slot.task.takes), language),
        )
        for slot in plan.slots
    )
    production = Lane(
        title=spoken(message("production"), language), bars=tuple(_production(plan, first, last))
    )
    return (production, *sorted((*tasks, *_decision(plan, language)), key=_begin))


def _begin(lane: Lane) -> float:
    return lane.bars[0].begin


def _production(plan: Schedule, first: float, last: float) -> Iterator[Bar]:
    """Open but for the stops."""
    begin = first
    for stop in plan.stops:
        yield Bar(kind=Kind.OPEN, begin=begin, end=stop.begin)
        yield Bar(kind=Kind.STOPPED, begin=stop.begin, end=stop.end)
        begin = stop.end
    yield Bar(kind=Kind.OPEN, begin=begin, end=last)


def _decision(plan: Schedule, language: Language) -> Iterator[Lane]:
    decision = plan.procedure.decision
    if decision is None or plan.decision is None:
        return
    begin = plan.decision - decision.watch.planned
    if begin < plan.decision:
        yield Lane(
            title=spoken(message("watch production"), language),
            bars=(Bar(kind=Kind.WATCH, begin=begin, end=plan.decision),),
            note=spoken(quantities.takes(decision.watch), language),
        )
    back = plan.decision + plan.switch_back
    kept = Bar(kind=Kind.KEPT, begin=plan.decision, end=back)
    spare = Bar(kind=Kind.SPARE, begin=back, end=back + plan.slack)
    yield Lane(
        title=spoken(message("kept for switching back"), language),
        bars=(kept, spare) if plan.slack else (kept,),
        note=spoken(quantities.time(plan.switch_back), language),
    )
