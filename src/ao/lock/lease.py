"""The lease of a lock that is held: renewed beside the command, proven before great steps."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from ao import cloud
from ao.errors import AoError, Changed, CloudError, NotFound
from ao.lock.errors import LockLost
from ao.lock.holder import LEASE, Claim, Holder, moment
from ao.work import Work

RENEWAL = LEASE / 3
"""Seconds between two renewals."""
AGAIN = LEASE / 12
"""Seconds until a renewal that failed is tried again."""


class Held:
    """A site's lock in our hands, until the `with` block ends."""

    def __init__(
        self, work: Work, lock: cloud.Lock, claim: Claim, taken_over: Holder | None
    ) -> None:
        self.taken_over = taken_over
        """Whose lock was taken over because it counted no more; None for nobody's."""
        self._work = work
        self._lock = lock
        self._claim = claim
        self._proven = work.clock.now()
        self._lost: LockLost | None = None
        self._turn = threading.Lock()
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="lock", daemon=True)

    def check(self) -> None:
        """See that the lock is still ours, and have it last a whole lease from now.

        A cloud that does not answer for a moment is forgiven as long as nobody can have
        taken the lock over. Raises LockLost.
        """
        try:
            self._renew()
        except CloudError as error:
            silent = self._work.clock.now() - self._proven
            if silent < LEASE - RENEWAL:
                return
            why = f"it could not be renewed for {silent:.0f} s: {error.message}"
            raise self._losing(why) from error

    def release(self) -> None:
        """Give the lock free; nothing happens the second time.

        A cloud that fails is told: the lock then ends by itself.
        """
        self._over.set()
        with self._turn:
            if self._lost is not None:
                return
            self._lost = LockLost("the lock was given free", cure="Run the command again.")
            try:
                self._remove()
            except AoError as error:
                until = moment(Holder.of(self._lock).until)
                self._work.progress.note(f"{error.message}. It ends by itself at {until}.")

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        # Anything else stands for a process that was killed, which gives nothing free.
        if kind is None or issubclass(kind, (Exception, KeyboardInterrupt, SystemExit)):
            self.release()

    def _keep(self) -> None:
        """Renew again and again until it is over."""
        pause = RENEWAL
        while not self._over.wait(pause):
            try:
                self._renew()
                pause = RENEWAL
            except LockLost as error:
                self._work.progress.note(error.message)
                return
            except CloudError:
                pause = AGAIN

    def _renew(self) -> None:
        """Renew once. Raises LockLost when it is not ours any more, CloudError."""
        with self._turn:
            if self._lost is not None:
                raise self._lost
            asked = self._work.clock.now()
            try:
                self._lock = self._write(self._lock)
            except (Changed, NotFound) as error:
                self._lock = self._write(self._found(error))
            self._proven = asked

    def _write(self, lock: cloud.Lock) -> cloud.Lock:
        now = self._lock.read + self._work.clock.now() - self._proven
        return self._work.cloud.locks.renew(lock, self._claim.text(now))

    def _found(self, error: CloudError) -> cloud.Lock:
        """The lock as it is now: somebody else wrote, or our own write was not answered."""
        there = self._work.cloud.locks.find(self._lock.network_id)
        if there is None:
            raise self._losing("it was given free by somebody else") from error
        holder = Holder.of(there)
        if not holder.is_claim(self._claim):
            raise self._losing(f"now it is held by {holder}") from error
        return there

    def _remove(self) -> None:
        try:
            self._work.cloud.locks.remove(self._lock)
        except Changed:
            there = self._work.cloud.locks.find(self._lock.network_id)
            if there is not None and Holder.of(there).is_claim(self._claim):
                self._work.cloud.locks.remove(there)

    def _losing(self, why: str) -> LockLost:
        self._lost = LockLost(
            f"the lock of site {self._work.site.name} is lost: {why}",
            cure="`ao status` shows where the site stands; the same command goes on from there.",
        )
        return self._lost
