"""Events that the journal keeps, as frozen values.

Texts that people or programs write freely are redacted and cut as they are kept. All are read
back by the types of `ao.untrusted.texts` and `ao.untrusted.bounds`: anybody with a role in the
project may have written them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    WrapSerializer,
)

from ao.colour import Colour
from ao.cutover.cutover import CutOver, drawable
from ao.journal.act import Act
from ao.redaction import redact
from ao.site.name_types import ImageId, PersonName, UserId, Version
from ao.untrusted.bounds import AtMost, Count, Seconds, Share
from ao.untrusted.texts import Line, Text, Word

LONGEST = 4000
"""Characters of a free text that are kept."""
MANY = 1000
"""Things of a kind that an event tells at most."""
ONE_WAY = {True: "one-way", False: "way back", None: "not known"}
"""Words for whether a version changes the database one-way."""


def _kept(text: str) -> str:
    plain = redact(text)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}… ({len(plain)} characters)"


Free = Annotated[Text, PlainSerializer(_kept)]
"""A text that somebody writes freely."""
Person = Annotated[PersonName, PlainSerializer(_kept)]
"""A person for whom a user acts, as a CI names one; empty for nobody."""


def _kept_cutover(cutover: CutOver, write: SerializerFunctionWrapHandler) -> object:
    drain = cutover.drain and replace(cutover.drain, text=_kept(cutover.drain.text))
    failure = cutover.failure and _kept(cutover.failure)
    return write(replace(cutover, drain=drain, failure=failure))


class Ask(StrEnum):
    """What another process asks of a running release."""

    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"


class Judgement(StrEnum):
    """Decision on a switch in a release, as the journal has it."""

    KEEP = "keep"
    BACK = "switch back"
    """Production goes back to the system that was live before."""
    NO_RETURN = "past the point of no return"
    """Production would go back, but its database was changed one-way."""


class Outcome(StrEnum):
    """What a release, or another act on a site, ended in."""

    RELEASED = "released"
    DONE = "done"
    """What an act other than a release ended in when all went well."""
    LEFT_TO_HEAT = "left to Heat"
    """What a deploy or a change of size ended in that nobody waited for."""
    ROLLED_BACK = "rolled back"
    CHECK_FAILED = "check failed"
    ABORTED = "aborted"
    FAILED = "failed"


class StepOutcome(StrEnum):
    """What a step ended in."""

    DONE = "done"
    FAILED = "failed"
    ABORTED = "aborted"
    """Somebody aborted the release meanwhile."""
    WAITING = "waiting"
    """It waits until somebody has decided; a later run of the command goes on with it."""
    SKIPPED = "skipped"
    """It was not to be done."""
    BROKEN_OFF = "broken off"
    """Its process was killed. No entry tells so: it follows from what was written after it."""

    @classmethod
    def read(cls, word: str) -> StepOutcome | str:
        """Return the outcome that a stored word names.

        That of another version of Ao, which this one does not know, stays a word to be shown.
        """
        return cls(word) if word in list(cls) else word


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A release, or another act on a site, begins."""

    kind: Literal["begun"] = "begun"
    act: Annotated[Act | Word, Field(union_mode="left_to_right")]
    """The act that was ordered; of another version of Ao a word that is only shown."""
    version: Version | None = None
    """Version that it brings or makes live."""
    old: Colour | None = None
    """Colour that is live as it begins."""
    new: Colour | None = None
    """Colour that it deploys to or makes live."""
    url: Free = ""
    """Where the build that it is part of is seen."""
    plan: Annotated[tuple[Free, ...], AtMost(MANY)] = ()
    """Steps that it means to take."""
    reason: Free = ""
    user_id: UserId = ""
    """ID of the OpenStack user who begins it; empty of one that an older Ao began."""
    releaser: Person = ""
    """Person for whom that user begins it, as a CI names one."""
    approve: Word = ""
    """Who must approve of a release, as `ao.site.rules.Approve` has it; empty of anything else, and
    of one that an older Ao began."""
    image: ImageId = ""
    """ID of the image that was chosen for it; empty for that of the site file."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        told = self.act, self.version or "", self.old or "", self.new or "", self.reason
        if self.approve:
            return *told, self.releaser, self.approve
        return (*told, self.releaser) if self.releaser else told


@dataclass(frozen=True, kw_only=True)
class StepBegun:
    """A step begins."""

    kind: Literal["step begun"] = "step begun"
    step: Free
    """The step, in a few words."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return (self.step,)


