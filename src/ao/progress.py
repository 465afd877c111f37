"""What a running command tells of its progress: events, and who listens to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ao.cloud.models import Resource, Stack
from ao.plan.plan import Step
from ao.probe.running_totals import RunningTotals
from ao.untrusted.bounds import Count, Seconds
from ao.untrusted.texts import Text


@dataclass(frozen=True)
class StepStarted:
    """A step begins."""

    step: Step


@dataclass(frozen=True)
class StepFinished:
    """A step has ended well."""

    step: Step
    seconds: float
    """How long it took."""


@dataclass(frozen=True)
class StackRead:
    """Heat's progress with a stack was read."""

    stack: Stack
    resources: tuple[Resource, ...]
    """The stack's resources, with those inside them."""


@dataclass(frozen=True, kw_only=True)
class Drained:
    """The drain of an old system has ended."""

    seconds: Seconds
    """How long it took."""
    left: Count | None
    """Clients seen on the old system at its end; None when nobody can tell."""
    text: Text
    """That in a sentence."""


@dataclass(frozen=True)
class ProbeStarted:
    """A probe runs."""

    sample: Callable[[], RunningTotals | None]
    """Gives what the probe has counted by now; None after its end."""


@dataclass(frozen=True)
class Status:
    """It is told how it stands with what is under way; the next status takes its place."""

    text: str


@dataclass(frozen=True)
class Note:
    """There is something that the user should know."""

    text: str


ProgressEvent = StepStarted | StepFinished | StackRead | Drained | ProbeStarted | Status | Note
"""What a running command tells."""


class Progress(Protocol):
    """A listener to a running command."""

    def emit(self, event: ProgressEvent) -> None:
        """Take an event that has just happened."""


class Silent:
    """A listener that tells nothing."""

    def emit(self, event: ProgressEvent) -> None:
        """Tell nothing."""
