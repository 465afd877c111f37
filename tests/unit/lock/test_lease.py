"""What keeps a lock renewed beside a command, whatever a renewal raises."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ao import lock
from ao.colour import Colour
from ao.errors import QuotaExceeded, Unavailable
from ao.lock import AcquiredLock, Locked, LockLost, lease
from ao.operations import reconcile
from ao.site import Method
from ao.work import Work
from tests.unit.lock.test_lock import eventually, log_in
from tests.unit.operations.sites import SITES, built

ERRORS = [
    Unavailable("HTTP 503"),
    QuotaExceeded("HTTP 413"),
    json.JSONDecodeError("Expecting value", "<html>", 0),
    KeyError("port"),
    RecursionError(),
    OSError("no file descriptor is left"),
    MemoryError(),
]


@pytest.fixture
def work() -> Work:
    return built(SITES[Method.POOL])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWAL", 0.02)
    monkeypatch.setattr(lease, "AGAIN", 0.01)
    monkeypatch.setattr(lease, "TURN", 0.5)


def raising(error: Exception) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_lock_is_renewed_again_after_whatever_a_renewal_raises(
    work: Work, error: Exception
) -> None:
    failed = threading.Event()
    with lock.acquire(work, "release 2.0"):
        work.cloud.faults.meanwhile("locks.renew", failed.set)
        work.cloud.faults.meanwhile("locks.renew", raising(error))
        assert failed.wait(10)
        work.clock.sleep(lock.LEASE - 1)
        assert eventually(lambda: left(work) > lock.LEASE / 2)
        with pytest.raises(Locked):
            lock.acquire(log_in(work.cloud.openstack, "other"), "switch")


@pytest.mark.parametrize("answer", ["<html>Maintenance</html>", "", "null", '{"port": null}'])
def test_an_answer_that_is_none_ends_neither_the_lock_nor_the_command(
    work: Work, answer: str
) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.cloud.faults.garble("locks.renew", answer)
        held.check()
        held.check()


def test_an_error_of_a_quota_is_forgiven_as_any_other_for_a_moment(work: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.cloud.faults.fail("locks.renew", QuotaExceeded("HTTP 413"))
        held.check()


def test_a_renewal_that_hangs_keeps_no_command_waiting(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, free = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        free.wait(20)

    with lock.acquire(work, "release 2.0") as held:
        work.cloud.faults.meanwhile("locks.renew", hang)
        assert hangs.wait(10)
        held.check()
        work.clock.sleep(lease.SAFE)
        with pytest.raises(LockLost, match="has not been answered"):
            held.guard(work).cloud.ports.sweep("none")
        free.set()


@contextmanager
def hanging(work: Work, held: AcquiredLock) -> Iterator[None]:
    """A renewal under way that nobody answers while the body runs."""
    hangs, free = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        free.wait(60)

    work.cloud.faults.meanwhile("locks.renew", hang)
    assert hangs.wait(10)
    try:
        yield
    finally:
        free.set()


def test_a_renewal_that_hangs_keeps_no_rescue_waiting(work: Work) -> None:
    """Production moves, and what watches it goes on, though Neutron does not answer the lock."""
    with lock.acquire(work, "release 2.0") as held, hanging(work, held):
        work.clock.sleep(lease.FRESH)
        begin = time.monotonic()
        with pytest.raises(Unavailable, match="has not been answered"):
            held.marks(lease.FRESH)
        reconcile.rescue(held.guard(work), Colour.GREEN)
        assert work.observe().live is Colour.GREEN
        assert time.monotonic() - begin < 4 * lease.TURN + 1


def test_a_rescue_looks_at_the_lock_that_it_does_not_renew(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEWAL", 40.0)
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(lease.FRESH)
        guarded = held.guard(work)
        before = len(work.cloud.calls)
        reconcile.rescue(guarded, Colour.GREEN)
        names = [call.name for call in work.cloud.calls[before:]]
        moved = names.index("load_balancers.set_default_pool")
        assert "locks.get" in names[:moved]
        assert "locks.renew" not in names[:moved]


def test_a_rescue_moves_nothing_under_a_lock_that_somebody_else_has_taken(work: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        other = log_in(work.cloud.openstack, "other")
        lock.release(other, force=True)
        with lock.acquire(other, "switch"):
            work.clock.sleep(lease.FRESH)
            with pytest.raises(LockLost):
                reconcile.rescue(held.guard(work), Colour.GREEN)
            assert work.observe().live is Colour.BLUE


def test_a_rescue_long_after_the_last_renewal_is_none_of_a_lock_that_may_be_anybodys(
    work: Work,
) -> None:
    with lock.acquire(work, "release 2.0") as held, hanging(work, held):
        work.clock.sleep(lease.SAFE)
        with pytest.raises(LockLost, match="has not been answered"):
            reconcile.rescue(held.guard(work), Colour.GREEN)
        assert work.observe().live is Colour.BLUE


def test_a_lock_that_a_renewal_saw_to_be_lost_lets_no_write_out(work: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        lock.release(log_in(work.cloud.openstack, "other"), force=True)
        assert eventually(lambda: known_as_lost(held))
        before = len(work.cloud.calls)
        with pytest.raises(LockLost, match="given free by somebody else"):
            held.guard(work).cloud.ports.sweep("none")
        assert len(work.cloud.calls) == before


def known_as_lost(held: AcquiredLock) -> bool:
    return not held._keeper.is_alive()


def left(work: Work) -> float:
    """Seconds until the lock ends."""
    holder = lock.holder(work)
    assert holder is not None
    return holder.until - holder.lock.read
