"""Who is told of a release as it goes, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ao.site.hooks import Webhook


class Event(StrEnum):
    """What others are told of a release."""

    START = "start"
    """It began, or went on after it was stopped."""
    WAITING = "waiting"
    """It waits for approval."""
    SWITCH = "switch"
    """Production has moved to the new version."""
    SWITCH_BACK = "switch_back"
    """Production has moved back."""
    FAILURE = "failure"
    """It stopped with an error."""
    END = "end"
    """It ended; the notification has the outcome."""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A webhook that is told of events."""

    webhook: Webhook
    events: frozenset[Event]
