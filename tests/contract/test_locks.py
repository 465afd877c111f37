"""The lock of a site."""

from collections.abc import Iterator

import pytest

from ao import lock
from ao.cloud import Cloud, Lock
from ao.errors import Changed, CloudError, Conflict, Forbidden, NotFound
from ao.lock import Locked
from ao.work import Work
from tests.contract.environment import Bench


@pytest.fixture(scope="module")
def network(bench: Bench) -> str:
    """The network of the site's lock."""
    resources = bench.cloud.stacks.resources(bench.stack(bench.site.stack))
    return next(r.physical_id for r in resources if r.name == "lock_network")


@pytest.fixture(autouse=True)
def _free(bench: Bench, network: str) -> Iterator[None]:
    """Nobody holds the lock before a test, or after it."""
    yield
    left = bench.cloud.locks.find(network)
    if left is not None:
        bench.cloud.locks.remove(left)


def take(bench: Bench, network: str, description: str = "mine", cloud: Cloud | None = None) -> Lock:
    return (cloud or bench.cloud).locks.take(network, f"{bench.site.stack}-lock", description)


def test_a_lock_that_nobody_holds_is_not_found(bench: Bench, network: str) -> None:
    assert bench.cloud.locks.find(network) is None


def test_a_lock_is_found_as_it_was_taken(bench: Bench, network: str) -> None:
    taken = take(bench, network, '{"who":"青 Ω","text":"' + "x" * 200 + '"}')
    found = bench.cloud.locks.find(network)
    assert found is not None
    assert (found.id, found.name, found.description, found.revision) == (
        taken.id,
        f"{bench.site.stack}-lock",
        taken.description,
        taken.revision,
    )
    assert found.network_id == network
    assert 0 <= found.written - found.created <= 2
    assert abs(found.read - found.created) < 30


def test_a_lock_that_is_held_cannot_be_taken(bench: Bench, network: str) -> None:
    taken = take(bench, network)
    with pytest.raises(Conflict, match="already allocated"):
        take(bench, network, "theirs")
    assert bench.cloud.locks.find(network) is not None
    bench.cloud.locks.remove(taken)
    assert take(bench, network, "theirs").id != taken.id


def test_a_description_of_255_characters_is_kept_and_one_more_is_refused(
    bench: Bench, network: str
) -> None:
    taken = take(bench, network, "é" * 255)
    assert taken.description == "é" * 255
    with pytest.raises(CloudError):
        bench.cloud.locks.renew(taken, "é" * 256)


def test_a_renewed_lock_was_written_later_and_created_when_it_was(
    bench: Bench, network: str
) -> None:
    taken = take(bench, network)
    bench.clock.sleep(1.5)
    renewed = bench.cloud.locks.renew(taken, "renewed")
    assert (renewed.id, renewed.description) == (taken.id, "renewed")
    assert renewed.revision > taken.revision
    assert renewed.created == taken.created
    assert renewed.written > taken.written


def test_a_lock_that_is_described_as_before_is_not_written(bench: Bench, network: str) -> None:
    taken = take(bench, network)
    bench.clock.sleep(1.5)
    renewed = bench.cloud.locks.renew(taken, taken.description)
    assert (renewed.revision, renewed.written) == (taken.revision, taken.written)


def test_a_lock_that_somebody_renewed_is_neither_renewed_nor_removed(
    bench: Bench, network: str
) -> None:
    taken = take(bench, network)
    bench.cloud.locks.renew(taken, "renewed")
    with pytest.raises(Changed):
        bench.cloud.locks.renew(taken, "renewed again")
    with pytest.raises(Changed):
        bench.cloud.locks.remove(taken)
    found = bench.cloud.locks.find(network)
    assert found is not None
    assert found.description == "renewed"


