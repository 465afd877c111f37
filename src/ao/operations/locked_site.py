"""A locked site: this process holds its lock, and writes what it does to it into the journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from ao import lock
from ao.errors import AoError
from ao.journal import Begun, Ended, Event, Journal, Outcome, TakenOver
from ao.lock import Holder
from ao.message import message
from ao.plan.facts import Facts
from ao.work import Work


@dataclass(frozen=True, kw_only=True)
class JournalledOperation:
    """An operation under way, which has an ID in the journal."""

    work: Work
    """The work to do under the lock."""
    journal: Journal
    id: str
    """ID of the operation, which its entries carry."""

    def write(self, event: Event) -> None:
        """Add an entry; one that the cloud does not take is added with the next one."""
        self.journal.add(event, self.id)


@dataclass(frozen=True, kw_only=True)
class LockedSite:
    """A site whose lock this process holds."""

    work: Work
    """The work to do under the lock."""
    journal: Journal
    taken_over: Holder | None
    """Whose lock was taken over because it counted no more; None for nobody's."""

    def begin(self, begun: Begun) -> JournalledOperation:
        """Begin an operation in the journal. Raises CloudError."""
        return self.resume(begin(self.journal, begun))

    @contextmanager
    def operation(
        self, begun: Begun, outcome: Outcome = Outcome.DONE
    ) -> Iterator[JournalledOperation]:
        """Journal the beginning of an operation, and its end once the body has run.

        The body ends in `outcome`, or failed when it raises AoError. Of one that is killed the
        journal tells no end. Raises CloudError when the beginning cannot be written.
        """
        operation = self.begin(begun)
        try:
            yield operation
        except AoError as error:
            operation.write(Ended(outcome=Outcome.FAILED, why=error.message))
            raise
        operation.write(Ended(outcome=outcome))

    def resume(self, id: str) -> JournalledOperation:  # noqa: A002
        """Go on with the operation of an ID; its journal tells whose lock was taken over."""
        operation = JournalledOperation(work=self.work, journal=self.journal, id=id)
        if self.taken_over is not None:
            operation.write(TakenOver(holder=str(self.taken_over), why=self.taken_over.over))
        return operation


def begin(journal: Journal, begun: Begun) -> str:
    """Begin an operation in the journal, with the build that it is part of; return its ID.

    Raises CloudError: what cannot be written down is not begun.
    """
    return journal.begin(replace(begun, url=lock.build_url(os.environ)))


@contextmanager
def locked(
    work: Work,
    purpose: str,
    *,
    release: str | None = None,
    now: Callable[[], datetime] | None = None,
    facts: Facts | None = None,
) -> Iterator[LockedSite]:
    """Hold the site's lock while the body runs; fold the journal when an operation has ended in it.

    `release` is the version of a release that it is held for, empty for the open one. `now` gives
    the time of the journal's entries, in UTC; by default it is that of this machine. `facts` are
    those that were observed right before, if any (`ao.lock.acquire`). Raises Locked, NoLock before
    the site is built, Forbidden.
    """
    with lock.acquire(work, purpose, release=release, facts=facts) as held:
        guarded = held.guard(work)
        journal = Journal(guarded, now=now) if now else Journal(guarded)
        try:
            yield LockedSite(work=guarded, journal=journal, taken_over=held.taken_over)
        except AoError:
            _fold_if_ended(guarded, journal)
            raise
        _fold_if_ended(guarded, journal)


def _fold_if_ended(work: Work, journal: Journal) -> None:
    if journal.has_ended:
        fold(work, journal)


def fold(work: Work, journal: Journal, *, above: int = 0) -> None:
    """Fold the journal if it has more than `above` texts; what the cloud refuses is told.

    The next operation does it then.
    """
    try:
        journal.fold(work.site.rules.keep, above=above)
    except AoError as error:
        work.note(
            message(
                "The journal was not folded: %(message)s. The next operation does it.",
                message=error.message,
            )
        )


@contextmanager
def journalled(
    work: Work, begun: Begun, purpose: str, outcome: Outcome = Outcome.DONE
) -> Iterator[JournalledOperation]:
    """Hold the site's lock while the body runs, and journal its beginning and its end.

    Raises as `locked` and `LockedSite.operation` do.
    """
    with locked(work, purpose) as site, site.operation(begun, outcome) as operation:
        yield operation
