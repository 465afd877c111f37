"""The lease of a lock that is held: renewed beside the command, proven before great steps."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from ao import cloud
from ao.cloud.protocols import MOVES
from ao.errors import AoError, Changed, CloudError, NotFound, Unavailable
from ao.lock.errors import LockLost
from ao.lock.guarded_cloud import guarded
from ao.lock.holder import LEASE, Claim, Holder, moment
from ao.message import message
from ao.work import Work

log = logging.getLogger(__name__)

RENEWAL = LEASE / 3
"""Seconds between two renewals."""
AGAIN = LEASE / 12
"""Seconds until a renewal that failed is tried again."""
FRESH = 1.0
"""Seconds for which the lock counts as looked at right before a write that moves production: it may
be given free by force at any moment."""
SAFE = LEASE - RENEWAL
"""Seconds after a renewal in which nobody can have taken the lock over; what is left of the lease
is for the request that goes out at their end."""
TURN = 2.0
"""Seconds that the command waits for a renewal under way, as long as nobody can have taken the lock
over: it may have to move production off a version that answers nothing but errors."""


class AcquiredLock:
    """A site's lock in our hands, until the `with` block ends."""

    def __init__(
        self, work: Work, lock: cloud.Lock, claim: Claim, taken_over: Holder | None
    ) -> None:
        self.taken_over = taken_over
        """Whose lock was taken over because it counted no more; None for nobody's."""
        self._work = work
        self._lock = lock
        self._claim = claim
        self._proven = self._read = self._now()
        self._lost: LockLost | None = None
        self._freed = False
        self._hurried = False
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
        except LockLost:
            raise
        except AoError as error:
            silent = self._unproven
            if silent < SAFE:
                return
            why = message(
                "it could not be renewed for %(seconds)s s: %(message)s",
                seconds=f"{silent:.0f}",
                message=error.message,
            )
            raise self._losing(why) from error

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Have a write that moves production wait for the lock a few seconds at most.

        Before it the lock is looked at by its ID, in place of a renewal, and not at all while a
        renewal hangs. That suffices as long as nobody can have taken the lock over.
        """
        self._hurried = True
        try:
            yield
        finally:
            self._hurried = False

    @property
    def age(self) -> float:
        """Seconds since the lock was read, to look at it or to renew it."""
        return self._now() - self._read

    def marks(self, within: float) -> frozenset[str]:
        """Return what others have marked the lock with, and see that it is still ours.

        One request by the lock's ID, and none when it was read within the last `within` seconds,
        as by a renewal. Raises LockLost and AoError.
        """
        if self._lost is not None:
            raise self._lost
        if self.age < within:
            return self._lock.tags
        with self._alone():
            asked = self._now()
            if asked - self._read >= within:
                there = self._work.cloud.locks.get(self._lock.id)
                if there is None or not Holder.of(there).is_claim(self._claim):
                    there = self._found()
                self._lock, self._read = there, asked
            return self._lock.tags

    def guard(self, work: Work) -> Work:
        """Return the work to do under the lock.

        A request that would change the site does not go out, and LockLost is raised in its
        place, once the lock is known to be lost, or when nobody has answered for longer than
        it is safe that it is ours. Right before a write that moves production it is looked at.
        Once it was given free by ourselves nothing is guarded.
        """
        return replace(work, lock=self, cloud=guarded(work.cloud, self._prove))

    def release(self) -> None:
        """Give the lock free; nothing happens the second time, nor when it is lost.

        A cloud that fails is told: the lock then ends by itself.
        """
        self._over.set()
        try:
            with self._alone(to_free=True):
                if self._lost is not None:
                    return
                self._lost = LockLost(
                    message("the lock was given free"), cure=message("Run the command again.")
                )
                self._freed = True
                self._remove()
        except AoError as error:
            until = moment(Holder.of(self._lock).until)
            self._work.note(
                message(
                    "%(message)s. It ends by itself at %(moment)s.",
                    message=error.message,
                    moment=until,
                )
            )

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
        self.release()

    def _keep(self) -> None:
        """Renew again and again until it is over."""
        pause = RENEWAL
        while not self._work.clock.wait(self._over, pause):
            try:
                self._renew()
                pause = RENEWAL
            except LockLost as error:
                if not self._over.is_set():
                    self._work.note(error.message)
                return
            except Exception:
                # Whatever it is, others must not take the lock over for it while we work.
                log.debug("The lock could not be renewed:", exc_info=True)
                pause = AGAIN

    @property
    def _unproven(self) -> float:
        """Seconds since the lock was last seen to be ours."""
        return self._now() - self._proven

    def _now(self) -> float:
        """Return seconds from some moment, with those in which this machine slept: leases go on."""
        return self._work.clock.now() + _asleep()

    def _prove(self, call: str) -> None:
        """See that nobody can have taken the lock over; it is asked only if that is not sure.

        By force somebody may take it over at any moment: before a write that moves production it
        is asked, unless it was within the last second.
        """
        if self._freed:
            return
        if self._lost is not None:
            raise self._lost
        if call in MOVES and self._hurried:
            self._look()
        elif call in MOVES and self._unproven >= FRESH:
            self.check()
        if self._unproven >= SAFE:
            # We may have been stopped for long meanwhile, too.
            self.check()

    def _look(self) -> None:
        """See that the lock is ours, if the cloud tells that at once. Raises LockLost."""
        try:
            self.marks(FRESH)
        except LockLost:
            raise
        except AoError:
            log.debug("The lock could not be looked at:", exc_info=True)

    @contextmanager
    def _alone(self, *, to_free: bool = False) -> Iterator[None]:
        """Ask for the lock while the other thread does not. Raises Unavailable."""
        patient = to_free or self._unproven >= SAFE
        if not self._turn.acquire(timeout=RENEWAL if patient else TURN):
            raise Unavailable(message("a renewal of the lock has not been answered yet"))
        try:
            yield
        finally:
            self._turn.release()

    def _renew(self) -> None:
        """Renew once. Raises LockLost when it is not ours any more, AoError."""
        with self._alone():
            if self._lost is not None:
                raise self._lost
            asked = self._now()
            try:
                self._lock = self._write(self._lock)
            except (Changed, NotFound) as error:
                self._lock, self._read = self._found(error), asked
                self._lock = self._write(self._lock)
            self._proven = self._read = asked

    def _write(self, lock: cloud.Lock) -> cloud.Lock:
        now = self._lock.read + self._now() - self._read
        return self._work.cloud.locks.renew(lock, self._claim.text(now))

    def _found(self, error: CloudError | None = None) -> cloud.Lock:
        """Find the lock again where it was not as it was left: it may be ours. Raises LockLost."""
        there = self._work.cloud.locks.find(self._lock.network_id, self._lock.at)
        if there is None:
            raise self._losing(message("it was given free by somebody else")) from error
        holder = Holder.of(there)
        if not holder.is_claim(self._claim):
            raise self._losing(message("now it is held by %(holder)s", holder=holder)) from error
        return there

    def _remove(self) -> None:
        try:
            self._work.cloud.locks.remove(self._lock)
        except Changed:
            there = self._work.cloud.locks.find(self._lock.network_id, self._lock.at)
            if there is not None and Holder.of(there).is_claim(self._claim):
                self._work.cloud.locks.remove(there)

    def _losing(self, why: str) -> LockLost:
        self._lost = LockLost(
            message(
                "the lock of site %(site)s is lost: %(why)s", site=self._work.site.name, why=why
            ),
            cure=message(
                "`ao status` shows where the site stands; the same command goes on from there."
            ),
        )
        return self._lost


def _asleep() -> int:
    """Whole seconds that this machine has slept since it was booted, as far as it knows."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0
    return round(time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic())