def test_a_lock_that_is_gone_cannot_be_renewed_and_may_be_removed_again(
    bench: Bench, network: str
) -> None:
    taken = take(bench, network)
    bench.cloud.locks.remove(taken)
    bench.cloud.locks.remove(taken)
    with pytest.raises(NotFound):
        bench.cloud.locks.renew(taken, "renewed")


def test_all_locks_of_the_project_are_listed_and_none_of_another(
    bench: Bench, network: str
) -> None:
    taken = take(bench, network)
    assert taken.id in {it.id for it in bench.cloud.locks.all()}
    for others in (bench.annex, bench.admin):
        assert taken.id not in {it.id for it in others.locks.all()}


def test_a_reader_sees_the_lock_and_cannot_touch_it(bench: Bench, network: str) -> None:
    with pytest.raises(Forbidden):
        take(bench, network, cloud=bench.reader)
    taken = take(bench, network)
    found = bench.reader.locks.find(network)
    assert found is not None
    assert found.id == taken.id
    with pytest.raises(Forbidden):
        bench.reader.locks.renew(taken, "renewed")
    with pytest.raises(Forbidden):
        bench.reader.locks.remove(taken)
    assert bench.cloud.locks.find(network) is not None


def test_users_have_their_names(bench: Bench) -> None:
    assert bench.cloud.user
    assert bench.reader.user
    assert bench.reader.user != bench.cloud.user


def test_of_two_at_once_one_holds_the_lock_and_the_other_is_refused(
    bench: Bench, network: str
) -> None:
    work = Work(cloud=bench.cloud, site=bench.site, clock=bench.clock)
    with lock.acquire(work, "release 2.0") as held:
        with pytest.raises(Locked, match=rf"{bench.cloud.user} on .* \(release 2.0\)"):
            lock.acquire(work, "switch")
        bench.clock.sleep(1.5)
        held.check()
    assert bench.cloud.locks.find(network) is None


def test_a_reader_is_refused_the_lock(bench: Bench, network: str) -> None:
    with pytest.raises(Forbidden):
        lock.acquire(Work(cloud=bench.reader, site=bench.site, clock=bench.clock), "switch")
    assert bench.cloud.locks.find(network) is None


def test_a_lock_is_found_by_its_id_until_it_is_given_free(bench: Bench, network: str) -> None:
    taken = take(bench, network)
    found = bench.cloud.locks.get(taken.id)
    assert found is not None
    assert (found.id, found.description, found.tags) == (taken.id, "mine", frozenset())
    bench.cloud.locks.remove(taken)
    assert bench.cloud.locks.get(taken.id) is None


def test_a_mark_takes_the_place_of_the_one_before_and_stays_when_the_lock_is_renewed(
    bench: Bench, network: str
) -> None:
    taken = take(bench, network)
    bench.colleague.locks.mark(taken, "ao:asked=1")
    bench.colleague.locks.mark(taken, "ao:asked=2")
    marked = bench.cloud.locks.get(taken.id)
    assert marked is not None
    assert marked.tags == {"ao:asked=2"}
    assert marked.description == "mine"
    renewed = bench.cloud.locks.renew(marked, "renewed")
    assert renewed.tags == {"ao:asked=2"}


def test_a_mark_is_a_write_that_a_renewal_notices(bench: Bench, network: str) -> None:
    taken = take(bench, network)
    bench.colleague.locks.mark(taken, "ao:asked=1")
    with pytest.raises(Changed):
        bench.cloud.locks.renew(taken, "renewed")


def test_a_lock_that_is_gone_cannot_be_marked(bench: Bench, network: str) -> None:
    taken = take(bench, network)
    bench.cloud.locks.remove(taken)
    with pytest.raises(NotFound):
        bench.cloud.locks.mark(taken, "ao:asked=1")


def test_a_reader_marks_no_lock(bench: Bench, network: str) -> None:
    taken = take(bench, network)
    with pytest.raises(Forbidden):
        bench.reader.locks.mark(taken, "ao:asked=1")
