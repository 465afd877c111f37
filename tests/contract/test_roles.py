"""What the roles of a project may do: its reader, another member, administrators of others.

SECURITY.md says what follows from that.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ao import templates
from ao.cloud import Cloud, Stack
from ao.errors import Forbidden, NotFound
from tests.contract.environment import DEADLINE, Bench

WRITES: dict[str, Callable[[Cloud, Bench, Stack], object]] = {
    "create": lambda cloud, bench, stack: cloud.stacks.create(
        f"{bench.site.name}-x", templates.site(), bench.site_parameters(), frozenset(), DEADLINE
    ),
    "update": lambda cloud, bench, stack: cloud.stacks.update(
        stack, templates.site(), bench.site_parameters(), stack.tags, DEADLINE
    ),
    "repair": lambda cloud, bench, stack: cloud.stacks.repair(stack, {}, DEADLINE),
    "delete": lambda cloud, bench, stack: cloud.stacks.delete(stack),
    "mark_unhealthy": lambda cloud, bench, stack: cloud.stacks.mark_unhealthy(
        cloud.stacks.resources(stack)[0], "for a test"
    ),
    "point": lambda cloud, bench, stack: cloud.floating_ips.point(
        bench.address("preview"), None, "for a test"
    ),
    "take the lock": lambda cloud, bench, stack: cloud.locks.take(
        lock_network(bench), f"{bench.site.stack}-lock", "for a test"
    ),
    "keep a text": lambda cloud, bench, stack: cloud.software_configs.add(
        f"ao.journal/{bench.site.name}/for-a-test", "for a test"
    ),
}


def lock_network(bench: Bench) -> str:
    """The network of the site's lock."""
    resources = bench.cloud.stacks.resources(bench.stack(bench.site.stack))
    return next(it.physical_id for it in resources if it.name == "lock_network")


@pytest.mark.parametrize("write", WRITES)
def test_a_reader_is_forbidden_to_write(bench: Bench, write: str) -> None:
    def state() -> object:
        stack = bench.stack(bench.site.stack)
        return stack, bench.cloud.stacks.resources(stack), bench.address("preview")

    before = state()
    with pytest.raises(Forbidden):
        WRITES[write](bench.reader, bench, bench.stack(bench.site.stack))
    assert state() == before


def test_users_are_told_apart_by_their_ids(bench: Bench) -> None:
    ids = [cloud.user_id for cloud in (bench.cloud, bench.reader, bench.admin)]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_a_reader_is_forbidden_to_move_production_by_its_listener(shared: Bench) -> None:
    stack = shared.stack(shared.site.stack)
    ids = {it.name: it.physical_id for it in shared.cloud.stacks.resources(stack)}
    listener = next(
        it for it in shared.reader.load_balancers.listeners() if it.id == ids["production_listener"]
    )
    with pytest.raises(Forbidden):
        shared.reader.load_balancers.set_default_pool(listener, ids["green_pool"])
    assert listener in shared.cloud.load_balancers.listeners()


def test_a_reader_is_forbidden_to_free_a_lock_and_to_remove_what_is_kept(bench: Bench) -> None:
    name = f"ao.journal/{bench.site.name}/for-a-test"
    lock = bench.cloud.locks.take(lock_network(bench), f"{bench.site.stack}-lock", "for a test")
    bench.cloud.software_configs.add(name, "for a test")
    (record,) = bench.cloud.software_configs.all(name)
    try:
        for write in (
            lambda: bench.reader.locks.renew(lock, "not for a test"),
            lambda: bench.reader.locks.remove(lock),
            lambda: bench.reader.software_configs.remove(record),
        ):
            with pytest.raises(Forbidden):
                write()
        assert bench.cloud.locks.find(lock_network(bench)) == replace(
            lock, read=pytest.approx(lock.read, abs=60)
        )
        assert bench.cloud.software_configs.all(name) == (record,)
    finally:
        bench.cloud.locks.remove(lock)
        bench.cloud.software_configs.remove(record)


