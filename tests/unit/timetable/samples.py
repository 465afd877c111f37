"""Procedures for tests."""

from pathlib import Path

from ao.timetable.durations import Fixed, TaskDuration
from ao.timetable.procedure import Decision, Opening, Procedure, Task
from ao.timetable.procedure_file import load
from ao.timetable.title import Title

EXAMPLES = Path(__file__).parents[3] / "examples/timetable"
CONVENTIONAL, BLUEGREEN = EXAMPLES / "conventional.yaml", EXAMPLES / "bluegreen.yaml"


def conventional() -> Procedure:
    return load(CONVENTIONAL)


def bluegreen() -> Procedure:
    return load(BLUEGREEN)


def task(name: str, minutes: float | TaskDuration = 5, *after: str, **more: object) -> Task:
    """A task of so many minutes."""
    takes = Fixed(seconds=minutes * 60) if isinstance(minutes, int | float) else minutes
    return Task(name=name, title=Title(en=name), takes=takes, after=after, **more)  # type: ignore[arg-type]


def procedure(*tasks: Task, decision: Decision | None = None, step: float = 0.0) -> Procedure:
    """A procedure that opens at 23:00."""
    return Procedure(
        title=Title(en="procedure"),
        opening=Opening(clock=23 * 3600.0, step=step),
        tasks=tasks,
        decision=decision,
    )


def decision(*after: str, watch: float = 0, switch_back: float = 5, fails: float = 0) -> Decision:
    """A decision, its times in minutes."""
    return Decision(
        after=after,
        watch=Fixed(seconds=watch * 60),
        switch_back=Fixed(seconds=switch_back * 60),
        fails=fails,
    )
