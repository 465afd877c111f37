"""The way back: which system was live before, and whether it still has that version. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ao.colour import Colour
from ao.journal import MOVING, Act, Operation, Outcome, Stage, StepOutcome
from ao.message import Message, message
from ao.plan.facts import Facts

KILLED = {None, StepOutcome.BROKEN_OFF}
"""Outcomes of an operation whose process has ended without a word. One that failed has told why,
and whoever says `ao back` after it may want to leave the system that it went to."""


@dataclass(frozen=True, kw_only=True)
class _Move:
    """A move of production, as the journal tells it."""

    at: datetime
    to: Colour
    version: str
    """Version that became live; empty when the journal does not tell."""
    returned_from: str = ""
    """Version that was switched back with it; empty for none."""


def blocker(operations: Sequence[Operation], facts: Facts) -> str:
    """Return why production may not go back to the standby; empty when it may.

    It may when the last operation that moved production left the standby with the version that
    it still has. The operations are those of the site's journal.
    """
    if facts.live is None:
        return message("no system is live")
    why = _no_return(operations, facts, facts.live, facts.live.other)
    if facts.switching_to is facts.live or (facts.switching_to is not None and why):
        return message(
            "a switch to %(colour)s was begun and is not finished", colour=facts.switching_to
        )
    return why


def moved_away(operations: Sequence[Operation], facts: Facts) -> Message | None:
    """Return that somebody else has moved production since Ao did; None where nobody has.

    Of a load balancer of Ao's nobody is expected to; one that is adopted has an owner, whose tool
    may lead its listener back. Octavia does not tell who it was.
    """
    if facts.adoption is None or facts.live is None:
        return None
    moves = sorted(_moves(operations, facts.live), key=lambda move: move.at)
    if not moves or moves[-1].to is facts.live:
        return None
    return message(
        "Ao has led users to %(to)s at %(at)s UTC, and now they are led to %(live)s: somebody else "
        "has done that, perhaps a tool of the owner's that says the listener's default pool. Ao "
        "leaves it so; `ao switch %(name)s` leads them to %(to)s again.",
        to=moves[-1].to,
        at=f"{moves[-1].at:%Y-%m-%d %H:%M:%S}",
        live=facts.live,
        name=moves[-1].to.value,
    )


def begun(operations: Sequence[Operation], facts: Facts) -> Colour | None:
    """Return the live system if a way back to it was broken off after production had moved.

    The load balancer does not always tell: by header nothing is left to be moved then, and the
    version that was left would count as what was live before. The operations are those of the
    site's journal.
    """
    last = next((it for it in reversed(operations) if it.act in MOVING), None)
    if last is None or last.act != Act.SWITCH or last.outcome not in KILLED:
        return None
    if last.old is None or last.new is not facts.live or last.new is not last.old.other:
        return None
    before = [it for it in operations if it is not last]
    return None if _no_return(before, facts, last.old, last.new) else last.new


def _no_return(operations: Sequence[Operation], facts: Facts, live: Colour, to: Colour) -> str:
    """Return why a system is not what was live before the live one; empty when it is."""
    moves = sorted(_moves(operations, live), key=lambda move: move.at)
    if not moves or moves[-1].to is not live:
        return message("the journal does not tell what was live before %(colour)s", colour=live)
    last, there = moves[-1], facts.systems[to].version
    if last.returned_from:
        return message(
            "%(version)s on %(colour)s was switched back", version=last.returned_from, colour=to
        )
    if facts.systems[to].is_adopted:
        # Nobody deploys to it, so that it has what it had.
        return ""
    known = [move.version for move in moves[:-1] if move.to is to and move.version]
    if there is None:
        return message("which version %(colour)s has is not known", colour=to)
    if known and known[-1] != there:
        return message(
            "%(colour)s has %(version)s; %(number)s was live there",
            colour=to,
            version=there,
            number=known[-1],
        )
    if any(_deployed(it, to, last.at, there) for it in operations):
        return message(
            "%(colour)s has %(version)s, and was deployed to since it was live",
            colour=to,
            version=there,
        )
    return ""


def _moves(operations: Sequence[Operation], live: Colour) -> Iterator[_Move]:
    """Yield what moved production.

    What failed or was killed counts when production is where it was to go.
    """
    for it in operations:
        if it.old is None or it.new is not it.old.other:
            continue
        switches = [step.begun for step in it.runs(Stage.SWITCH)]
        if it.act == Act.RELEASE and it.outcome == Outcome.ROLLED_BACK:
            yield _Move(at=it.last, to=it.old, version="", returned_from=it.version)
        elif it.act == Act.SWITCH and (it.outcome == Outcome.DONE or it.new is live):
            yield _Move(at=it.begun, to=it.new, version=it.version)
        elif switches and (it.outcome == Outcome.RELEASED or it.new is live):
            yield _Move(at=switches[-1], to=it.new, version=it.version)


def _deployed(operation: Operation, to: Colour, since: datetime, there: str | None) -> bool:
    """Return whether an operation deployed to a system since a moment, or left Heat to do so.

    One that failed or was killed counts when the system has its version.
    """
    if operation.new is not to:
        return False
    if operation.act == Act.DEPLOY:
        ended = operation.outcome in {Outcome.DONE, Outcome.LEFT_TO_HEAT}
        return operation.begun >= since and (ended or operation.version == there)
    return operation.act == Act.RELEASE and any(
        step.begun >= since and (step.done or operation.version == there)
        for step in operation.runs(Stage.DEPLOY)
    )
