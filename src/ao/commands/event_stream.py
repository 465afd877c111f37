"""Progress as a stream of events for programs: a line of JSON each, on standard output."""

from __future__ import annotations

import json
import sys
import time
from typing import assert_never

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
from ao.untrusted.printable import printable_lines


class EventProgress:
    """Tells each event in a line, with its kind as `event` and its moment as `at`."""

    def emit(self, event: ProgressEvent) -> None:
        """Tell an event."""
        match event:
            case StepStarted(step):
                tell("begin", step=str(step))
            case StepFinished(step, seconds):
                tell("end", step=str(step), seconds=round(seconds, 3))
            case StackRead(stack, resources):
                done = sum(resource.status.endswith("_COMPLETE") for resource in resources)
                status = f"{stack.action}_{stack.status}"
                tell("stack", stack=stack.name, status=status, done=done, resources=len(resources))
            case Drained(seconds=seconds, left=left, text=text):
                tell("drained", seconds=round(seconds, 3), left=left, text=text)
            case Status(text):
                tell("state", text=text)
            case Note(text):
                tell("note", text=text)
            case ProbeStarted():
                # The report tells what the probe saw.
                pass
            case _:
                assert_never(event)


def tell(event: str, **more: object) -> None:
    """Tell an event in a line."""
    safe = {key: printable_lines(it) if isinstance(it, str) else it for key, it in more.items()}
    line = {"event": event, "at": round(time.time(), 3), **safe}
    print(json.dumps(line, ensure_ascii=False), file=sys.stdout, flush=True)
