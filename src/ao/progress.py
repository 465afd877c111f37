"""What a running command tells of its progress."""

from __future__ import annotations

from typing import Protocol

from ao.cloud.values import Resource, Stack
from ao.plan import Step


class Progress(Protocol):
    """A listener to a running command."""

    def begin(self, step: Step) -> None:
        """A step begins."""

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Heat's progress with a stack was read."""

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

    def end(self, step: Step, seconds: float) -> None:
        """Tell nothing."""

    def note(self, text: str) -> None:
        """Tell nothing."""
