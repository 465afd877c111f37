"""Control of a release that runs: what others ask of it is heard while it waits."""

from __future__ import annotations

from dataclasses import replace

from ao.errors import AoError
from ao.journal import Ask, Asked, Entry, Journal
from ao.message import message
from ao.release.state import Given, given
from ao.work import Work

INTERVAL = 3.0
"""Seconds between two looks into the journal."""


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

    def __init__(self, work: Work, journal: Journal, release: str) -> None:
        """Take what was asked of the release before this moment as heard."""
        self._inner = work
        self._journal = journal
        self._release = release
        self._heard = {entry.id for entry in journal.requests(release)}
        self._next = work.clock.now() + INTERVAL
        self._paused = 0.0
        self._approvals: list[Given] = []

    @property
    def work(self) -> Work:
        """The work, with a clock that hears requests as it waits and stands still in a pause."""
        return replace(
            self._inner, clock=replace(self._inner.clock, now=self._now, sleep=self._sleep)
        )

    def listen(self) -> None:
        """Hear what was asked since the last time; returns when no pause holds.

        An approval ends no pause; only one of an older Ao does, whose `release continue` wrote
        it. Raises AbortRequested. A cloud that does not answer is asked another time.
        """
        paused = False
        begin = self._inner.clock.now()
        while True:
            for entry in self._new():
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

    def _new(self) -> tuple[Entry, ...]:
        try:
            asked = self._journal.requests(self._release, self._heard)
        except AoError:
            return ()
        self._heard.update(entry.id for entry in asked)
        return asked

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
        if self._inner.clock.now() >= self._next:
            self.listen()
        self._inner.clock.sleep(seconds)
