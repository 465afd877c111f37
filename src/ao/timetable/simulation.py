"""A run of a procedure, forward in time from the opening of the window.

Times are in seconds: numbers for one run, arrays for many runs side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Generic, TypeVar

from ao.timetable.procedure import DECISION, SWITCH_BACK, Procedure, Task

if TYPE_CHECKING:
    from ao.timetable.durations import Samples, TaskDuration

T = TypeVar("T", float, "Samples")


@dataclass(frozen=True, kw_only=True)
class Run(Generic[T]):
    """The times of a simulated run, or of many runs at once."""

    ends: Mapping[str, T]
    """End of each task that does not wait for the decision, and of DECISION itself."""
    closing: T
    """How long the tasks after the decision take together."""
    needed: T
    """Length of a window in which all of it fits, and switching back as well."""


def times(procedure: Procedure) -> dict[str, TaskDuration]:
    """Return what takes time in the window: tasks, watching (as DECISION), and SWITCH_BACK."""
    found = {task.name: task.takes for task in (*procedure.main, *procedure.closing)}
    if decision := procedure.decision:
        found |= {DECISION: decision.watch, SWITCH_BACK: decision.switch_back}
    return found


def run(
    procedure: Procedure, taken: Mapping[str, T], latest: Callable[[T, T], T], zero: T
) -> Run[T]:
    """Begin each task as soon as everything that it comes after is done.

    `taken` is how long everything that `times` names takes, `latest` the later of two times.
    """

    def ends(tasks: tuple[Task, ...]) -> dict[str, T]:
        found: dict[str, T] = {}
        for task in tasks:
            found[task.name] = last(found, task.after) + taken[task.name]
        return found

    def last(found: Mapping[str, T], names: tuple[str, ...]) -> T:
        return reduce(latest, [found[name] for name in names if name in found], zero)

    found, closing = ends(procedure.main), ends(procedure.closing)
    needed = last(found, tuple(found))
    if decision := procedure.decision:
        found[DECISION] = last(found, decision.after) + taken[DECISION]
        needed = latest(needed, found[DECISION] + taken[SWITCH_BACK])
    length = last(closing, tuple(closing))
    return Run(ends=found, closing=length, needed=needed + length)
