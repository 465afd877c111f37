"""Releases as the headings of their entries tell them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from ao.colour import Colour
from ao.journal.act import ON_LOCK, Act
from ao.journal.events import WAITING, Ask, Outcome
from ao.journal.heading import ALONE, Heading
from ao.site.rules import Approve
from ao.untrusted.bounds import YEAR

WHOLE = 60
"""Characters of a step's text that no name is too short for."""
BROKEN_OFF = "broken off"
"""What an act, or a step, ended in that was killed."""


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """A step of a release, with its times."""

    text: str
    """The step in a few words; a long text is cut."""
    begun: datetime
    ended: datetime | None
    """None while it runs, when its end was never written, and when others decided on it."""
    outcome: str
    """What it ended in, `broken off` when it was killed; empty for nothing yet."""

    @property
    def running(self) -> bool:
        """Whether it has begun and nothing tells its end."""
        return not self.outcome

    @property
    def seconds(self) -> float | None:
        """How long it took, to the millisecond; None when its times tell no such thing.

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
    """What it is. A word that this version of Ao does not know is only shown; it is empty when its
    beginning is not in the journal."""
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
        """Whether it only took the lock by hand, or freed it."""
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
        """Why it stands still though it has not ended; empty while it is at work."""
        last = self.steps[-1].outcome if self.steps else ""
        if self.outcome is not None:
            return ""
        if self.paused:
            return "paused"
        if last == WAITING:
            return "waits for approval"
        if self.left and last == "done" and self.steps[-1].text == "approve":
            return "approved"
        if self.left:
            return BROKEN_OFF if last == BROKEN_OFF else "stopped"
        return ""

    @property
    def step(self) -> str:
        """The step that it is at, or why it stands still; empty between steps and after its end."""
        running = [step.text for step in self.steps if step.running and self.outcome is None]
        return self.standstill or (running[-1] if running else "")

    def abandoned(self) -> Operation:
        """The same, as no process is at work on it: what was under way was broken off.

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
    """The releases of a site by what its lock tells, as a process that is at work holds it.

    Of those that have not ended, the last one to write is at work while the lock is `held`.
    """
    unended = [release for release in releases if release.outcome is None]
    at_work = max(unended, key=attrgetter("last"), default=None) if held else None
    return tuple(it if it is at_work else it.abandoned() for it in releases)


def operations(headings: Iterable[Heading]) -> tuple[Operation, ...]:
    """The releases of a site's headings, oldest first; those are in the order of writing."""
    groups: dict[str, list[Heading]] = {}
    for heading in headings:
        if heading.release != ALONE:
            groups.setdefault(heading.release, []).append(heading)
    found = (_release(release, group) for release, group in groups.items())
    return tuple(sorted(found, key=attrgetter("begun")))


def _release(release: str, headings: Sequence[Heading]) -> Operation:
    by_kind: dict[str, list[Heading]] = {}
    for heading in headings:
        by_kind.setdefault(heading.kind, []).append(heading)
    first = by_kind.get("begun", headings)[0]
    begun = first if first.kind == "begun" else None
    act, version, old, new, reason, releaser, approve = _words(begun, 7)
    _, lost = _words(by_kind["switch"][-1] if "switch" in by_kind else None, 2)
    done = Outcome.DONE if act in ON_LOCK else None
    begun_by = (releaser or first.who).casefold()
    counting = [
        it
        for it in headings
        if not (
            Approve.kept(approve) is Approve.TWO_PEOPLE
            and _approved(it, version)
            and _person(it).casefold() == begun_by
        )
    ]
    own = [heading for heading in headings if heading.kind != "asked"] or headings
    return Operation(
        id=release,
        site=first.site,
        act=Act.read(act),
        version=version,
        old=_colour(old),
        new=_colour(new),
        who=first.who,
        reason=reason,
        begun=first.at,
        steps=_steps(counting, version),
        outcome=_words(by_kind["end"][-1], 1)[0] if "end" in by_kind else done,
        last=by_kind.get("end", own)[-1].at,
        lost=int(lost) if lost.isdecimal() else None,
        paused=_paused(headings),
        releaser=releaser,
        approve=Approve.kept(approve),
        approver=_approver(counting, version),
    )


