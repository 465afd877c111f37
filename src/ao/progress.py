"""What a running command tells of its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ao.cloud.models import Resource, Stack
from ao.plan.plan import Step
from ao.probe.running_totals import RunningTotals
from ao.untrusted.bounds import Count, Seconds
from ao.untrusted.texts import Text


@dataclass(frozen=True, kw_only=True)
class Drained:
    """How the drain of an old system went."""

    seconds: Seconds
    """How long it took."""
    left: Count | None
    """Clients seen on the old system at its end; None when nobody can tell."""
    text: Text
    """That in a sentence."""


class Progress(Protocol):
    """A listener to a running command."""

    def begin(self, step: Step) -> None:
        """A step begins."""

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Heat's progress with a stack was read."""

    def drained(self, drained: Drained) -> None:
        """A drain has ended."""

    def probing(self, sample: Callable[[], RunningTotals | None]) -> None:
        """A probe runs; what it has counted can be asked for, None after its end."""

    def state(self, text: str) -> None:
        """How it stands with what is under way; what is told next takes its place."""

    def end(self, step: Step, seconds: float) -> None:
        """A step has ended well."""

    def note(self, text: str) -> None:
        """Something that the user should know."""


class Silent:
    """A listener that tells nothing."""

    def begin(self, step: Step) -> None:
        """Tell nothing."""

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Tell nothing."""

    def drained(self, drained: Drained) -> None:
        """Tell nothing."""

    def probing(self, sample: Callable[[], RunningTotals | None]) -> None:
        """Tell nothing."""

    def state(self, text: str) -> None:
        """Tell nothing."""

    def end(self, step: Step, seconds: float) -> None:
        """Tell nothing."""

    def note(self, text: str) -> None:
        """Tell nothing."""
