"""Operations as the headings of their entries tell them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from ao.colour import Colour
from ao.journal.act import ON_LOCK, Act
from ao.journal.events import Ask, Outcome, StepOutcome
from ao.journal.heading import ALONE, Heading
from ao.journal.stage import STEPS, Stage
from ao.journal.summary import Asked, Begun, Ended, StepBegun, StepEnded, Switched
from ao.site.rules import Approve
from ao.untrusted.bounds import YEAR

WHOLE = 60
"""Characters of a text that no name of an entry is too short for."""
BROKEN_OFF = StepOutcome.BROKEN_OFF
"""The outcome of an operation, or of a step, whose process was killed."""


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """A step of a release, with its times."""

    text: str
    """The step: one of `ao.journal.stage.STEPS`, or a text of another version of Ao, which is cut
    when it is long."""
    begun: datetime
    ended: datetime | None
    """None while it runs, when its end was never written, and when others decided on it."""
    outcome: StepOutcome | str
    """What it ended in; empty for nothing yet. A word that this version of Ao does not know is only
    shown."""

    @property
    def running(self) -> bool:
        """Whether the step has begun and nothing tells its end."""
        return not self.outcome

    @property
    def done(self) -> bool:
        """Whether the step has ended well."""
        return self.outcome == StepOutcome.DONE

    @property
    def seconds(self) -> float | None:
        """Seconds that the step took, to the millisecond; None when its times tell no such thing.

        They are by the clocks of the machines that wrote, and anybody may have written.
        """
        seconds = (self.ended - self.begun).total_seconds() if self.ended else None
        return seconds if seconds is not None and 0 <= seconds <= YEAR else None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A release, or another act on a site: `ao switch` alone, for example."""

    id: str
    site: str
    act: Act | str
    """The act that was ordered. A word that this version of Ao does not know is only shown; it is
    empty when the operation's beginning is not in the journal."""
    version: str
    """Version that it brings or makes live; empty for none."""
    old: Colour | None
    """Colour that was live as it began."""
    new: Colour | None
    """Colour that it deploys to or makes live."""
    who: str
    """OpenStack user who began it."""
    reason: str
    """Why, in that user's words; a long text is cut."""
    begun: datetime
    steps: tuple[StepRun, ...]
    outcome: str | None
    """What it ended in; None while it runs or waits, and when only the lock tells its end."""
    last: datetime
    """Last sign of life: when it ended, or last wrote an entry."""
    lost: int | None
    """Requests that its last switch lost; None when it has none or nothing was measured."""
    paused: bool
    """Whether it was asked to pause, and has not gone on since."""
    releaser: str = ""
    """Person for whom it was begun, as a CI named one."""
    approve: Approve = Approve.AUTO
    """Who must approve of it at least, as its beginning tells: the site file may ask for more."""
    approver: str = ""
    """Whose approval let it pass: the person whom a CI named, or else the OpenStack user."""
    left: bool = False
    """Whether no process is at work on it, as far as that is known."""

    @property
    def on_lock(self) -> bool:
        """Whether the operation only took the lock by hand, or freed it."""
        return self.act in ON_LOCK

    @property
    def is_open_release(self) -> bool:
        """Whether it is a release that has not ended."""
        return self.act == Act.RELEASE and self.outcome is None

    @property
    def seconds(self) -> float:
        """From its beginning to its last sign of life; 0 when that was before it."""
        return max(0.0, (self.last - self.begun).total_seconds())

    @property
    def standstill(self) -> str:
        """Why the operation stands still without having ended; empty while it is at work."""
        last = self.steps[-1] if self.steps else None
        outcome = last.outcome if last else ""
        if self.outcome is not None:
            return ""
        if self.paused:
            return "paused"
        if outcome == StepOutcome.WAITING:
            return "waits for approval"
        if self.left and last and last.done and last.text == Stage.APPROVE:
            return "approved"
        if self.left:
            return BROKEN_OFF if outcome == BROKEN_OFF else "stopped"
        return ""

    def runs(self, step: str) -> tuple[StepRun, ...]:
        """Return the runs of a step, oldest first: it begins again when it was broken off."""
        return tuple(run for run in self.steps if run.text == step)

    @property
    def step(self) -> str:
        """The step under way, or why the operation stands still; else empty."""
        running = [step.text for step in self.steps if step.running and self.outcome is None]
        return self.standstill or (running[-1] if running else "")

    def abandoned(self) -> Operation:
        """Return the operation as one that no process works on: what was under way was broken off.

        A release stays open, and the same command goes on with it.
        """
        if self.outcome is not None:
            return self
        return replace(
            self,
            steps=tuple(
                replace(step, outcome=BROKEN_OFF) if step.running else step for step in self.steps
            ),
            outcome=None if self.act == Act.RELEASE else BROKEN_OFF,
            paused=False,
            left=True,
        )


def settled(releases: Sequence[Operation], *, held: bool) -> tuple[Operation, ...]:
    """Return a site's operations with those as abandoned that no process works on.

    Of those that have not ended, the last one to write is at work while the lock is `held`.
    """
    unended = [release for release in releases if release.outcome is None]
    at_work = max(unended, key=attrgetter("last"), default=None) if held else None
    return tuple(it if it is at_work else it.abandoned() for it in releases)


