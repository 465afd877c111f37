"""Progress as a stream of events for programs: a line of JSON each, on standard output."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from ao.cloud.models import Resource, Stack
from ao.plan.plan import Step
from ao.probe.running_totals import RunningTotals
from ao.progress import Drained
from ao.untrusted.printable import printable_lines


class EventProgress:
    """Tells each event in a line, with its kind as `event` and its moment as `at`."""

    def begin(self, step: Step) -> None:
        """A step begins."""
        tell("begin", step=str(step))

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Heat's progress with a stack was read."""
        done = sum(resource.status.endswith("_COMPLETE") for resource in resources)
        status = f"{stack.action}_{stack.status}"
        tell("stack", stack=stack.name, status=status, done=done, resources=len(resources))

    def drained(self, drained: Drained) -> None:
        """A drain has ended."""
        tell("drained", seconds=round(drained.seconds, 3), left=drained.left, text=drained.text)

    def probing(self, sample: Callable[[], RunningTotals | None]) -> None:
        """Tell nothing: the report tells what it saw."""

    def state(self, text: str) -> None:
        """How it stands with what is under way."""
        tell("state", text=text)

    def end(self, step: Step, seconds: float) -> None:
        """A step has ended."""
        tell("end", step=str(step), seconds=round(seconds, 3))

    def note(self, text: str) -> None:
        """Something that the user should know."""
        tell("note", text=text)


def tell(event: str, **more: object) -> None:
    """Tell an event in a line."""
    safe = {key: printable_lines(it) if isinstance(it, str) else it for key, it in more.items()}
    line = {"event": event, "at": round(time.time(), 3), **safe}
    print(json.dumps(line, ensure_ascii=False), file=sys.stdout, flush=True)
