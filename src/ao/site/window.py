"""When production may be switched, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outside(StrEnum):
    """What a switch outside the maintenance window does."""

    WAIT = "wait"
    """It waits for the next opening."""
    REFUSE = "refuse"
    """It is refused."""


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """Days on which production must not be switched."""

    first: date
    """First day, in the window's time zone."""
    last: date
    """Last day; all of it belongs to the freeze."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """The maintenance window: when production may be switched."""

    every: str | None
    """When it opens: `Sun 23:00`, `daily 02:00` or an RFC 5545 recurrence; None for always."""
    length: float
    """Seconds that it stays open."""
    timezone: str
    """IANA name of the time zone in which `every` and the freezes are meant."""
    freezes: tuple[Freeze, ...]
    outside: Outside
