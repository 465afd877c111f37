"""The history of a site: who did what, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from ao.colour import Colour
from ao.journal import (
    Ask,
    Asked,
    Ended,
    Entry,
    Noted,
    Operation,
    Outcome,
    Overridden,
    StepBegun,
    TakenOver,
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the history, in Ao's own words."""

    at: datetime
    who: str
    what: str
    version: str = ""
    old: Colour | None = None
    new: Colour | None = None
    lost: int | None = None
    outcome: str = ""
    """What an operation ended in, or what an event was about: a lock's holder, a note's text."""
    reason: str = ""
    """The reason in the words of whoever ordered it."""
    why: str = ""
    """The reason in Ao's words: of a failure, or of an event that nobody ordered."""


def history(releases: Iterable[Operation], entries: Iterable[Entry], most: int) -> list[Line]:
    """Return the latest `most` lines of a site's history, newest first. Pure."""
    acts = list(releases)
    entries = [it for it in entries if not isinstance(it.event, StepBegun)]
    by_id = {release.id: release for release in acts}
    # Whose lock was freed tells its own entry.
    freed = {it.heading.release for it in entries if isinstance(it.event, Overridden)}
    lines = [
        *(_act(it) for it in acts if not (it.on_lock and it.id in freed)),
        *(_line(it, by_id.get(it.heading.release)) for it in entries),
    ]
    return sorted(lines, key=attrgetter("at"), reverse=True)[:most]


def _act(release: Operation) -> Line:
    return Line(
        at=release.begun,
        who=_who(release.who, release.releaser),
        what=release.act,
        version=release.version,
        old=release.old,
        new=release.new,
        lost=release.lost,
        outcome=release.outcome or release.step or "at work",
        reason=release.reason,
    )


def _who(user: str, person: str) -> str:
    """Return a user, with the person for whom it acted if one was named."""
    return f"{user} ({person})" if person else user


def _line(entry: Entry, release: Operation | None) -> Line:
    heading, version = entry.heading, release.version if release else ""
    line = Line(at=heading.at, who=heading.who, what=heading.kind, version=version)
    match entry.event:
        case Asked(ask=Ask.APPROVE, approval=None, reason=reason):
            return replace(line, what=Ask.APPROVE, outcome="names no release", reason=reason)
        case Asked(ask=ask, reason=reason, approval=approval):
            who = _who(heading.who, approval.approver if approval else "")
            return replace(line, who=who, what=ask, reason=reason)
        case Overridden(what=what, reason=reason):
            act = release.act if release and release.on_lock else "override"
            return replace(line, what=act, outcome=what, reason=reason)
        case TakenOver(holder=holder, why=why):
            return replace(line, outcome=holder, why=why)
        case Ended(outcome=outcome, why=why):
            act = "abort" if outcome is Outcome.ABORTED else "switch back"
            return replace(line, what=act, outcome=outcome, why=why)
        case Noted(text=text):
            return replace(line, outcome=text)
    return line
