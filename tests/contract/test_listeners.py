"""Listeners beside the main one, as Heat builds them from composed templates."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from ao import templates
from ao.cloud import Listener, Stack, Template
from ao.site import FurtherListener, method_tag
from tests.contract.environment import DEADLINE, Bench


def further(bench: Bench, name: str, port: int, **more: object) -> FurtherListener:
    """A listener of TCP beside the main one."""
    plain = FurtherListener(
        name=name,
        port=port,
        protocol="TCP",
        server_port=port,
        preview_port=port + 1,
        timeouts=None,
        insert_headers=None,
        allowed_from=None,
        certificate=None,
        sni=(),
        health_check=replace(bench.site.health_check, type="TCP"),
    )
    return replace(plain, **more)


@pytest.fixture(scope="module")
def several(shared: Bench) -> Iterator[Bench]:
    """The same project, where a site of the pool method is built with two listeners more."""
    partners = further(shared, "partners", 8443, protocol="HTTP", server_port=80, preview_port=None)
    queue = further(shared, "queue", 5671)
    site = replace(shared.site, name=f"{shared.site.name}-more", listeners=(partners, queue))
    bench = replace(shared, site=site)
    tags = frozenset({site.tag, method_tag(site.switch.method)})
    try:
        parameters = bench.site_parameters()
        bench.cloud.stacks.create(site.stack, templates.site(site), parameters, tags, DEADLINE)
        assert bench.at_rest(site.stack).status == "COMPLETE"
        yield bench
    finally:
        bench.delete(site.stack)


def built(bench: Bench, stack: Stack) -> Mapping[str, str]:
    """IDs of what the resources of a stack have built, by their names."""
    return {it.name: it.physical_id for it in bench.cloud.stacks.resources(stack)}


def listeners(bench: Bench) -> Mapping[int, Listener]:
    """The listeners of the site's load balancer, by their ports."""
    balancer = bench.balancer(bench.stack(bench.site.stack))
    return {it.port: it for it in bench.cloud.load_balancers.listeners(balancer.id)}


def test_each_leads_to_the_pool_of_its_server_port_and_protocol(several: Bench) -> None:
    ids = built(several, several.stack(several.site.stack))
    led = {port: it.default_pool_id for port, it in listeners(several).items()}
    assert led == {
        several.site.load_balancer.port: ids["blue_pool"],
        several.site.switch.preview_port: ids["green_pool"],
        8443: ids["blue_pool"],
        5671: ids["blue_pool_tcp_5671"],
        5672: ids["green_pool_tcp_5671"],
    }


def test_a_pool_beside_the_main_one_tells_whose_it_is_in_words_of_its_own(several: Bench) -> None:
    ids = built(several, several.stack(several.site.stack))
    pools = {pool.id: pool for pool in several.cloud.load_balancers.pools()}
    found = pools[ids["green_pool_tcp_5671"]]
    assert found.description == f"{several.site.tag} ao:system=green ao:pool=tcp-5671"


def test_one_more_is_built_beside_those_that_there_are(several: Bench) -> None:
    before = {port: it.id for port, it in listeners(several).items()}
    more = further(several, "more", 6000)
    site = replace(several.site, listeners=(*several.site.listeners, more))
    changed(several, templates.site(site))
    after = {port: it.id for port, it in listeners(several).items()}
    assert after.items() >= before.items()
    assert after.keys() - before.keys() == {6000, 6001}


def test_one_that_is_taken_out_goes_and_its_pools_are_kept_for_the_servers_in_them(
    several: Bench,
) -> None:
    before = {port: it.id for port, it in listeners(several).items()}
    partners, _ = several.site.listeners
    site = replace(several.site, listeners=(partners,))
    changed(several, templates.site(site, {"tcp_5671"}))
    after = {port: it.id for port, it in listeners(several).items()}
    assert before.items() >= after.items()
    assert not after.keys() & {5671, 5672, 6000, 6001}
    ids = built(several, several.stack(site.stack))
    assert {"blue_pool_tcp_5671", "green_pool_tcp_5671"} <= ids.keys()
    assert not ids.keys() & {"blue_pool_tcp_6000", "green_pool_tcp_6000"}


def changed(bench: Bench, template: Template) -> None:
    """Have Heat bring the site's stack to another template."""
    stack = bench.stack(bench.site.stack)
    bench.cloud.stacks.repair(stack, {}, DEADLINE, template)
    assert bench.at_rest(stack.name).status == "COMPLETE"
