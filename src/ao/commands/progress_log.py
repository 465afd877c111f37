"""Progress in the log."""

from __future__ import annotations

import logging
from typing import assert_never

from ao import duration
from ao.progress import (
    Drained,
    Note,
    ProbeStarted,
    Progress,
    ProgressEvent,
    StackRead,
    Status,
    StepFinished,
    StepStarted,
)
from ao.redaction import redact_log

log = logging.getLogger(__name__)


class LoggedProgress:
    """Logs what a running command tells, and tells it to a listener."""

    def __init__(self, listener: Progress) -> None:
        self._listener = listener
        self._state = ""

    def emit(self, event: ProgressEvent) -> None:
        """Log an event, and pass it on."""
        self._write(event)
        self._listener.emit(event)

    def _write(self, event: ProgressEvent) -> None:
        match event:
            case StepStarted(step):
                _log(f"{step}: begins", step=str(step))
            case StepFinished(step, seconds):
                _log(
                    f"{step}: done in {duration.show(seconds)}",
                    step=str(step),
                    seconds=round(seconds, 3),
                )
            case Drained():
                _log(event.text, seconds=round(event.seconds, 3), left=event.left)
            case Status(text):
                # Only the first of those that count the same thing down.
                kind = text.partition(":")[0]
                if kind != self._state:
                    self._state = kind
                    _log(text)
            case Note(text):
                _log(text)
            case StackRead() | ProbeStarted():
                # The requests to Heat are logged; a report tells what the probe saw.
                pass
            case _:
                assert_never(event)


def _log(text: str, **fields: object) -> None:
    log.info("%s", redact_log(text), extra={"fields": fields})