@dataclass(frozen=True, kw_only=True)
class StepEnded:
    """A step has ended."""

    kind: Literal["step ended"] = "step ended"
    step: Free
    """The step, as it was called at its beginning."""
    seconds: Seconds
    """How long it took."""
    outcome: Annotated[StepOutcome | Word, Field(union_mode="left_to_right")] = StepOutcome.DONE
    """What it ended in; of another version of Ao a word that is only shown."""
    why: Free = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return self.step, self.outcome


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """How one check went."""

    name: Line
    passed: bool
    seconds: Seconds
    """How long it took, with all its attempts."""
    why: Free = ""
    """Why it failed."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The checks before a switch have run."""

    kind: Literal["checks"] = "checks"
    results: Annotated[tuple[CheckResult, ...], AtMost(MANY)]

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The results of the checks that failed."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return str(len(self.results) - len(self.failed)), str(len(self.results))


@dataclass(frozen=True, kw_only=True)
class Switched:
    """Production was switched, or that was tried."""

    kind: Literal["switch"] = "switch"
    cutover: Annotated[CutOver, AfterValidator(drawable), WrapSerializer(_kept_cutover)]
    """The switch as it was measured."""
    cut: Annotated[tuple[Line, ...], AtMost(MANY)] = ()
    """What was left out of it to make it fit."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event: its target, and requests lost if counted."""
        recording = self.cutover.recording
        return self.cutover.new, str(recording.lost) if recording else ""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What production was like right before a switch; a watch that is taken up again needs it."""

    kind: Literal["baseline"] = "baseline"
    error_rate: Share | None
    """Part of the probe's requests that was lost; None when there were too few."""
    latency_p95: Seconds | None
    """Seconds that 95 of 100 answers did not exceed; None when there were too few."""
    online: Count
    """Servers of the new system that passed the health check."""

    @property
    def words(self) -> tuple[str, ...]:
        """No words: the heading tells nothing of the event but its kind."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The decision after a switch was made."""

    kind: Literal["verdict"] = "verdict"
    verdict: Annotated[Judgement | Word, Field(union_mode="left_to_right")]
    """What was decided; of another version of Ao a word that is only shown."""
    why: Free = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return (self.verdict,)


@dataclass(frozen=True, kw_only=True)
class MigrationTold:
    """Whether a version changes the database one-way was asked before production moved to it."""

    kind: Literal["migration"] = "migration"
    version: Version
    one_way: bool | None
    """Whether it does; None when the site's command did not tell, or was not asked."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return self.version, ONE_WAY[self.one_way]


@dataclass(frozen=True, kw_only=True)
class Overridden:
    """Somebody went past what would have refused."""

    kind: Literal["override"] = "override"
    what: Free
    """What would have refused, for example `a freeze` or `the lock of …`."""
    reason: Free

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return (self.what,)


@dataclass(frozen=True, kw_only=True)
class TakenOver:
    """The lock of somebody else, which counted no more, was taken over."""

    kind: Literal["take-over"] = "take-over"
    holder: Free
    """Who held it, for what, since when."""
    why: Free
    """Why it counted no more."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return (self.holder,)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """What an approval names: it is one of nothing else.

    Each has a default, so that one that lacks something is read, told and not taken.
    """

    release: Line = ""
    """ID of the release."""
    version: Line = ""
    stage: Word = ""
    """Stage of the release that it lets pass."""
    old: Word = ""
    """Colour that production is to leave."""
    new: Word = ""
    """Colour that production is to move to."""
    stack: Line = ""
    """ID of that system's stack."""
    deploy: Word = ""
    """Mark of the deploy that defined it."""
    user_id: UserId = ""
    """ID of the OpenStack user who approves."""
    approver: Person = ""
    """Person for whom that user approves, as a CI names one."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Another process asks something of an open release."""

    kind: Literal["asked"] = "asked"
    ask: Ask
    reason: Free = ""
    approval: Approval | None = None
    """What is approved. An approval without it, as an older Ao's `release continue` writes
    one, approves nothing and has the release go on."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event: of an approval also version, stage, person."""
        if self.approval is None:
            return (self.ask,)
        return self.ask, self.approval.version, self.approval.stage, self.approval.approver


@dataclass(frozen=True, kw_only=True)
class Noted:
    """Something that those who read the journal should know."""

    kind: Literal["note"] = "note"
    text: Free

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return (self.text,)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A release, or another act on a site, has ended."""

    kind: Literal["end"] = "end"
    outcome: Outcome
    why: Free = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that the heading tells of the event, in their order."""
        return (self.outcome,)


Event = Annotated[
    Begun
    | StepBegun
    | StepEnded
    | Checked
    | Switched
    | Measured
    | Judged
    | MigrationTold
    | Overridden
    | TakenOver
    | Asked
    | Noted
    | Ended,
    Field(discriminator="kind"),
]
