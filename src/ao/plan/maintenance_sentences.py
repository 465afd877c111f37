"""What is told of a maintenance. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from ao.message import joined, message
from ao.plan.maintenance import Maintenance


def sentence(maintenance: Maintenance) -> str:
    """Return since when, by whom, until when and why users see no site; empty when they do."""
    if not maintenance.is_on:
        return ""
    note = maintenance.note
    if note is None:
        return message("since nobody knows when: what is written about it cannot be read")
    parts = [message("since %(moment)s", moment=moment(note.since))]
    if note.who:
        parts.append(message("by %(who)s on %(host)s", who=note.who, host=note.host or "?"))
    if note.until is not None:
        parts.append(message("to end at %(moment)s", moment=moment(note.until)))
    return joined(": ", [joined(", ", parts), note.reason]) if note.reason else joined(", ", parts)


def told(maintenance: Maintenance) -> dict[str, object] | None:
    """Return the same for programs; None when users see the site."""
    if not maintenance.is_on:
        return None
    note = maintenance.note
    return {
        "since": note and moment(note.since),
        "until": moment(note.until) if note and note.until is not None else None,
        "who": note and note.who,
        "host": note and note.host,
        "reason": note and note.reason,
        "users_get": maintenance.target,
        "whole": maintenance.is_whole,
    }


def moment(seconds: float) -> str:
    """Write a moment, in seconds since 1970, as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
