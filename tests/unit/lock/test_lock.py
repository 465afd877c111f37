"""The lock of a site on the fake cloud, between holders on one machine and on others."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from ao import fake, lock
from ao.errors import Changed, Conflict, Forbidden, NotFound, Unavailable
from ao.lock import AcquiredLock, Holder, Locked, LockLost, lease
from ao.lock import lock as lock_module
from ao.operations import reconcile
from ao.work import Work
from tests.unit.listeners import Notes
from tests.unit.samples import SITE

LOST = Unavailable("the service did not answer")


@pytest.fixture(scope="module")
def _openstack() -> fake.OpenStack:
    """A cloud where the site is built."""
    cloud = fake.Cloud()
    reconcile.up(Work(cloud=cloud, site=SITE, clock=cloud.clock, visit=cloud.visit))
    return cloud.openstack


def log_in(openstack: fake.OpenStack, user: str = "shop", *, reader: bool = False) -> Work:
    cloud = fake.Cloud(openstack=openstack, user=user, reader=reader)
    return Work(cloud=cloud, site=SITE, clock=cloud.clock, visit=cloud.visit, progress=Notes())


@pytest.fixture
def work(_openstack: fake.OpenStack) -> Work:
    """Our work, with nobody holding the lock."""
    work = log_in(_openstack)
    for port in work.cloud.locks.all():
        work.cloud.locks.remove(port)
    work.cloud.calls.clear()
    return work


@pytest.fixture
def theirs(work: Work) -> Work:
    """The work of somebody else."""
    return log_in(work.cloud.openstack, "ops")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Move what follows to another machine."""

    def move(host: str) -> None:
        monkeypatch.setattr("socket.gethostname", lambda: host)
        monkeypatch.setattr("ao.lock.process_mark.here", lambda: "ffffff.1.1")

    return move


def abandon(work: Work, purpose: str = "release 2.0") -> None:
    """Take the lock in a process that is then killed."""
    process = work.cloud.process
    with pytest.raises(fake.Killed), lock.acquire(work, purpose):
        process.kill()
    assert lock.holder(work) is not None
    process.restart()


def notes(work: Work) -> list[str]:
    assert isinstance(work.progress, Notes)
    return work.progress.notes


def test_a_lock_is_held_within_its_block_and_free_after_it(work: Work) -> None:
    with lock.acquire(work, "switch") as held:
        held.check()
        there = lock.holder(work)
        assert there is not None
        assert there.claim is not None
        assert (there.claim.who, there.claim.purpose) == ("shop", "switch")
    assert lock.holder(work) is None


@pytest.mark.parametrize("error", [Unavailable("gone"), KeyboardInterrupt(), SystemExit()])
def test_a_lock_is_free_after_an_error_too(work: Work, error: BaseException) -> None:
    with pytest.raises(type(error)), lock.acquire(work, "switch"):
        raise error
    assert lock.holder(work) is None


def test_a_lock_that_is_held_is_refused_at_once_with_who_and_what_and_the_build(
    work: Work, theirs: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "build7")
    monkeypatch.setenv("BUILD_URL", "https://ci.example/job/7")
    with lock.acquire(work, "release 2.0"):
        with pytest.raises(Locked, match=r"shop is locked by shop on build7 \(release 2.0\)") as e:
            lock.acquire(theirs, "switch")
        assert "https://ci.example/job/7" in e.value.message
        assert "since 2026-" in e.value.message
        assert "until 2026-" in e.value.message
        assert e.value.cure
        assert e.value.exit_code == 10


