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
from ao.text_format import NewerFormat


def rows(entry: Entry) -> Iterator[tuple[object, ...]]:
    """Yield a row for an entry, or for each of its checks, with the columns of `ao show`."""
    time = f"{entry.heading.at:%Y-%m-%d %H:%M:%SZ}"
    who = f"{entry.heading.who}@{entry.host}" if entry.host else entry.heading.who
    person = _person(entry.event)
    who = f"{who} ({person})" if person else who
    for text, took, result in _told(entry.event, entry.id):
        seconds = "" if took is None else duration.show(took)
        yield time, who, entry.heading.kind, text, seconds, result


def _told(event: Event | Unreadable, record: str) -> Iterator[tuple[str, float | None, str]]:
    """Yield text, seconds and result of what an event tells, or which record cannot be read."""
    match event:
        case Begun():
            colours = f"from {event.old} to {event.new}" if event.old and event.new else ""
            words = (event.act, event.version, colours)
            yield " ".join(filter(None, words)), None, event.reason
        case StepBegun():
            yield event.step, None, ""
        case StepEnded():
            yield event.step, event.seconds, _because(event.outcome, event.why)
        case Checked():
            for check in event.results:
                result = "passed" if check.passed else _because("failed", check.why)
                yield check.name, check.seconds, result
        case Switched(cutover=cutover):
            lost = f"{cutover.recording.lost} requests lost" if cutover.recording else "unmeasured"
            yield f"to {cutover.new}", None, _because(lost, cutover.failure or "")
        case Judged():
            yield event.verdict, None, event.why
        case MigrationTold():
            yield f"{event.version}: {ONE_WAY[event.one_way]}", None, ""
        case Overridden():
            yield event.what, None, event.reason
        case TakenOver():
            yield event.holder, None, event.why
        case Asked(ask=Ask.APPROVE, approval=None):
            yield event.ask, None, _because("names no release, so it is none", event.reason)
        case Asked(approval=Approval() as approval):
            colours = f"from {approval.old} to {approval.new}"
            yield f"{event.ask} {approval.version} {colours}", None, event.reason
        case Asked():
            yield event.ask, None, event.reason
        case Noted():
            yield event.text, None, ""
        case Ended():
            yield event.outcome, None, event.why
        case Unreadable(newer=NewerFormat()):
            yield "of a newer format", None, event.why
        case Unreadable():
            yield f"record {record} cannot be read by this version of ao", None, event.why


def _person(event: Event | Unreadable) -> str:
    """Return the person for whom a user wrote an event; empty where none was named."""
    match event:
        case Begun(releaser=person) | Asked(approval=Approval(approver=person)):
            return person
    return ""


def _because(result: str, why: str) -> str:
    return f"{result}: {why}" if why else result
