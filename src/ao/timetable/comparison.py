"""Two procedures side by side: what the second saves of the first's window. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ao.timetable.procedure import Task
from ao.timetable.schedule import Schedule, schedule
from ao.timetable.title import Title


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A task of the first procedure's window that is not in the second's."""

    task: Task
    """The task, of the first procedure."""
    seconds: float
    """Time that was planned for it."""
    before_window: bool
    """Whether the second procedure does the task before the window; if not, it does without it."""
    why: Title | None
    """Reason that the task need not be in the window, if the second procedure gives one."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two procedures with their schedules."""

    first: Schedule
    second: Schedule
    releases: float
    """Releases a year."""

    @property
    def ratio(self) -> float | None:
        """The second's window, the first's being 1; None if the first has none."""
        return self.second.window / self.first.window if self.first.window else None

    @property
    def saving(self) -> float:
        """Seconds of the window that each release saves; negative if the second's is longer."""
        return self.first.window - self.second.window

    @property
    def stop_saving(self) -> float:
        """Seconds less that each release stops production."""
        return self.first.stopped - self.second.stopped

    @cached_property
    def gone(self) -> tuple[Gone, ...]:
        """Tasks that left the window, in the order of the first procedure."""
        kept = {slot.task.name for slot in self.second.within}
        other = self.second.procedure
        return tuple(
            Gone(
                task=slot.task,
                seconds=slot.end - slot.begin,
                before_window=slot.task.name in other.named,
                why=other.named[slot.task.name].why
                if slot.task.name in other.named
                else other.left_out.get(slot.task.name),
            )
            for slot in self.first.within
            if slot.task.name not in kept
        )

    @cached_property
    def dropped(self) -> tuple[Task, ...]:
        """Tasks of the second procedure that an application can do without."""
        return tuple(task for task in self.second.procedure.ordered if task.droppable)

    @cached_property
    def trimmed(self) -> tuple[Schedule, Schedule]:
        """Both schedules without the tasks that an application can do without."""
        return (
            schedule(self.first.procedure.trimmed),
            schedule(self.second.procedure.trimmed),
        )