def _approver(headings: Iterable[Heading], version: str) -> str:
    """Who let the version pass; empty for nobody, and while it has not passed.

    An approval lets nothing through once the version was deployed after it.
    """
    approver = passed_by = ""
    for heading in headings:
        step, outcome = _words(heading, 2)
        match heading.kind, step:
            case "asked", _ if _approved(heading, version):
                approver = _person(heading)
            case "step begun" | "step ended", "deploy":
                approver = ""
            case "step begun", "logout" | "switch":
                passed_by = approver or passed_by
            case "step ended", "approve" if outcome == "done":
                passed_by = approver or passed_by
    return passed_by


def _person(approval: Heading) -> str:
    """Who gave an approval, by what its heading tells."""
    return _words(approval, 4)[3] or approval.who


def _approved(heading: Heading, version: str) -> str:
    """The stage of the version that it approves of; empty of what is no approval.

    One that names no version and no stage is none: an older Ao wrote it to have a release go on.
    """
    ask, named, stage = _words(heading, 3)
    is_one = heading.kind == "asked" and ask == Ask.APPROVE and named and named == version
    return stage if is_one else ""


def _paused(headings: Iterable[Heading]) -> bool:
    """Whether the last that was asked, but for approvals, is a pause; no step has begun since."""
    paused = False
    for heading in headings:
        if heading.kind == "asked":
            ask, named = _words(heading, 2)
            if not (ask == Ask.APPROVE and named):
                paused = ask == Ask.PAUSE
        elif heading.kind in {"begun", "step begun"}:
            paused = False
    return paused


def _steps(headings: Iterable[Heading], version: str) -> tuple[StepRun, ...]:
    """The steps in the order of their beginnings.

    What is under way when it begins again or the release ends was broken off. What
    waited for an approval that was given is done, and how long it took tells nothing.
    """
    steps: list[StepRun] = []
    under_way: dict[str, int] = {}
    """Places of the steps under way, by how their texts begin: long names are cut."""
    waiting: list[int] = []
    """Places of those that wait."""
    for heading in headings:
        text, outcome = _words(heading, 2)
        known_by = text[:WHOLE]
        match heading.kind:
            case "begun" | "end":
                _break_off(steps, under_way.values())
                under_way.clear()
            case "asked" if stage := _approved(heading, version):
                for n in [n for n in waiting if steps[n].text == stage]:
                    steps[n] = replace(steps[n], ended=None, outcome="done")
                    waiting.remove(n)
            case "step begun":
                # Of a release that went on without a word that counts today.
                for n in [n for n in waiting if steps[n].text != text]:
                    steps[n] = replace(steps[n], ended=None, outcome="done")
                    waiting.remove(n)
                _break_off(steps, [under_way[known_by]] if known_by in under_way else [])
                under_way[known_by] = len(steps)
                steps.append(StepRun(text=text, begun=heading.at, ended=None, outcome=""))
            case "step ended" if known_by in under_way:
                n = under_way[known_by]
                steps[n] = replace(steps[n], ended=heading.at, outcome=outcome)
                if outcome:
                    del under_way[known_by]
                if outcome == WAITING:
                    waiting.append(n)
    return tuple(steps)


def _break_off(steps: list[StepRun], places: Iterable[int]) -> None:
    for n in places:
        steps[n] = replace(steps[n], outcome=BROKEN_OFF)


def _words(heading: Heading | None, count: int) -> tuple[str, ...]:
    """So many words of a heading, empty ones for those that it lacks."""
    return (*(heading.words if heading else ()), *[""] * count)[:count]


def _colour(word: str) -> Colour | None:
    return Colour(word) if word in list(Colour) else None
