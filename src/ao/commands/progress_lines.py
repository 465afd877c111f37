"""Progress on standard error, a line for each thing that happens."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from ao import duration
from ao.cloud.models import Resource, Stack
from ao.message import Message
from ao.message.translation import spoken
from ao.plan.plan import Step
from ao.probe.running_totals import RunningTotals
from ao.progress import Drained, Silent
from ao.untrusted.printable import printable

STATE_EVERY = 60.0
"""Seconds between two lines about one thing that goes on."""


class NoteProgress(Silent):
    """Tells what the user should know, and nothing of what goes on."""

    def note(self, text: str) -> None:
        """Tell it."""
        print(spoken(text), file=sys.stderr)


class LineProgress:
    """A line for each thing that happens."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._stacks: set[str] = set()
        self._seen: dict[tuple[str, str], str] = {}
        self._state, self._stated = "", 0.0

    def begin(self, step: Step) -> None:
        """Tell nothing yet; the end tells the time."""

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Tell what Heat has begun or ended since the last look."""
        first = stack.id not in self._stacks
        self._stacks.add(stack.id)
        for resource in resources:
            key = (resource.stack_id, resource.name)
            before, self._seen[key] = self._seen.get(key), resource.status
            quiet = before == resource.status or resource.status == "INIT_COMPLETE"
            if not quiet and not (first and resource.status.endswith("COMPLETE")):
                status = resource.status.replace("_", " ").lower()
                self._tell(f"{printable(stack.name)}: {title(resource)} {printable(status)}")

    def drained(self, drained: Drained) -> None:
        """Tell how it went."""
        self._tell(drained.text)

    def probing(self, sample: Callable[[], RunningTotals | None]) -> None:
        """Tell nothing: the report tells what it saw."""

    def state(self, text: str) -> None:
        """Tell it when it begins, and once a minute."""
        kind = text.template if isinstance(text, Message) else text
        if kind != self._state or time.monotonic() - self._stated >= STATE_EVERY:
            self._state, self._stated = kind, time.monotonic()
            self._tell(printable(spoken(text)))

    def end(self, step: Step, seconds: float) -> None:
        """Tell the step and its time."""
        self._tell(f"{printable(spoken(step))}: {duration.show(seconds)}")

    def note(self, text: str) -> None:
        """Tell it."""
        print(spoken(text), file=sys.stderr)

    def _tell(self, text: str) -> None:
        at = f"{time.monotonic() - self._begin:7.1f}s"
        print(f"{at}  {spoken(text)}", file=sys.stderr, flush=True)


def title(resource: Resource) -> str:
    """What people call a resource."""
    words = resource.name.replace("_", " ")
    inside = resource.parent not in ("", "group")
    return printable(f"{words} of {resource.parent}" if inside else words)
