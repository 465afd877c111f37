"""Load balancers and servers, and what comes through them."""

from collections.abc import Iterator

import pytest

from ao.cloud import Resource, Stack
from ao.site import colour_tag, tag_value
from ao.templates import SERVER_TEMPLATE
from tests.contract.environment import Bench


@pytest.fixture
def live(bench: Bench, blue: Stack) -> Iterator[Stack]:
    """A system that the production address points to."""
    address = bench.address("production")
    bench.cloud.floating_ips.point(address, bench.balancer(blue).vip_port_id)
    yield blue
    bench.cloud.floating_ips.point(bench.address("production"), None)


def version(stack: Stack) -> str:
    version = tag_value(stack.tags, "version")
    assert version is not None
    return version


def test_a_load_balancer_is_what_the_template_says(bench: Bench, blue: Stack) -> None:
    balancer = bench.balancer(blue)
    assert balancer.name == blue.name
    assert balancer.description == f"{bench.site.tag} {colour_tag('blue')}"
    assert balancer.provider == bench.site.load_balancer.provider
    assert balancer.provisioning_status == "ACTIVE"
    assert balancer.operating_status == "ONLINE"
    assert balancer.pool_ids == (bench.physical_id(blue, "OS::Octavia::Pool"),)
    assert balancer.vip_port_id


def test_a_healthy_server_is_online_in_the_pool(bench: Bench, blue: Stack) -> None:
    (member,) = bench.members(blue)
    assert (member.operating_status, member.provisioning_status) == ("ONLINE", "ACTIVE")


def test_a_pool_tells_whether_its_servers_are_healthy(bench: Bench, blue: Stack) -> None:
    (pool,) = (p for p in bench.cloud.load_balancers.pools() if p.name == blue.name)
    assert (pool.operating_status, pool.members) == ("ONLINE", 1)


def test_a_server_is_named_for_its_site_and_colour(bench: Bench, blue: Stack) -> None:
    (server,) = bench.active(bench.cloud)
    assert server.name.startswith(f"{bench.site.name}-blue-")


def test_another_project_sees_none_of_it(bench: Bench, blue: Stack) -> None:
    assert bench.annex.stacks.tagged(bench.site.tag) == ()
    assert bench.annex.stacks.get(blue.name) is None
    assert bench.active(bench.annex) == ()
    assert blue.name not in {balancer.name for balancer in bench.annex.load_balancers.all()}


def test_an_address_answers_from_the_system_that_it_points_to(bench: Bench, live: Stack) -> None:
    bench.await_version(bench.address("production"), version(live))
    answer = bench.answer(bench.address("production"), "/version")
    assert answer is not None
    assert answer.status == 200
    assert answer.headers["x-ao-colour"] == "blue"
    assert answer.headers["x-ao-server"]
    healthy = bench.answer(bench.address("production"), "/health")
    assert healthy is not None
    assert healthy.status == 200
    assert healthy.headers["x-ao-colour"] == "blue"


def test_an_address_that_points_nowhere_does_not_answer(bench: Bench, blue: Stack) -> None:
    bench.await_version(bench.address("preview"), None)


def test_a_server_that_stops_goes_out_of_the_pool_and_is_replaced_by_repair(
    bench: Bench, live: Stack
) -> None:
    bench.await_version(bench.address("production"), version(live))
    (server,) = bench.active(bench.cloud)
    bench.other_user.break_server(server.id)
    bench.await_members(live, "ERROR")
    bench.await_version(bench.address("production"), None)
    bench.cloud.stacks.mark_unhealthy(_member(bench, live), "its server does not answer")
    assert bench.repair(live).status == "COMPLETE"
    bench.await_online(live)
    bench.await_version(bench.address("production"), version(live))


def test_sweeping_a_subnet_that_is_in_use_harms_nothing(bench: Bench, live: Stack) -> None:
    bench.await_version(bench.address("production"), version(live))
    bench.cloud.ports.sweep("00000000-0000-4000-8000-000000000000")
    bench.await_version(bench.address("production"), version(live))


def _member(bench: Bench, stack: Stack) -> Resource:
    (member,) = bench.resources(stack, SERVER_TEMPLATE)
    return member
