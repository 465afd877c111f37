"""Durations of the stages of a site's past releases, by the names of the stages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ao.journal import Entry, Operation, Outcome, Stage, Switched
from ao.message import message
from ao.timetable.durations import Measured, TaskDuration
from ao.timetable.procedure import Procedure

DRAIN, SWITCH, WATCH, SWITCH_BACK = "drain", Stage.SWITCH, Stage.WATCH, message("switch back")
WORDS = (
    Stage.DEPLOY,
    Stage.CHECK,
    Stage.MATCH,
    Stage.LOGOUT,
    SWITCH,
    DRAIN,
    WATCH,
    SWITCH_BACK,
)
"""What can be measured: stages of a release (ao.journal.stage) and parts of them."""
LATEST = 20
"""Times that count, of each word; older ones are of another site."""
LONGEST = 2 * 86_400.0
"""Seconds of a time that counts. A longer one is of a stage that stood still, or of an entry that
somebody wrote by hand: no timetable has room for it."""

Times = Mapping[str, tuple[float, ...]]
"""Measured seconds by word, oldest first."""


def drains(entries: Iterable[Entry]) -> dict[str, float]:
    """Seconds that the drain after each release's first switch took, by the release's ID."""
    found: dict[str, float] = {}
    for entry in entries:
        if isinstance(entry.event, Switched) and entry.event.cutover.drain:
            found.setdefault(entry.heading.release, entry.event.cutover.drain.seconds)
    return found


def measured(releases: Iterable[Operation], drained: Mapping[str, float]) -> Times:
    """Return the durations of stages that went well, of releases and of commands that ran alone.

    A switch counts without its drain, which `drained` tells by the release's ID.
    """
    found: dict[str, list[float]] = {word: [] for word in WORDS}
    for release in releases:
        for word, seconds in _parts(release):
            drain = drained.get(release.id, 0.0) if word == SWITCH else 0.0
            if word in found:
                found[word].append(max(0.0, seconds - drain))
        if release.id in drained:
            found[DRAIN].append(drained[release.id])
    counting = {word: [it for it in own if it <= LONGEST] for word, own in found.items()}
    return {word: tuple(seconds[-LATEST:]) for word, seconds in counting.items() if seconds}


def _parts(release: Operation) -> list[tuple[str, float]]:
    """Return the words and seconds of the stages that went well; a command alone is one stage."""
    if not release.steps and release.outcome == Outcome.DONE:
        return [(release.act, release.seconds)]
    return [
        (step.text, step.seconds)
        for step in release.steps
        if step.done and step.seconds is not None
    ]


def applied(procedure: Procedure, times: Times) -> tuple[Procedure, Sequence[str]]:
    """The procedure with measured times in place of its own, and the words that have none."""
    missing: dict[str, None] = {}

    def taken(word: str | None, own: TaskDuration) -> TaskDuration:
        if word is None:
            return own
        if word in times:
            return Measured(seconds=times[word])
        missing[word] = None
        return own

    decision = procedure.decision
    changed = replace(
        procedure,
        tasks=tuple(
            replace(task, takes=taken(task.history, task.takes)) for task in procedure.tasks
        ),
        decision=decision
        and replace(
            decision,
            watch=taken(WATCH, decision.watch),
            switch_back=taken(SWITCH_BACK, decision.switch_back),
        ),
    )
    return changed, tuple(missing)