def test_a_reader_reads_the_journal_the_lock_and_what_is_kept(bench: Bench) -> None:
    name = f"ao.journal/{bench.site.name}/for-a-test"
    lock = bench.cloud.locks.take(lock_network(bench), f"{bench.site.stack}-lock", "who it is")
    bench.cloud.software_configs.add(name, "what was done")
    (record,) = bench.cloud.software_configs.all(name)
    try:
        assert bench.reader.software_configs.read(record) == "what was done"
        seen = bench.reader.locks.find(lock_network(bench))
        assert seen is not None
        assert seen.description == "who it is"
    finally:
        bench.cloud.locks.remove(lock)
        bench.cloud.software_configs.remove(record)


def test_another_member_may_write_and_remove_what_ao_keeps_under_any_name(bench: Bench) -> None:
    """No record tells who wrote it: an entry of the journal says what its writer likes."""
    name = f"ao.journal/{bench.site.name}/for-a-test"
    lock = bench.cloud.locks.take(lock_network(bench), f"{bench.site.stack}-lock", "mine")
    bench.colleague.locks.remove(bench.colleague.locks.renew(lock, "no, mine"))
    assert bench.cloud.locks.find(lock_network(bench)) is None
    bench.colleague.software_configs.add(name, "forged")
    (record,) = bench.cloud.software_configs.all(name)
    assert bench.cloud.software_configs.read(record) == "forged"
    assert bench.colleague.user not in repr(record)
    bench.colleague.software_configs.remove(record)
    assert bench.cloud.software_configs.all(name) == ()


def test_another_member_may_move_production(bench: Bench) -> None:
    before = bench.address("preview")
    moved = bench.colleague.floating_ips.point(before, None, "moved by another")
    assert bench.address("preview").description == "moved by another"
    bench.cloud.floating_ips.point(moved, before.port_id, before.description)


def test_users_of_a_project_are_told_apart_by_name_and_by_id(bench: Bench) -> None:
    users = (bench.cloud, bench.colleague, bench.reader)
    assert len({cloud.user for cloud in users}) == len(users)
    assert len({cloud.user_id for cloud in users}) == len(users)
    assert all(cloud.user_id for cloud in users)


def test_a_member_of_another_project_sees_nothing_of_this_one(bench: Bench, blue: Stack) -> None:
    name = f"ao.journal/{bench.site.name}/for-a-test"
    bench.cloud.software_configs.add(name, "for a test")
    (record,) = bench.cloud.software_configs.all(name)
    try:
        assert bench.annex.software_configs.all(name) == ()
        with pytest.raises(NotFound):
            bench.annex.software_configs.read(record)
    finally:
        bench.cloud.software_configs.remove(record)
    assert blue.id not in {it.id for it in bench.annex.stacks.all()}
    assert bench.annex.locks.find(lock_network(bench)) is None


def test_a_reader_sees_what_everybody_sees(bench: Bench, blue: Stack) -> None:
    pool_id = bench.balancer(blue).pool_ids[0]

    def seen(cloud: Cloud) -> tuple[object, ...]:
        return (
            set(cloud.stacks.tagged(bench.site.tag)),
            set(cloud.stacks.resources(blue)),
            cloud.stacks.output(bench.stack(bench.site.stack), "router"),
            bench.address("production") in cloud.floating_ips.all(),
            bench.balancer(blue) in cloud.load_balancers.all(),
            cloud.load_balancers.members(pool_id),
            bench.active(cloud),
            {quota.resource for quota in cloud.quotas()},
        )

    assert seen(bench.reader) == seen(bench.cloud)


def test_an_administrator_of_another_project_sees_nothing_of_this_one(
    bench: Bench, blue: Stack
) -> None:
    def seen(cloud: Cloud) -> set[str]:
        listed = (
            *cloud.stacks.all(),
            *cloud.floating_ips.all(),
            *cloud.load_balancers.all(),
            *cloud.load_balancers.listeners(),
            *cloud.load_balancers.pools(),
            *cloud.servers.active(),
            *cloud.alarms.all(),
        )
        return {thing.id for thing in listed}

    assert blue.id in seen(bench.cloud)
    assert not seen(bench.cloud) & seen(bench.admin)
