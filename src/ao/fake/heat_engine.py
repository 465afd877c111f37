"""Heat's engine: what works on stacks, and may end in the midst of it."""

from __future__ import annotations

from ao.fake.timeline import Job


class HeatEngine:
    """The engine of Heat, which is one for all projects.

    With convergence, what it was at work on when it ended is taken up by no other engine, nor by
    itself when it is started again: the stack stays in progress until another action begins.
    """

    def __init__(self) -> None:
        self._starts = 1
        self.running = True
        """Whether it runs; while it does not, Heat's API answers nothing about stacks."""

    def stop(self) -> None:
        """Stop the engine, or kill it: its work on stacks is lost."""
        self.running = False

    def start(self) -> None:
        """Start the engine again."""
        self._starts += 1
        self.running = True

    def run(self, job: Job) -> Job:
        """Do work on a stack for as long as this start of the engine runs."""
        return self._while_running(job, self._starts)

    def _while_running(self, job: Job, start: int) -> Job:
        try:
            while self.running and self._starts == start:
                pause = next(job, None)
                if pause is None:
                    return
                yield pause
        finally:
            job.close()