def operations(headings: Iterable[Heading]) -> tuple[Operation, ...]:
    """Return the operations that headings, in the order of writing, tell of, oldest first."""
    groups: dict[str, list[Heading]] = {}
    for heading in headings:
        if heading.release != ALONE:
            groups.setdefault(heading.release, []).append(heading)
    found = (_operation(id, group) for id, group in groups.items())  # noqa: A001
    return tuple(sorted(found, key=attrgetter("begun")))


def _operation(id: str, headings: Sequence[Heading]) -> Operation:  # noqa: A002
    first = next((it for it in headings if isinstance(it.summary, Begun)), headings[0])
    begun = first.summary if isinstance(first.summary, Begun) else Begun()
    end = next((it for it in reversed(headings) if isinstance(it.summary, Ended)), None)
    switches = [it.summary for it in headings if isinstance(it.summary, Switched)]
    # What others ask is no sign of life.
    own = [it for it in headings if not isinstance(it.summary, Asked)] or headings
    done = Outcome.DONE if begun.act in ON_LOCK else None
    begun_by = (begun.releaser or first.who).casefold()
    counting = [
        it
        for it in headings
        if not (
            begun.approve is Approve.TWO_PEOPLE
            and _approved(it, begun.version)
            and _approver(it).casefold() == begun_by
        )
    ]
    return Operation(
        id=id,
        site=first.site,
        act=begun.act,
        version=begun.version,
        old=begun.old,
        new=begun.new,
        who=first.who,
        reason=begun.reason,
        begun=first.at,
        steps=_steps(counting, begun.version),
        outcome=end.summary.outcome if end and isinstance(end.summary, Ended) else done,
        last=(end or own[-1]).at,
        lost=switches[-1].lost if switches else None,
        paused=_paused(headings),
        releaser=begun.releaser,
        approve=begun.approve,
        approver=_passed_by(counting, begun.version),
    )


def _passed_by(headings: Iterable[Heading], version: str) -> str:
    """Return who let the version pass; empty for nobody, and while it has not passed.

    An approval lets nothing through once the version was deployed after it.
    """
    approver = passed_by = ""
    for heading in headings:
        match heading.summary:
            case Asked() if _approved(heading, version):
                approver = _approver(heading)
            case StepBegun(step=Stage.DEPLOY) | StepEnded(step=Stage.DEPLOY):
                approver = ""
            case StepBegun(step=Stage.LOGOUT | Stage.SWITCH):
                passed_by = approver or passed_by
            case StepEnded(step=Stage.APPROVE, outcome=StepOutcome.DONE):
                passed_by = approver or passed_by
    return passed_by


def _approver(approval: Heading) -> str:
    """Return who gave an approval: the person whom a CI named, or else the OpenStack user."""
    told = approval.summary
    return (told.approver if isinstance(told, Asked) else "") or approval.who


def _approved(heading: Heading, version: str) -> str:
    """Return the stage of the version that a heading approves of; empty when it approves none.

    One that names no version and no stage is none: an older Ao wrote it to have a release go on.
    """
    match heading.summary:
        case Asked(is_approval=True, version=named, stage=stage) if named == version:
            return stage
    return ""


def _paused(headings: Iterable[Heading]) -> bool:
    """Return whether a pause was asked for last, approvals aside, and no step has begun since."""
    paused = False
    for heading in headings:
        match heading.summary:
            case Asked(is_approval=False, ask=ask):
                paused = ask == Ask.PAUSE
            case Begun() | StepBegun():
                paused = False
    return paused


def _steps(headings: Iterable[Heading], version: str) -> tuple[StepRun, ...]:
    """Return the steps in the order of their beginnings.

    What is under way when it begins again or the release ends was broken off. What
    waited for an approval that was given is done, and how long it took tells nothing.
    """
    steps: list[StepRun] = []
    under_way: dict[str, int] = {}
    """Places of the steps under way, by their keys."""
    waiting: list[int] = []
    """Places of those that wait."""
    for heading in headings:
        match heading.summary:
            case Begun() | Ended():
                _break_off(steps, under_way.values())
                under_way.clear()
            case Asked() if stage := _approved(heading, version):
                for n in [n for n in waiting if steps[n].text == stage]:
                    steps[n] = replace(steps[n], ended=None, outcome=StepOutcome.DONE)
                    waiting.remove(n)
            case StepBegun(step=step):
                # Of a release that went on without a word that counts today.
                for n in [n for n in waiting if steps[n].text != step]:
                    steps[n] = replace(steps[n], ended=None, outcome=StepOutcome.DONE)
                    waiting.remove(n)
                key = _key(step)
                _break_off(steps, [under_way[key]] if key in under_way else [])
                under_way[key] = len(steps)
                steps.append(StepRun(text=step, begun=heading.at, ended=None, outcome=""))
            case StepEnded(step=step, outcome=outcome) if _key(step) in under_way:
                n = under_way[_key(step)]
                steps[n] = replace(steps[n], ended=heading.at, outcome=outcome)
                if outcome:
                    del under_way[_key(step)]
                if outcome == StepOutcome.WAITING:
                    waiting.append(n)
    return tuple(steps)


def _key(step: str) -> str:
    """Return what the beginning and the end of a step have in common.

    It is the step's own word. Steps of another version of Ao may be texts, which the name of an
    entry cuts, and differently at their beginning and at their end: of these it is what is whole.
    """
    return step if step in STEPS else step[:WHOLE]


def _break_off(steps: list[StepRun], places: Iterable[int]) -> None:
    for n in places:
        steps[n] = replace(steps[n], outcome=StepOutcome.BROKEN_OFF)
