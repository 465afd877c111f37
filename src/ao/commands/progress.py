"""Progress told on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ao import duration
from ao.cloud.values import Resource, Stack
from ao.plan import Step
from ao.printable import printable, printable_lines
from ao.probe.tally import Tally
from ao.progress import Drained, Progress, Silent

STATE_EVERY = 60.0
"""Seconds between two lines about one thing that goes on."""


@contextmanager
def progress(*, quiet: bool, notes: bool = False) -> Iterator[Progress]:
    """What suits standard error: a live tree on a terminal, lines elsewhere.

    Quiet ones tell nothing, or with `notes` these alone.
    """
    if quiet:
        yield NoteProgress() if notes else Silent()
    elif sys.stderr.isatty():
        from ao.commands.tree import TreeProgress

        with TreeProgress() as tree:
            yield tree
    else:
        yield LineProgress()


class NoteProgress(Silent):
    """Tells what the user should know, and nothing of what goes on."""

    def note(self, text: str) -> None:
        """Tell it."""
        print(printable_lines(text), file=sys.stderr)


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

    def probing(self, sample: Callable[[], Tally | None]) -> None:
        """Tell nothing: the report tells what it saw."""

    def state(self, text: str) -> None:
        """Tell it when it begins, and once a minute."""
        kind = text.partition(":")[0]
        if kind != self._state or time.monotonic() - self._stated >= STATE_EVERY:
            self._state, self._stated = kind, time.monotonic()
            self._tell(printable(text))

    def end(self, step: Step, seconds: float) -> None:
        """Tell the step and its time."""
        self._tell(f"{printable(str(step))}: {duration.show(seconds)}")

    def note(self, text: str) -> None:
        """Tell it."""
        print(printable_lines(text), file=sys.stderr)

    def _tell(self, text: str) -> None:
        at = f"{time.monotonic() - self._begin:7.1f}s"
        print(f"{at}  {printable_lines(text)}", file=sys.stderr, flush=True)


def title(resource: Resource) -> str:
    """What people call a resource."""
    words = resource.name.replace("_", " ")
    inside = resource.parent not in ("", "group")
    return printable(f"{words} of {resource.parent}" if inside else words)
