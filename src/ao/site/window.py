"""When production may be switched, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Outside(StrEnum):
    """What a switch outside the maintenance window does."""

    WAIT = "wait"
    """It waits for the next opening."""
    REFUSE = "refuse"
    """It is refused."""


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """A time in which production must not be switched."""

    first: date | datetime
    """First day, or the moment at which it begins, in the window's time zone."""
    last: date | datetime
    """Last day, all of which belongs to the freeze, or the moment at which it ends."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecurringFreeze:
    """A time that comes again and again, in which production must not be switched."""

    every: tuple[str, ...]
    """When it begins, as the window has it."""
    length: float
    """Seconds that it lasts."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """The maintenance window: when production may be switched."""

    every: tuple[str, ...]
    """When it opens: `Sun 23:00`, `daily 02:00`, RFC 5545 recurrences; empty for always."""
    length: float
    """Seconds that it stays open."""
    timezone: str
    """IANA name of the time zone in which `every` and the freezes are meant."""
    freezes: tuple[Freeze | RecurringFreeze, ...]
    outside: Outside
