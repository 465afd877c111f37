"""Control of a release that runs: what others ask of it is heard while it waits."""

from __future__ import annotations

import math
from dataclasses import replace

from ao.errors import AoError
from ao.journal import Ask, Asked, Entry, Journal
from ao.lock import LockLost
from ao.message import message
from ao.release.state import Given, given
from ao.work import Work

FRESH = 1.0
"""Seconds for which a look at the lock is as good as another one."""
INTERVAL = 4.9
"""Seconds between two looks at the lock, on which who asks for something leaves a mark."""
RARELY = 180.0
"""Seconds between two looks into the journal where there is no new mark: Ao 0.1.0 leaves none, nor
does one that ends, or that Neutron fails, right after it has written what it asks for."""
SELDOM = 30.0
"""Seconds for which the journal that was read last is good where a release goes on to what is next.
Before the switch it is read in any case."""
TINY = 1e-6
"""Seconds that are not slept for."""


class AbortRequested(Exception):
    """Somebody asks to abort the release."""

    def __init__(self, who: str, reason: str) -> None:
        super().__init__(who, reason)
        self.who = who
        self.reason = reason

    def __str__(self) -> str:
        if not self.reason:
            return message("aborted by %(who)s", who=self.who)
        return message("aborted by %(who)s: %(reason)s", who=self.who, reason=self.reason)


class Control:
    """Hears `ao pause`, `ao abort`, `ao approve` and `ao release continue`, from any machine."""

    def __init__(self, work: Work, journal: Journal, release: str, *, new: bool = False) -> None:
        """Take what was asked of the release before this moment as heard.

        Of a `new` release, which this process has just begun, that is nothing.
        """
        self._inner = work
        self._journal = journal
        self._release = release
        self._heard = set() if new else {entry.id for entry in journal.requests(release)}
        self._marks: frozenset[str] = frozenset()
        """Marks of the lock before the journal was read last."""
        self._noticed = self._marks
        """Marks of the lock when it was listened last."""
        self._next = work.clock.now() + INTERVAL
        self._read = work.clock.now()
        """When the journal was read last."""
        self._paused = 0.0
        self._approvals: list[Given] = []

    @property
    def work(self) -> Work:
        """The work, with a clock that hears requests as it waits and stands still in a pause."""
        return replace(
            self._inner, clock=replace(self._inner.clock, now=self._now, sleep=self._sleep)
        )

    def listen(self, seldom: float = SELDOM) -> None:
        """Hear what was asked since the last time; returns when no pause holds.

        Without a new mark of the lock the journal is read when the last time was `seldom` seconds
        ago.

        An approval ends no pause; only one of an older Ao does, whose `release continue` wrote
        it. Raises AbortRequested, and LockLost when the lock is not ours any more. A cloud that
        does not answer is asked another time.
        """
        paused = False
        begin = self._inner.clock.now()
        while True:
            for entry in self._new(RARELY if paused else seldom):
                approval = given(entry)
                if approval is not None:
                    self._approvals.append(approval)
                match entry.event:
                    case Asked(ask=Ask.ABORT, reason=reason):
                        raise AbortRequested(entry.heading.who, reason)
                    case Asked(ask=Ask.PAUSE, reason=reason):
                        paused = True
                        self._tell(entry.heading.who, reason)
                    case Asked(ask=Ask.RESUME) | Asked(ask=Ask.APPROVE, approval=None):
                        paused = False
            self._next = self._inner.clock.now() + INTERVAL
            if not paused:
                self._paused += self._inner.clock.now() - begin
                return
            self._inner.clock.sleep(INTERVAL)

    def approvals(self) -> tuple[Given, ...]:
        """Return the approvals that were heard since the last call, oldest first."""
        heard, self._approvals = tuple(self._approvals), []
        return heard

    def _new(self, seldom: float) -> tuple[Entry, ...]:
        """Return what was asked anew; nothing while the cloud does not answer.

        An entry is written before its mark, so that the journal, read after a mark, has it. While
        nobody tells the marks, the journal is read each time.
        """
        now = self._inner.clock.now()
        marks, is_told = self._look()
        self._noticed = marks
        if is_told and marks == self._marks and now - self._read < seldom:
            return ()
        try:
            asked = self._journal.requests(self._release, self._heard)
            if is_told and marks != self._marks and not asked:
                # Heat's engines may disagree on the time by more than the journal allows for.
                self._journal.know(self._inner.cloud.software_configs.listing())
                asked = self._journal.requests(self._release, self._heard)
        except AoError:
            return ()
        self._marks, self._read = marks, now
        self._heard.update(entry.id for entry in asked)
        return asked

    def _look(self) -> tuple[frozenset[str], bool]:
        """Return the lock's marks, and whether they are of this moment. Raises LockLost."""
        lock = self._inner.lock
        if lock is None:
            return self._marks, False
        try:
            return lock.marks(FRESH), True
        except LockLost:
            raise
        except AoError:
            return lock.marks(math.inf), False

    def _tell(self, who: str, reason: str) -> None:
        self._inner.note(
            message(
                "Paused by %(who)s: %(reason)s. `ao release continue` goes on, `ao abort` ends it.",
                who=who,
                reason=reason,
            )
            if reason
            else message(
                "Paused by %(who)s. `ao release continue` goes on, `ao abort` ends it.", who=who
            )
        )

    def _now(self) -> float:
        return self._inner.clock.now() - self._paused

    def _sleep(self, seconds: float) -> None:
        """Sleep for so many seconds outside of pauses, and listen whenever it is time."""
        clock, over = self._inner.clock, self._now() + seconds
        while True:
            if self._pause < TINY:
                self.listen(RARELY)
            clock.sleep(max(0.0, min(over - self._now(), self._pause)))
            if over - self._now() < TINY:
                return

    @property
    def _pause(self) -> float:
        """Seconds until it is time to listen again. Raises LockLost.

        A renewal of the lock is a look at it, too.
        """
        lock, left = self._inner.lock, self._next - self._inner.clock.now()
        if lock is None:
            return left
        if lock.marks(math.inf) != self._noticed:
            return 0.0
        return max(left, INTERVAL - lock.age)
