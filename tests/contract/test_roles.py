"""A user with the reader role."""

from collections.abc import Callable

import pytest

from ao import templates
from ao.cloud import Cloud, Stack
from ao.errors import Forbidden
from tests.contract.bench import DEADLINE, Bench

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
    "point": lambda cloud, bench, stack: cloud.addresses.point(
        bench.address("preview"), None, "for a test"
    ),
}


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


def test_a_reader_sees_what_everybody_sees(bench: Bench, blue: Stack) -> None:
    pool_id = bench.balancer(blue).pool_ids[0]

    def seen(cloud: Cloud) -> tuple[object, ...]:
        return (
            set(cloud.stacks.tagged(bench.site.tag)),
            set(cloud.stacks.resources(blue)),
            cloud.stacks.output(bench.stack(bench.site.stack), "router"),
            bench.address("production") in cloud.addresses.all(),
            bench.balancer(blue) in cloud.balancers.all(),
            cloud.balancers.members(pool_id),
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
            *cloud.addresses.all(),
            *cloud.balancers.all(),
            *cloud.balancers.listeners(),
            *cloud.balancers.pools(),
            *cloud.servers.active(),
            *cloud.alarms.all(),
        )
        return {thing.id for thing in listed}

    assert blue.id in seen(bench.cloud)
    assert not seen(bench.cloud) & seen(bench.admin)
