"""State of a release, as the entries of the journal tell it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ao.colour import Colour
from ao.journal import (
    Approval,
    Ask,
    Asked,
    Begun,
    Ended,
    Entry,
    Heading,
    Judged,
    Judgement,
    Measured,
    Outcome,
    Stage,
    StepBegun,
    StepEnded,
    StepOutcome,
    Unreadable,
    summary,
)
from ao.release.person import Person
from ao.site.rules import Approve
from ao.watch.sample import Baseline

PASSED = frozenset({StepOutcome.DONE, StepOutcome.SKIPPED})
"""What a stage ended in that need not be done any more."""
SHORTEST = len("20261123-0")
"""Characters of the beginning of an ID that name a release: a date alone may be a version."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """An approval that somebody gave, whether it counts or not."""

    user: str
    """Name of the OpenStack user who gave it."""
    approval: Approval | None
    """What the approval names; None when it names nothing or cannot be read."""
    void: bool = False
    """Whether the version was deployed after it."""

    @property
    def person(self) -> Person:
        """The person who gave the approval."""
        if self.approval is None:
            return Person(user=self.user)
        return Person(user=self.user, user_id=self.approval.user_id, name=self.approval.approver)


@dataclass(frozen=True, kw_only=True)
class ReleaseState:
    """A release as far as it has come."""

    id: str
    version: str
    old: Colour
    """System that was live when it began."""
    new: Colour
    """System that it brings the version to."""
    releaser: Person
    """Who began it."""
    image: str = ""
    """ID of the image that was chosen for it; empty for that of the site file."""
    approve: Approve = Approve.AUTO
    """Who must approve of the release at least, by the rule under which it was begun."""
    done: frozenset[Stage] = frozenset()
    """Stages that have ended well, or were skipped, since the version was deployed."""
    approvals: tuple[Given, ...] = ()
    """Approvals that were given, oldest first; `ao.release.approval` tells which one counts."""
    baseline: Baseline | None = None
    """What production was like right before the switch."""
    switching: bool = False
    """Whether the release has begun to switch production."""
    switched_at: float | None = None
    """Moment at which production had moved, in seconds since 1970."""
    verdict: Judgement | str | None = None
    """Decision after the switch; None before it is made. That of another version of Ao is a word
    that this one does not know."""
    outcome: Outcome | None = None

    def is_called(self, word: str) -> bool:
        """Return whether a word is the release's version, or its ID or that one's beginning."""
        return word in (self.id, self.version) or (
            len(word) >= SHORTEST and self.id.startswith(word)
        )

    def redeployed(self) -> ReleaseState:
        """Return the release as a deploy of its version leaves it: nothing done, approvals void."""
        void = tuple(replace(given, void=True) for given in self.approvals)
        return replace(self, done=frozenset(), approvals=void)


def read_state(entries: Sequence[Entry]) -> ReleaseState | None:
    """Return a release as its entries, oldest first, tell it; None without its beginning."""
    first = next((it for it in entries if isinstance(it.event, Begun)), None)
    begun = first.event if first else None
    if not isinstance(begun, Begun) or first is None:
        return None
    if begun.version is None or begun.old is None or begun.new is not begun.old.other:
        return None
    beginning = ReleaseState(
        id=entries[0].heading.release,
        version=begun.version,
        old=begun.old,
        new=begun.new,
        releaser=Person(user=first.heading.who, user_id=begun.user_id, name=begun.releaser),
        image=begun.image,
        approve=Approve.kept(begun.approve),
    )
    return reduce(_after, entries, beginning)


def given(entry: Entry) -> Given | None:
    """Return the approval that an entry tells of; None when it tells of something else."""
    who = entry.heading.who
    match entry:
        case Entry(event=Asked(ask=Ask.APPROVE, approval=approval)):
            return Given(user=who, approval=approval)
        case Entry(event=Unreadable(), heading=Heading(summary=summary.Asked(ask=Ask.APPROVE))):
            return Given(user=who, approval=None)
    return None


def _after(sofar: ReleaseState, entry: Entry) -> ReleaseState:
    approval = given(entry)
    if approval is not None:
        return replace(sofar, approvals=(*sofar.approvals, approval))
    match entry.event:
        case StepBegun(step=Stage.DEPLOY):
            return sofar.redeployed()
        case StepBegun(step=Stage.SWITCH):
            return replace(sofar, switching=True)
        case StepEnded(step=step, outcome=outcome) if step in list(Stage) and outcome in PASSED:
            stage = Stage(step)
            before = sofar.redeployed() if stage is Stage.DEPLOY else sofar
            moved = entry.heading.at.timestamp() if stage is Stage.SWITCH else sofar.switched_at
            return replace(before, done=before.done | {stage}, switched_at=moved)
        case Measured(error_rate=rate, latency_p95=latency, online=online):
            baseline = Baseline(error_rate=rate, latency_p95=latency, online=online)
            return replace(sofar, baseline=baseline)
        case Judged(verdict=verdict):
            return replace(sofar, verdict=verdict)
        case Ended(outcome=outcome):
            return replace(sofar, outcome=outcome)
    return sofar
