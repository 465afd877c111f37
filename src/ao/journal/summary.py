"""Summaries of events: what the words of an entry's heading tell, without the entry's text.

Each is a part of the event of the same name in `ao.journal.events`, whose `words` a heading keeps
in order. Anybody may have written a heading, and other versions of Ao write more words or fewer:
what is not told has the value that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ao.colour import Colour
from ao.journal.act import Act
from ao.journal.events import ONE_WAY, Ask, StepOutcome
from ao.site.rules import Approve


@dataclass(frozen=True, kw_only=True)
class Begun:
    """An operation begins."""

    act: Act | str = ""
    """The act that was ordered; a word that this version of Ao does not know is only shown."""
    version: str = ""
    """Version that it brings or makes live; empty for none."""
    old: Colour | None = None
    """Colour that is live as it begins."""
    new: Colour | None = None
    """Colour that it deploys to or makes live."""
    reason: str = ""
    """Why, as somebody wrote it; a long text is cut."""
    releaser: str = ""
    """Person for whom it is begun, as a CI names one."""
    approve: Approve = Approve.AUTO
    """Who must approve of it at least."""


@dataclass(frozen=True, kw_only=True)
class StepBegun:
    """A step begins."""

    step: str
    """The step, by its word; the text of another version of Ao may be cut."""


@dataclass(frozen=True, kw_only=True)
class StepEnded:
    """A step has ended."""

    step: str
    """The step, as it was called at its beginning; a long text may be cut more or less."""
    outcome: StepOutcome | str
    """What it ended in; a word that this version of Ao does not know is only shown."""


@dataclass(frozen=True, kw_only=True)
class Switched:
    """Production was switched, or that was tried."""

    lost: int | None
    """Requests that were lost; None when nothing was measured."""


@dataclass(frozen=True, kw_only=True)
class MigrationTold:
    """Whether a version changes the database one-way was asked."""

    version: str
    may_go_back: bool
    """Whether the answer was that there is a way back, and nothing else."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Something was asked of an open release."""

    ask: str
    """What was asked, as `Ask` has it."""
    version: str = ""
    """Version that is approved; empty of what approves of nothing."""
    stage: str = ""
    """Stage that is approved."""
    approver: str = ""
    """Person for whom its user approves, as a CI names one."""

    @property
    def is_approval(self) -> bool:
        """Whether it is an approval that names what it approves.

        An older Ao's `release continue` wrote one that names nothing, and had the release go on.
        """
        return self.ask == Ask.APPROVE and bool(self.version)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """An operation has ended."""

    outcome: str
    """What it ended in, as `Outcome` has it; empty when that is not told."""


Summary = Begun | StepBegun | StepEnded | Switched | MigrationTold | Asked | Ended
"""The words of a heading as values, for each kind of event of which Ao uses them."""


def read(kind: str, words: Sequence[str]) -> Summary | None:
    """Return what the words of a heading tell; None of a kind whose words are only shown."""
    match kind:
        case "begun":
            act, version, old, new, reason, releaser, approve = _padded(words, 7)
            return Begun(
                act=Act.read(act),
                version=version,
                old=_colour(old),
                new=_colour(new),
                reason=reason,
                releaser=releaser,
                approve=Approve.kept(approve),
            )
        case "step begun":
            (step,) = _padded(words, 1)
            return StepBegun(step=step)
        case "step ended":
            step, outcome = _padded(words, 2)
            return StepEnded(step=step, outcome=StepOutcome.read(outcome))
        case "switch":
            _, lost = _padded(words, 2)
            return Switched(lost=int(lost) if lost.isdecimal() else None)
        case "migration":
            version, answer = _padded(words, 2)
            alone = len(words) == 2 and answer == ONE_WAY[False]
            return MigrationTold(version=version, may_go_back=alone)
        case "asked":
            ask, version, stage, approver = _padded(words, 4)
            return Asked(ask=ask, version=version, stage=stage, approver=approver)
        case "end":
            (outcome,) = _padded(words, 1)
            return Ended(outcome=outcome)
    return None


def _padded(words: Sequence[str], count: int) -> tuple[str, ...]:
    """Return the first `count` words, with empty ones for those that are not there."""
    return (*words, *[""] * count)[:count]


def _colour(word: str) -> Colour | None:
    return Colour(word) if word in list(Colour) else None
