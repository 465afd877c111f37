"""Progress in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ao import duration
from ao.cloud.models import Resource, Stack
from ao.plan.plan import Step
from ao.probe.running_totals import RunningTotals
from ao.progress import Drained, Progress
from ao.redaction import redact_log

log = logging.getLogger(__name__)


class LoggedProgress:
    """Logs what a running command tells, and tells it to a listener."""

    def __init__(self, listener: Progress) -> None:
        self._listener = listener
        self._state = ""

    def begin(self, step: Step) -> None:
        """Log that a step begins."""
        _log(f"{step}: begins", step=str(step))
        self._listener.begin(step)

    def stack(self, stack: Stack, resources: tuple[Resource, ...]) -> None:
        """Log nothing: the requests are logged."""
        self._listener.stack(stack, resources)

    def drained(self, drained: Drained) -> None:
        """Log how a drain went."""
        _log(drained.text, seconds=round(drained.seconds, 3), left=drained.left)
        self._listener.drained(drained)

    def probing(self, sample: Callable[[], RunningTotals | None]) -> None:
        """Log nothing: a report tells what the probe saw."""
        self._listener.probing(sample)

    def state(self, text: str) -> None:
        """Log it when it is about another thing than before."""
        kind = text.partition(":")[0]
        if kind != self._state:
            self._state = kind
            _log(text)
        self._listener.state(text)

    def end(self, step: Step, seconds: float) -> None:
        """Log that a step has ended well."""
        _log(f"{step}: done in {duration.show(seconds)}", step=str(step), seconds=round(seconds, 3))
        self._listener.end(step, seconds)

    def note(self, text: str) -> None:
        """Log what the user should know."""
        _log(text)
        self._listener.note(text)


def _log(text: str, **fields: object) -> None:
    log.info("%s", redact_log(text), extra={"fields": fields})
