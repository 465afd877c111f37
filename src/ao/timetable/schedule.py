"""The schedule of a procedure: when each task is planned. Pure; seconds from the opening.

In the window everything begins as soon as it can, up to the decision; what comes after the
decision ends as the window closes, so that time to spare is where switching back needs it.
What is done before the window is done right before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ao.timetable.procedure import DECISION, SWITCH_BACK, Procedure, Task
from ao.timetable.simulation import run, times

_TINY = 1e-6
"""Seconds by which sums of times may be off."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A task with its time."""

    task: Task
    begin: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A time in which production is stopped."""

    begin: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The planned times of a procedure; the window opens at 0."""

    procedure: Procedure
    slots: tuple[Slot, ...]
    """Slots in the order in which they begin; those before the window have negative times."""
    closes: float
    """When the window closes: its length."""
    decision: float | None
    """When it is decided whether to switch back, at the latest; None when it never is."""
    switch_back: float
    """Time kept for switching back, from the decision on."""
    slack: float
    """Time that may be lost and everything still fits."""
    stops: tuple[Stop, ...]
    """When production is stopped, in order and apart from each other."""

    @property
    def window(self) -> float:
        """Length of the maintenance window: 0 if production is never stopped."""
        return self.closes if self.procedure.stops else 0.0

    @property
    def stopped(self) -> float:
        """How long production is stopped in all."""
        return sum(stop.end - stop.begin for stop in self.stops)

    @property
    def before(self) -> tuple[Slot, ...]:
        """Slots of the tasks before the window."""
        return tuple(slot for slot in self.slots if slot.task.before_window)

    @property
    def within(self) -> tuple[Slot, ...]:
        """Slots of the tasks in the window."""
        return tuple(slot for slot in self.slots if not slot.task.before_window)


def schedule(procedure: Procedure) -> Schedule:
    """Return the schedule with the times that are planned."""
    planned = {name: takes.planned for name, takes in times(procedure).items()}
    forward = run(procedure, planned, max, 0.0)
    step = procedure.opening.step
    closes = math.ceil((forward.needed - _TINY) / step) * step if step else forward.needed
    ends = {task.name: forward.ends[task.name] for task in procedure.main}
    ends |= _backward(procedure.closing, closes) | _backward(procedure.before, 0.0)
    slots = [_slot(task, ends[task.name]) for task in procedure.ordered]
    return Schedule(
        procedure=procedure,
        slots=tuple(sorted(slots, key=lambda slot: (slot.begin, slot.end))),
        closes=closes,
        decision=forward.ends.get(DECISION),
        switch_back=planned.get(SWITCH_BACK, 0.0),
        slack=closes - forward.needed,
        stops=_stops(slots),
    )


def _slot(task: Task, end: float) -> Slot:
    return Slot(task=task, begin=end - task.takes.planned, end=end)


def _backward(tasks: tuple[Task, ...], last: float) -> dict[str, float]:
    """Ends of tasks that are done as late as they can, the last of them at a moment."""
    ends: dict[str, float] = {}
    for task in reversed(tasks):
        begins = [
            ends[other.name] - other.takes.planned for other in tasks if task.name in other.after
        ]
        ends[task.name] = min(begins, default=last)
    return ends


def _stops(slots: list[Slot]) -> tuple[Stop, ...]:
    """Return when production is stopped; times that touch are put together."""
    ends: Mapping[str, float] = {slot.task.name: slot.end for slot in slots}
    found: list[Stop] = []
    for slot in sorted(slots, key=lambda slot: slot.begin):
        if slot.task.stops_until is None:
            continue
        stop = Stop(begin=slot.begin, end=max(slot.begin, ends[slot.task.stops_until]))
        if found and stop.begin <= found[-1].end + _TINY:
            stop = Stop(begin=found[-1].begin, end=max(stop.end, found.pop().end))
        found.append(stop)
    return tuple(found)
