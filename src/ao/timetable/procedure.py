"""A procedure: the tasks of a release, as frozen values. Times in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from ao.message import message
from ao.timetable.durations import Fixed, TaskDuration
from ao.timetable.title import Title

DECISION = "decision"
"""Name under which tasks come after the decision on switching back."""
SWITCH_BACK = message("switch back")
"""Name of the time that is kept for switching back, which is no task."""


class Flawed(Exception):
    """A procedure that cannot be carried out."""

    def __init__(self, key: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.key = key
        """Way to what is wrong, from the procedure's top."""
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to be done."""

    name: str
    title: Title
    takes: TaskDuration
    after: tuple[str, ...] = ()
    """Tasks that have to be done before it begins; DECISION for the decision."""
    before_window: bool = False
    """Whether it is done before the window opens."""
    stops_until: str | None = None
    """Task at whose end production, which this one stops, is open again; None stops nothing."""
    droppable: bool = False
    """Whether an application can do without it, for instance when users are drained."""
    fails: float = 0.0
    """Probability that it fails; the release is then called off, or switched back."""
    by: Title | None = None
    """Person or role that does the task."""
    row: Title | None = None
    """Row of the timetable that it shares with other tasks."""
    why: Title | None = None
    """Why it can be done before the window."""
    history: str | None = None
    """Word under which measured times are found."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The decision whether to keep the new version or to switch back."""

    after: tuple[str, ...]
    """Tasks that come before it."""
    watch: TaskDuration = field(default_factory=lambda: Fixed(seconds=0.0))
    """How long production is watched before the decision is made."""
    switch_back: TaskDuration
    """How long switching back takes; so much time is reserved in the window."""
    fails: float = 0.0
    """Probability that it is to switch back."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """When the window opens, and how its times are written."""

    clock: float
    """Seconds since midnight."""
    day: date | None = None
    timezone: str = "UTC"
    """IANA name of the time zone."""
    past_midnight: bool = False
    """Whether 01:00 on the next day is written 25:00."""
    step: float = 0.0
    """The window's length is a multiple of it; 0 for any length."""


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """The tasks of a release.

    Raises Flawed for names that are unknown, for dependencies in a circle, and for tasks that
    would have to be done before the window and after something in it.
    """

    title: Title
    opening: Opening
    tasks: tuple[Task, ...]
    decision: Decision | None = None
    left_out: Mapping[str, Title] = field(default_factory=dict)
    """Tasks of other procedures that this one does without, and why."""

    def __post_init__(self) -> None:
        for flaw in _flaws(self):
            raise flaw

    @cached_property
    def named(self) -> Mapping[str, Task]:
        """Tasks by name."""
        return {task.name: task for task in self.tasks}

    @cached_property
    def ordered(self) -> tuple[Task, ...]:
        """Tasks, each behind those that it comes after."""
        order = TopologicalSorter(_graph(self)).static_order()
        return tuple(self.named[name] for name in order if name != DECISION)

    @cached_property
    def _after_decision(self) -> frozenset[str]:
        found = {DECISION}
        for task in self.ordered:
            if found & set(task.after):
                found.add(task.name)
        return frozenset(found)

    @property
    def before(self) -> tuple[Task, ...]:
        """Tasks before the window."""
        return tuple(task for task in self.ordered if task.before_window)

    @property
    def main(self) -> tuple[Task, ...]:
        """Tasks in the window that do not wait for the decision."""
        rest = (task for task in self.ordered if not task.before_window)
        return tuple(task for task in rest if task.name not in self._after_decision)

    @property
    def closing(self) -> tuple[Task, ...]:
        """Tasks after the decision."""
        return tuple(task for task in self.ordered if task.name in self._after_decision)

    def called(self, name: str) -> str:
        """English title of a task, of watching (DECISION), or of SWITCH_BACK."""
        if name in self.named:
            return self.named[name].title.en
        return "watching production" if name == DECISION else "switching back"

    @property
    def stops(self) -> bool:
        """Whether production is stopped at any time."""
        return any(task.stops_until for task in self.tasks)

    @property
    def trimmed(self) -> Procedure:
        """The same without the tasks that an application can do without."""
        decision = self.decision
        return replace(
            self,
            tasks=tuple(
                replace(task, after=self._kept(task.after))
                for task in self.tasks
                if not task.droppable
            ),
            decision=decision and replace(decision, after=self._kept(decision.after)),
        )

    def _kept(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the tasks, with those that each dropped one comes after in its place."""
        return tuple(dict.fromkeys(it for name in names for it in self._instead.get(name, (name,))))

    @cached_property
    def _instead(self) -> Mapping[str, tuple[str, ...]]:
        """What each dropped task comes after, without dropped ones."""
        found: dict[str, tuple[str, ...]] = {}
        for task in self.ordered:
            if task.droppable:
                after = (it for name in task.after for it in found.get(name, (name,)))
                found[task.name] = tuple(dict.fromkeys(after))
        return found


def _graph(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Return, by task and for the decision, the names that it comes after."""
    graph = {task.name: task.after for task in procedure.tasks}
    if procedure.decision:
        graph[DECISION] = procedure.decision.after
    return graph


def _flaws(procedure: Procedure) -> Iterator[Flawed]:
    """Yield what is wrong with a procedure; a flaw is searched once those before it are mended."""
    graph = _graph(procedure)
    if len(graph) < len(procedure.tasks) + bool(procedure.decision):
        yield Flawed(("tasks",), f"two tasks have one name, or one is called `{DECISION}`")
    for name, after in graph.items():
        key = (DECISION, "after") if name == DECISION else ("tasks", name, "after")
        for other in after:
            if other not in graph:
                yield Flawed(key, f"there is no task `{other}`{_known(procedure)}")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        key = (DECISION, "after") if circle[-1] == DECISION else ("tasks", circle[-1], "after")
        ring = ", which is after ".join(f"`{name}`" for name in reversed(circle))
        yield Flawed(key, f"it goes in a circle: {ring}")
    for task in procedure.tasks:
        yield from _task_flaws(procedure, task)


def _task_flaws(procedure: Procedure, task: Task) -> Iterator[Flawed]:
    named = procedure.named
    key = ("tasks", task.name)
    within = [name for name in task.after if name not in named or not named[name].before_window]
    if task.before_window and within:
        yield Flawed(
            (*key, "before_window"),
            f"it cannot be done before the window and after `{within[0]}`, which is in it",
        )
    if task.before_window and task.stops_until:
        yield Flawed((*key, "before_window"), "what stops production belongs in the window")
    if task.fails and task in procedure.closing:
        yield Flawed((*key, "fails"), "after the decision nothing is switched back any more")
    if task.stops_until is None:
        return
    last = named.get(task.stops_until)
    if last is None:
        yield Flawed(
            (*key, "stops_until"), f"there is no task `{task.stops_until}`{_known(procedure)}"
        )
    elif last.before_window:
        yield Flawed((*key, "stops_until"), f"`{last.name}` is done before the window opens")
    elif last.droppable and not task.droppable:
        yield Flawed((*key, "stops_until"), f"`{last.name}` may be dropped; name another task")


def _known(procedure: Procedure) -> str:
    return f"; there are {', '.join(task.name for task in procedure.tasks)}"