@pytest.mark.parametrize(("within", "waits"), [("shop", False), ("other", True), ("", True)])
def test_whoever_is_waited_for_by_the_holder_is_not_told_to_wait(
    work: Work, theirs: Work, within: str, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(lock.WITHIN, within)
    with lock.acquire(work, "release 2.0"), pytest.raises(Locked) as told:
        lock.acquire(theirs, "switch")
    assert ("Wait until that has ended" in told.value.cure) is waits
    assert ("waits for that to end" in told.value.cure) is not waits


def test_the_same_process_is_refused_a_second_lock(work: Work) -> None:
    with lock.acquire(work, "switch"), pytest.raises(Locked):
        lock.acquire(work, "switch")


def test_the_same_user_on_another_machine_is_another_holder(
    work: Work, elsewhere: Callable[[str], None]
) -> None:
    with lock.acquire(work, "release 2.0"):
        elsewhere("build8")
        with pytest.raises(Locked):
            lock.acquire(work, "release 2.0")


def test_a_site_that_is_not_built_has_no_lock() -> None:
    cloud = fake.Cloud()
    work = Work(cloud=cloud, site=SITE, clock=cloud.clock, visit=cloud.visit)
    with pytest.raises(NotFound, match="has no lock yet") as caught:
        lock.acquire(work, "switch")
    assert "`ao down` did not come to its end" in caught.value.cure
    assert lock.holder(work) is None


def test_a_reader_cannot_take_the_lock(work: Work) -> None:
    reader = log_in(work.cloud.openstack, "auditor", reader=True)
    with pytest.raises(Forbidden):
        lock.acquire(reader, "switch")


def test_a_killed_holders_lock_holds_on_another_machine_until_its_lease_is_over(
    work: Work, theirs: Work, elsewhere: Callable[[str], None]
) -> None:
    abandon(work)
    elsewhere("build8")
    with pytest.raises(Locked):
        lock.acquire(theirs, "switch")
    work.clock.sleep(lock.LEASE)
    with lock.acquire(theirs, "switch") as held:
        assert held.taken_over is not None
        assert held.taken_over.claim is not None
        assert held.taken_over.claim.purpose == "release 2.0"
    assert any("Taking over the lock of shop" in note for note in notes(theirs))


def test_a_holder_whose_process_has_ended_on_this_machine_is_taken_over_at_once(
    work: Work, theirs: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    abandon(work)
    monkeypatch.setattr("ao.lock.process_mark.ended", lambda mark: True)
    with lock.acquire(theirs, "switch") as held:
        assert held.taken_over is not None
        assert "has ended" in held.taken_over.over


def test_of_two_who_take_over_one_wins_and_the_other_is_told_who(work: Work, theirs: Work) -> None:
    abandon(work)
    work.clock.sleep(lock.LEASE)
    won: list[AcquiredLock] = []
    work.cloud.faults.meanwhile("locks.remove", lambda: won.append(lock.acquire(theirs, "deploy")))
    with pytest.raises(Locked, match="locked by ops"):
        lock.acquire(work, "release 2.0")
    assert len(won) == 1
    won[0].check()


def test_a_lock_that_is_renewed_while_it_is_taken_over_stays_with_its_holder(
    work: Work, theirs: Work
) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(lock.LEASE)
        theirs.cloud.faults.meanwhile("locks.remove", held.check)
        with pytest.raises(Locked, match="locked by shop"):
            lock.acquire(theirs, "switch")
        held.check()


def test_a_lock_that_was_taken_over_is_lost_at_the_next_check(work: Work, theirs: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(lock.LEASE)
        with lock.acquire(theirs, "switch"):
            with pytest.raises(LockLost, match="held by ops"):
                held.check()
            held.release()
            assert lock.holder(work) is not None
        with pytest.raises(LockLost):
            held.check()


def test_a_lock_that_somebody_freed_is_lost(work: Work, theirs: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        lock.release(theirs, force=True)
        with pytest.raises(LockLost, match="given free by somebody else"):
            held.check()


def test_a_check_has_the_lock_last_a_whole_lease_from_then(work: Work, theirs: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(lock.LEASE - 1)
        held.check()
        work.clock.sleep(lock.LEASE - 1)
        with pytest.raises(Locked):
            lock.acquire(theirs, "switch")


def test_a_renewal_whose_answer_is_lost_is_no_loss_of_the_lock(work: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(5)
        work.cloud.faults.fail("locks.renew", LOST, after=True)
        held.check()
        work.clock.sleep(5)
        held.check()


def test_a_cloud_that_is_silent_for_longer_than_is_safe_loses_the_lock(work: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(lease.LEASE - lease.RENEWAL - 1)
        work.cloud.faults.fail("locks.renew", LOST)
        held.check()
        work.clock.sleep(1)
        work.cloud.faults.fail("locks.renew", LOST)
        with pytest.raises(LockLost, match="could not be renewed for 80 s"):
            held.check()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_lock_whose_taking_is_not_answered_is_taken_all_the_same(
    work: Work, theirs: Work, after: bool
) -> None:
    work.cloud.faults.fail("locks.take", LOST, after=after)
    with lock.acquire(work, "release 2.0") as held:
        held.check()
        assert held.taken_over is None
        with pytest.raises(Locked):
            lock.acquire(theirs, "switch")


def test_a_quota_of_ports_that_is_used_up_is_told_as_that(work: Work) -> None:
    full = Conflict("Quota exceeded for resources: ['port'].")
    for skip in range(lock_module.TRIES):
        work.cloud.faults.fail("locks.take", full, skip=skip)
    with pytest.raises(Conflict, match="Quota exceeded"):
        lock.acquire(work, "switch")


def test_a_lock_that_cannot_be_freed_is_told_and_fails_nothing(work: Work) -> None:
    work.cloud.faults.fail("locks.remove", LOST)
    with lock.acquire(work, "switch"):
        pass
    assert any("It ends by itself at" in note for note in notes(work))


def test_a_lock_is_renewed_beside_the_command_also_after_a_failure(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEWAL", 0.01)
    monkeypatch.setattr(lease, "AGAIN", 0.01)
    with lock.acquire(work, "release 2.0"):
        there = lock.holder(work)
        assert there is not None
        work.cloud.faults.fail("locks.renew", LOST)
        work.clock.sleep(lock.LEASE - 1)
        before = there.lock.written
        assert eventually(lambda: _written(work) > before)


def test_a_loss_is_told_as_soon_as_a_renewal_sees_it(
    work: Work, theirs: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEWAL", 0.01)
    with lock.acquire(work, "release 2.0"):
        lock.release(theirs, force=True)
        assert eventually(lambda: any("is lost" in note for note in notes(work)))


def test_a_lock_that_was_given_free_is_not_renewed(work: Work) -> None:
    with lock.acquire(work, "down") as held:
        held.release()
        held.release()
        assert lock.holder(work) is None
        with pytest.raises(LockLost, match="given free"):
            held.check()


def test_a_site_held_by_hand_refuses_everybody_until_its_time_is_over(
    work: Work, theirs: Work
) -> None:
    lock.acquire_by_hand(work, "year end", 3600)
    for other in (work, theirs):
        with pytest.raises(Locked, match=r"\(year end, by hand\)"):
            lock.acquire(other, "switch")
    work.clock.sleep(3600)
    with lock.acquire(theirs, "switch") as held:
        assert held.taken_over is not None


def test_a_lock_by_hand_is_held_anew_by_the_same_user_on_the_same_machine(
    work: Work, theirs: Work
) -> None:
    first, _ = lock.acquire_by_hand(work, "year end", 60)
    again, _ = lock.acquire_by_hand(work, "year end, longer", 3600)
    assert again.lock.id == first.lock.id
    assert again.until > first.until + 3000
    with pytest.raises(Locked):
        lock.acquire_by_hand(theirs, "mine", 60)


def test_a_lock_by_hand_is_freed_by_its_holder_and_by_others_only_with_force(
    work: Work, theirs: Work
) -> None:
    lock.acquire_by_hand(work, "year end", 3600)
    with pytest.raises(Locked, match="year end"):
        lock.release(theirs)
    assert lock.release(work) is not None
    assert lock.release(work) is None
    lock.acquire_by_hand(work, "year end", 3600)
    assert lock.release(theirs, force=True) is not None
    assert lock.holder(work) is None


def test_a_lock_by_hand_is_not_freed_from_another_machine(
    work: Work, elsewhere: Callable[[str], None]
) -> None:
    lock.acquire_by_hand(work, "year end", 3600)
    elsewhere("build8")
    with pytest.raises(Locked):
        lock.release(work)


def test_a_release_under_way_is_not_freed_without_force_even_by_its_user(work: Work) -> None:
    with lock.acquire(work, "release 2.0"):
        with pytest.raises(Locked):
            lock.release(work)
        assert lock.holder(work) is not None


def test_what_a_killed_process_left_is_freed_by_anybody_once_it_counts_no_more(
    work: Work, theirs: Work
) -> None:
    abandon(work)
    work.clock.sleep(lock.LEASE)
    assert lock.release(theirs) is not None


def test_a_lock_that_was_renewed_while_it_is_freed_stays(work: Work, theirs: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(5)
        theirs.cloud.faults.meanwhile("locks.remove", held.check)
        with pytest.raises(Changed):
            lock.release(theirs, force=True)
        held.check()


def test_the_holders_of_all_sites_are_told_in_one_request(work: Work, theirs: Work) -> None:
    other = replace(theirs, site=replace(SITE, name="shop-two"))
    reconcile.up(other)
    lock.acquire_by_hand(work, "year end", 3600)
    with lock.acquire(other, "switch"):
        work.cloud.calls.clear()
        told = lock.list_holders(work.cloud)
        assert [call.name for call in work.cloud.calls] == ["locks.all"]
        assert {site: holder.claim.purpose for site, holder in told.items() if holder.claim} == {
            "shop": "year end",
            "shop-two": "switch",
        }
    work.clock.sleep(3600)
    assert lock.list_holders(work.cloud) == {}


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, ""),
        ({"BUILD_URL": "https://jenkins.example/7/"}, "https://jenkins.example/7/"),
        ({"CI_JOB_URL": "https://gitlab.example/j/7"}, "https://gitlab.example/j/7"),
        (
            {
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_REPOSITORY": "a/b",
                "GITHUB_RUN_ID": "7",
            },
            "https://github.example/a/b/actions/runs/7",
        ),
        ({"GITHUB_SERVER_URL": "https://github.example"}, ""),
    ],
)
def test_the_build_that_we_are_part_of_is_known(environ: dict[str, str], url: str) -> None:
    assert lock.build_url(environ) == url


def eventually(seen: Callable[[], bool]) -> bool:
    """Whether something is seen within ten seconds."""
    deadline = time.monotonic() + 10
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.005)
    return seen()


def _written(work: Work) -> float:
    there = lock.holder(work)
    assert isinstance(there, Holder)
    return there.lock.written


@pytest.mark.parametrize(
    "more", [{}, {"who": ["shop"]}], ids=["a claim that is read", "one that is not"]
)
def test_a_lock_of_a_newer_format_is_neither_renewed_nor_taken_over(
    work: Work, more: dict[str, object]
) -> None:
    """Not even by the same user on the same machine, who holds it by hand."""
    holder, _ = lock.acquire_by_hand(work, "a freeze", 3600.0)
    told = json.loads(holder.lock.description) | {"format": 99, "needs": "0.4.0"} | more
    work.cloud.locks.renew(holder.lock, json.dumps(told))
    (before,) = work.cloud.locks.all()
    for take in (
        lambda: lock.acquire_by_hand(work, "another", 60.0),
        lambda: lock.acquire(work, "deploy 2.0"),
    ):
        with pytest.raises(Locked, match=r"upgrade to ao 0\.4\.0"):
            take()
    (after,) = work.cloud.locks.all()
    assert after.description == before.description
    assert lock.release(work, force=True) is not None


def names(work: Work) -> list[str]:
    """The calls of a work's cloud since they were cleared."""
    return [call.name for call in work.cloud.calls]


def test_a_mark_reaches_the_holder_by_a_look_and_by_a_renewal(work: Work, theirs: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        assert not held.marks(0.0)
        lock.mark(theirs)
        first = held.marks(0.0)
        assert len(first) == 1
        lock.mark(theirs)
        held.check()
        work.cloud.calls.clear()
        assert held.marks(60.0) != first
        assert not work.cloud.calls, "the renewal has read it"


def test_a_look_asks_for_the_locks_port_alone_and_not_again_so_soon(work: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(5.0)
        assert held.age == 5.0
        work.cloud.calls.clear()
        held.marks(5.0)
        held.marks(1.0)
        assert (names(work), held.age) == (["locks.get"], 0.0)


def test_a_renewal_after_a_look_that_saw_a_mark_is_one_request(work: Work, theirs: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        lock.mark(theirs)
        held.marks(0.0)
        work.cloud.calls.clear()
        held.check()
        assert names(work) == ["locks.renew"]


def test_a_look_does_not_prolong_what_is_proven_of_a_lock(work: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        work.clock.sleep(lease.SAFE)
        held.marks(0.0)
        work.cloud.faults.fail("locks.renew", LOST)
        with pytest.raises(LockLost, match="could not be renewed"):
            held.check()


def test_a_look_tells_that_the_lock_is_somebody_elses(work: Work, theirs: Work) -> None:
    with lock.acquire(work, "release 2.0") as held:
        lock.release(theirs, force=True)
        with lock.acquire(theirs, "switch"), pytest.raises(LockLost, match="now it is held by ops"):
            held.marks(0.0)
        with pytest.raises(LockLost):
            held.marks(60.0)


def test_nobody_is_marked_where_nobody_holds_the_lock(work: Work) -> None:
    lock.mark(work)
    assert "locks.mark" not in names(work)
