"""A release that runs: what its stages share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ao import duration
from ao.clock import Ready
from ao.cutover.measurement import Probe
from ao.errors import AoError
from ao.hooks import hooks, notification
from ao.hooks.hooks import Context
from ao.journal import Ended, Outcome, Stage, StepBegun, StepEnded, StepOutcome
from ao.message import message
from ao.operations import reconcile
from ao.operations.chosen_image import with_image
from ao.operations.locked_site import JournalledOperation
from ao.plan.facts import Facts
from ao.plan.plan import Step
from ao.progress import Status, StepFinished, StepStarted
from ao.release.control import SELDOM, AbortRequested, Control
from ao.release.errors import WaitingForApproval
from ao.release.state import ReleaseState
from ao.site.hooks import Point
from ao.site.rules import Approve

Probes = Callable[[], AbstractContextManager[Probe]]
"""Begins a probe, which runs until its block ends; may be called again and again."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user says of one run of a release."""

    ask: Callable[[str], bool] | None = None
    """Asks the user whether to go on; None where nobody can be asked."""
    detach: bool = False
    """Whether the decision window is left to a later `ao watch`."""
    until: Stage | None = None
    """Stage after which to stop; what is left to do is left to a later run."""
    override: str = ""
    """Why production is switched outside of its window, if it is."""
    i_know: bool = False
    """Whether production may be switched back past a one-way change."""
    quiet: float | None = None
    """Seconds in which the old system must have served nobody to count as drained; None for what
    the site file says."""
    maintenance: bool = False
    """Whether users are led elsewhere while production moves, even if the site file does not say
    it."""
    skip: frozenset[Stage] = frozenset()
    """Stages that are not to be done."""
    image: str = ""
    """Name or ID of the image that is released; empty for that of the site file."""
    reason: str = ""
    """Why the release is made, for the journal and for hooks."""
    releaser: str = ""
    """Person for whom it is begun, as a CI names one."""
    known: Callable[[str, str], None] | None = None
    """Called with the release's ID and version as soon as they are known."""
    junit: Path | None = None
    """File for the results of the checks."""
    probes: Probes | None = None
    """Begins probes, which measure production; None where nothing is to be measured."""
    reports: tuple[Path, ...] = ()
    """Files for the report of every switch; a later one takes the place of an earlier one."""
    moment: Callable[[], float] = time.time
    """Seconds since 1970."""


@dataclass(frozen=True)
class StageStep(Step):
    """A stage of a release, as progress shows it."""

    text: str

    def __str__(self) -> str:
        return self.text


class ReleaseRun:
    """One process's part of a release; what was done of it before is in `past`."""

    def __init__(
        self,
        operation: JournalledOperation,
        past: ReleaseState,
        options: Options,
        facts: Facts | None = None,
        *,
        new: bool = False,
    ) -> None:
        """Go on with a release, a `new` one or one that was begun; `facts` are of this moment."""
        self.work = with_image(operation.work, past.image)
        self.past = past
        self.options = options
        self.attention = Control(self.work, operation.journal, past.id, new=new)
        self.write = operation.write
        """Adds an entry to the journal."""
        self._context: Context | None = None
        self.seen(facts)

    def listen(self, seldom: float = SELDOM) -> None:
        """Hear what others ask of the release; wait while it is paused. Raises AbortRequested.

        Without a mark the journal is read when the last time was `seldom` seconds ago.
        """
        self.attention.listen(seldom)
        self.past = replace(
            self.past, approvals=(*self.past.approvals, *self.attention.approvals())
        )

    def observe(self) -> Facts:
        """Observe in the midst of a release, which one failed request must not end."""
        facts = self.work.clock.until(
            lambda: Ready(self.work.observe()),
            what=message("OpenStack to answer"),
            deadline=self.work.site.deadlines.switch,
        )
        self.seen(facts)
        return facts

    def seen(self, facts: Facts | None) -> None:
        """Note the facts of this moment; None where something is about to change."""
        self._facts = None if facts is None else (self.work.clock.now(), facts)

    @property
    def fresh(self) -> Facts | None:
        """Facts that were observed a moment ago, since when nothing was changed; None without."""
        if self._facts is None or self.work.clock.now() - self._facts[0] > reconcile.FRESH:
            return None
        return self._facts[1]

    def facts(self) -> Facts:
        """Return the fresh facts, or observe."""
        return self.fresh or self.observe()

    def context(self) -> Context:
        """Return what hooks and webhooks are told of the release.

        Where the cloud fails and cannot be looked at, it is what they were told before.
        """
        try:
            facts = self.fresh or self.work.observe()
        except AoError:
            if self._context is None:
                raise
            return self._context
        self._context = hooks.context(
            self.work,
            facts,
            self.past.new,
            self.past.version,
            release=self.past.id,
            reason=self.options.reason,
        )
        return self._context

    def hook(self, point: Point) -> None:
        """Run the hooks of a point; raises HookFailed."""
        if self.work.site.hooks.get(point):
            hooks.run(self.work, point, self.context())
            # Whatever the commands did may have changed what was observed.
            self.seen(None)

    def notify(self, event: notification.Event, **more: object) -> None:
        """Tell an event to those who want to know."""
        if self.work.site.notify:
            notification.tell(self.work, event, self.context(), **more)

    def end(self, outcome: Outcome, why: str = "") -> None:
        """Write the end of the release down, and tell it to those who want to know."""
        self.write(Ended(outcome=outcome, why=why))
        self.notify(notification.Event.END, outcome=outcome)

    @contextmanager
    def draining(self) -> Iterator[None]:
        """Run the hooks around a drain."""
        self.hook(Point.BEFORE_DRAIN)
        yield
        self.hook(Point.AFTER_DRAIN)

    def countdown(self, what: str) -> Callable[[float], None]:
        """Return a function that tells the seconds that are left until something happens."""
        return lambda left: self.work.progress.emit(
            Status(message("%(what)s: in %(time)s", what=what, time=duration.show(left)))
        )

    @contextmanager
    def part(self, word: str, text: str) -> Iterator[None]:
        """Tell and journal the beginning and the end of a step: `word` is kept, `text` is told."""
        part, begin = StageStep(text), self.work.clock.now()
        self.write(StepBegun(step=word))
        self.work.progress.emit(StepStarted(part))

        def ended(outcome: StepOutcome, why: str = "") -> None:
            seconds = self.work.clock.now() - begin
            self.write(StepEnded(step=word, seconds=seconds, outcome=outcome, why=why))
            self.work.progress.emit(StepFinished(part, seconds))

        try:
            yield
        except WaitingForApproval as waiting:
            ended(StepOutcome.WAITING, waiting.message)
            raise
        except AoError as error:
            ended(StepOutcome.FAILED, error.message)
            raise
        except AbortRequested as asked:
            ended(StepOutcome.ABORTED, str(asked))
            raise
        ended(StepOutcome.DONE)

    def finished(self, stage: Stage) -> None:
        """Note that a stage is done; a deploy voids what was done and approved before it."""
        if stage is Stage.DEPLOY:
            if self.past.approve.stricter(self.work.site.rules.approve) is not Approve.AUTO:
                # An approval that came while it was deployed is void too.
                self.listen(0.0)
            self.past = self.past.redeployed()
        self.past = replace(self.past, done=self.past.done | {stage})
