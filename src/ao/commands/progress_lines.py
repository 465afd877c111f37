"""Progress on standard error, a line for each thing that happens."""

from __future__ import annotations

import sys
import time
from typing import assert_never

from ao import duration
from ao.cloud.models import Resource, Stack
from ao.message import Message, message
from ao.message.translation import spoken
from ao.progress import (
    Drained,
    Note,
    ProbeStarted,
    ProgressEvent,
    StackRead,
    Status,
    StepFinished,
    StepStarted,
)
from ao.untrusted.printable import printable

STATE_EVERY = 60.0
"""Seconds between two lines about one thing that goes on."""


class NoteProgress:
    """Tells what the user should know, and nothing of what goes on."""

    def emit(self, event: ProgressEvent) -> None:
        """Tell a note."""
        if isinstance(event, Note):
            print(spoken(event.text), file=sys.stderr)


class LineProgress:
    """A line for each thing that happens."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._stacks: set[str] = set()
        self._seen: dict[tuple[str, str], str] = {}
        self._state, self._stated = "", 0.0

    def emit(self, event: ProgressEvent) -> None:
        """Tell an event."""
        match event:
            case StepFinished(step, seconds):
                self._tell(f"{printable(spoken(step))}: {duration.show(seconds)}")
            case StackRead(stack, resources):
                self._tell_changes(stack, resources)
            case Drained(text=text):
                self._tell(text)
            case Status(text):
                self._tell_status(text)
            case Note(text):
                print(spoken(text), file=sys.stderr)
            case StepStarted() | ProbeStarted():
                # The end of the step tells its time; a report tells what the probe saw.
                pass
            case _:
                assert_never(event)

    def _tell_changes(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Tell what Heat has begun or ended since the last look."""
        first = stack.id not in self._stacks
        self._stacks.add(stack.id)
        for resource in resources:
            key = (resource.stack_id, resource.name)
            before, self._seen[key] = self._seen.get(key), resource.status
            quiet = before == resource.status or resource.status == "INIT_COMPLETE"
            if not quiet and not (first and resource.status.endswith("COMPLETE")):
                status = resource.status.replace("_", " ").lower()
                name = spoken(title(resource))
                self._tell(f"{printable(stack.name)}: {name} {printable(status)}")

    def _tell_status(self, text: str) -> None:
        """Tell a status when it begins, and once a minute."""
        kind = text.template if isinstance(text, Message) else text
        if kind != self._state or time.monotonic() - self._stated >= STATE_EVERY:
            self._state, self._stated = kind, time.monotonic()
            self._tell(printable(spoken(text)))

    def _tell(self, text: str) -> None:
        at = f"{time.monotonic() - self._begin:7.1f}s"
        print(f"{at}  {spoken(text)}", file=sys.stderr, flush=True)


def title(resource: Resource) -> str:
    """Return what people call a resource of a stack."""
    words = resource.name.replace("_", " ")
    if resource.parent in ("", "group"):
        return printable(words)
    return message("%(resource)s of %(parent)s", resource=words, parent=resource.parent)
