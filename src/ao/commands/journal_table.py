"""Entries of the journal as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

from ao import duration
from ao.journal import (
    Approval,
    Ask,
    Asked,
    Begun,
    Checked,
    Ended,
    Entry,
    Event,
    Judged,
    MigrationTold,
    Noted,
    Overridden,
    StepBegun,
    StepEnded,
    Switched,
    TakenOver,
    Unreadable,
)
from ao.journal.events import ONE_WAY
from ao.message import Message, joined, message
from ao.message.vocabulary import word
from ao.text_format import NewerFormat


def rows(entry: Entry) -> Iterator[tuple[object, ...]]:
    """Yield a row for an entry, or for each of its checks, with the columns of `ao show`."""
    time = f"{entry.heading.at:%Y-%m-%d %H:%M:%SZ}"
    who = f"{entry.heading.who}@{entry.host}" if entry.host else entry.heading.who
    person = _person(entry.event)
    who = f"{who} ({person})" if person else who
    for text, took, result in _told(entry.event, entry.id):
        seconds = "" if took is None else duration.show(took)
        yield time, who, word(entry.heading.kind), text, seconds, result


def _told(event: Event | Unreadable, record: str) -> Iterator[tuple[object, float | None, object]]:
    """Yield text, seconds and result of what an event tells, or which record cannot be read."""
    match event:
        case Begun():
            colours = _move(event.old, event.new) if event.old and event.new else ""
            parts = filter(None, (word(event.act), event.version, colours))
            yield joined(" ", parts), None, event.reason
        case StepBegun():
            yield word(event.step), None, ""
        case StepEnded():
            yield word(event.step), event.seconds, _because(word(event.outcome), event.why)
        case Checked():
            for check in event.results:
                result = message("passed") if check.passed else _because(word("failed"), check.why)
                yield check.name, check.seconds, result
        case Switched(cutover=cutover):
            lost = message("unmeasured")
            if cutover.recording:
                lost = message("%(lost)s requests lost", lost=cutover.recording.lost)
            yield (
                message("to %(new)s", new=cutover.new),
                None,
                _because(lost, cutover.failure or ""),
            )
        case Judged():
            yield word(event.verdict), None, event.why
        case MigrationTold():
            told = message(
                "%(name)s: %(what)s", name=event.version, what=word(ONE_WAY[event.one_way])
            )
            yield told, None, ""
        case Overridden():
            yield event.what, None, event.reason
        case TakenOver():
            yield event.holder, None, event.why
        case Asked(ask=Ask.APPROVE, approval=None):
            yield (
                event.ask,
                None,
                _because(message("names no release, so it is none"), event.reason),
            )
        case Asked(approval=Approval() as approval):
            colours = _move(word(approval.old), word(approval.new))
            yield joined(" ", [event.ask, approval.version, colours]), None, event.reason
        case Asked():
            yield event.ask, None, event.reason
        case Noted():
            yield event.text, None, ""
        case Ended():
            yield word(event.outcome), None, event.why
        case Unreadable(newer=NewerFormat()):
            yield message("of a newer format"), None, event.why
        case Unreadable():
            told = message("record %(record)s cannot be read by this version of ao", record=record)
            yield told, None, event.why


def _person(event: Event | Unreadable) -> str:
    """Return the person for whom a user wrote an event; empty where none was named."""
    match event:
        case Begun(releaser=person) | Asked(approval=Approval(approver=person)):
            return person
    return ""


def _move(old: object, new: object) -> Message:
    return message("from %(old)s to %(new)s", old=old, new=new)


def _because(result: object, why: str) -> object:
    return message("%(what)s: %(why)s", what=result, why=why) if why else result
