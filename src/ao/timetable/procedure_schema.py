"""The shape of a procedure's YAML file."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from ao.config.section import Duration, Section, TimeZone
from ao.timetable.durations import Fixed
from ao.timetable.file_values import Probability, TakesText, TitleText
from ao.timetable.procedure import DECISION, Decision, Opening, Procedure, Task
from ao.timetable.title import Title
from ao.untrusted.bounds import YEARS
from ao.untrusted.printable import printable

NAME = r"^[a-z][a-z0-9_-]*$"
"""Names of tasks."""
MOST = 200
"""Tasks that a procedure may have."""
_OPENS = re.compile(r"((?P<day>\d{4}-\d\d-\d\d) )?(?P<hour>[0-3]\d|4[0-7]):[0-5]\d", re.ASCII)
"""A time, with hours of the next day as tables have them that go on counting after midnight."""


class TaskSection(Section):
    """Something to be done."""

    title: TitleText | None = Field(default=None, examples=["acceptance test"])
    """What it is called, as text or as `{en: …, ja: …}`. Default: its name."""
    takes: TakesText = Field(examples=["5m"])
    """How long it takes: a duration, a range or a distribution."""
    after: tuple[str, ...] | None = Field(default=None, strict=False, examples=[["backup"]])
    """Tasks that it comes after; `decision` for the decision. Default: the task above it."""
    by: TitleText | None = Field(default=None, examples=["operators"])
    """Person or role that does the task."""
    before_window: bool = Field(default=False, examples=[True])
    """Whether it is done before the window opens."""
    why: TitleText | None = Field(default=None, examples=["done on the standby"])
    """Why it can be done before the window."""
    stops: bool = Field(default=False, examples=[True])
    """Whether production is stopped while it runs."""
    stops_until: str | None = Field(default=None, examples=["switch"])
    """It stops production, and at the end of this task production is open again."""
    droppable: bool = Field(default=False, examples=[True])
    """Whether an application can do without it, for instance when users are drained."""
    fails: Probability = Field(default=0.0, examples=[0.02])
    """Probability that it fails; then the release is called off, or switched back."""
    row: TitleText | None = Field(default=None, examples=["production stops"])
    """Row of the timetable that it shares with tasks of the same row."""
    history: str | None = Field(default=None, examples=["deploy"])
    """Word under which the journal's times are found: deploy, check, switch, drain or watch."""

    def value(self, name: str, above: tuple[str, ...]) -> Task:
        """Return the task that the section describes; `above` is the task above it, if any."""
        return Task(
            name=name,
            title=self.title or Title(en=name),
            takes=self.takes,
            after=above if self.after is None else self.after,
            by=self.by,
            before_window=self.before_window,
            why=self.why,
            stops_until=self.stops_until or (name if self.stops else None),
            droppable=self.droppable,
            fails=self.fails,
            row=self.row,
            history=self.history,
        )


class DecisionSection(Section):
    """The decision whether to keep the new version or to switch back."""

    after: tuple[str, ...] = Field(strict=False, min_length=1, examples=[["switch"]])
    """Tasks that it comes after."""
    watch: TakesText = Field(default=Fixed(seconds=0.0), examples=["5m"])
    """How long production is watched before the decision."""
    switch_back: TakesText = Field(examples=["20m"])
    """How long switching back takes."""
    fails: Probability = Field(default=0.0, examples=[0.01])
    """Probability that it is to switch back."""

    def value(self) -> Decision:
        """Return the decision that the section describes."""
        return Decision(
            after=self.after, watch=self.watch, switch_back=self.switch_back, fails=self.fails
        )


class WindowSection(Section):
    """The window, by the clock."""

    past_midnight: bool = Field(default=False, examples=[True])
    """Whether 01:00 on the next day is written 25:00."""
    opens: str = Field(examples=["23:00", "2026-11-29 23:00"])
    """When it opens: a time, or a day and a time. Quote it. With `past_midnight` also as 25:00."""
    timezone: TimeZone = Field(default="UTC", examples=["Asia/Tokyo"])
    """Time zone, by its IANA name; on a day given it is looked whether the clocks change."""
    step: Duration = Field(default=0, le=86400, examples=["15m"])
    """The window's length is a multiple of it; 0 for any length."""

    @field_validator("step")
    @classmethod
    def _not_tiny(cls, step: float) -> float:
        if 0 < step < 1:
            raise ValueError("the step is 0, or a second at least")
        return step

    @field_validator("opens")
    @classmethod
    def _moment(cls, opens: str, info: ValidationInfo) -> str:
        found = _OPENS.fullmatch(opens)
        if not found:
            shown = printable(repr(opens), 40)
            raise ValueError(f"{shown} is no time; write for example '23:00'")
        if found["day"] and date.fromisoformat(found["day"]).year not in YEARS:
            raise ValueError(f"the day is in none of the years {YEARS[0]} to {YEARS[-1]}")
        if int(found["hour"]) >= 24 and not info.data.get("past_midnight"):
            there = f"{int(found['hour']) - 24:02}{opens[-3:]}"
            following = f" of the day after {found['day']}" if found["day"] else ""
            raise ValueError(
                f"{opens!r} needs `past_midnight: true`; or write {there!r}{following}"
            )
        return opens

    def value(self) -> Opening:
        """Return the opening that the section describes."""
        *day, clock = self.opens.split()
        hour, minute = map(int, clock.split(":"))
        return Opening(
            clock=hour * 3600.0 + minute * 60.0,
            day=date.fromisoformat(day[0]) if day else None,
            timezone=self.timezone,
            past_midnight=self.past_midnight,
            step=self.step,
        )


class ProcedureFile(Section):
    """A procedure: the tasks of a release."""

    title: TitleText = Field(examples=["Conventional release"])
    """What it is called."""
    window: WindowSection
    tasks: dict[str, TaskSection] = Field(min_length=1, max_length=MOST)
    """Tasks by name, in their order."""
    decision: DecisionSection | None = None
    left_out: dict[str, TitleText] = Field(
        default={}, examples=[{"backup": "the old system is the backup"}]
    )
    """Tasks of other procedures that this one does without, and why."""

    @field_validator("tasks")
    @classmethod
    def _names(cls, tasks: dict[str, Any]) -> dict[str, Any]:
        for name in tasks:
            if not re.fullmatch(NAME, name) or name == DECISION:
                raise ValueError(f"{name!r} cannot be a task's name; take small letters and -")
        return tasks

    def value(self) -> Procedure:
        """Return the procedure that the section describes; raises Flawed."""
        tasks: list[Task] = []
        for name, section in self.tasks.items():
            tasks.append(section.value(name, tuple(task.name for task in tasks[-1:])))
        return Procedure(
            title=self.title,
            opening=self.window.value(),
            tasks=tuple(tasks),
            decision=self.decision.value() if self.decision else None,
            left_out=self.left_out,
        )
