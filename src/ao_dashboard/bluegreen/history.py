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
    """A line of it, in Ao's own words."""

    at: datetime
    who: str
    what: str
    version: str = ""
    old: Colour | None = None
    new: Colour | None = None
    lost: int | None = None
    outcome: str = ""
    """What it ended in, or what it was done to."""
    reason: str = ""
    """Why, as somebody wrote it."""
    why: str = ""


def history(releases: Iterable[Operation], entries: Iterable[Entry], most: int) -> list[Line]:
    """The latest so many lines, newest first. Pure."""
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
    """A user, with the person for whom it acted if one was named."""
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
