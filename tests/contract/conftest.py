"""What the protocols of `ao.cloud` promise, on the fake cloud or with --cloud on a real one."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openstack
import pytest

from ao import config, fake, templates
from ao.clock import Clock
from ao.cloud import Stack, connect
from ao.colour import Colour
from ao.errors import DeadlinePassed
from ao.http.handshake import served
from ao.site import Method, Site, method_tag
from ao.visit import visit
from tests.contract.environment import DEADLINE, Bench
from tests.contract.other_user import RealOtherUser

SHOP = Path(__file__).parents[2] / "examples" / "shop" / "ao.yaml"


def _site() -> Site:
    """The demo shop by the address method on OVN, one server a system, of its own name."""
    site = config.load(SHOP)
    return replace(
        site,
        name=f"contract-{secrets.token_hex(3)}",
        group=replace(site.group, size=1, minimum=1, maximum=3, delete_delay=1.0),
        load_balancer=replace(
            site.load_balancer, provider="ovn", protocol="TCP", algorithm="SOURCE_IP_PORT"
        ),
        health_check=replace(site.health_check, type="TCP"),
        switch=replace(site.switch, method=Method.ADDRESS),
    )


def _fake_bench(site: Site) -> Bench:
    shop = fake.Cloud()
    return Bench(
        cloud=shop,
        reader=fake.Cloud(openstack=shop.openstack, user="reader", reader=True),
        colleague=fake.Cloud(openstack=shop.openstack, user="colleague"),
        annex=fake.Cloud("annex", openstack=shop.openstack),
        admin=fake.Cloud("admin", openstack=shop.openstack, user="admin"),
        operator=fake.Cloud(openstack=shop.openstack, user="admin", admin=True),
        other_user=shop.other_user,
        clock=shop.clock,
        visit=shop.visit,
        served=shop.served,
        site=site,
    )


def _real_bench(name: str, site: Site) -> Bench:
    return Bench(
        cloud=connect(name),
        reader=connect(f"{name}-reader"),
        colleague=connect(f"{name}-colleague"),
        annex=connect("annex"),
        admin=connect("box-admin"),
        operator=connect("box-admin"),
        other_user=RealOtherUser(openstack.connect(cloud=name)),
        clock=Clock(),
        visit=visit,
        served=served,
        site=site,
    )


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A project in which the site's own stack is built, and at the end everything deleted."""
    name = request.config.getoption("--cloud")
    bench = _real_bench(name, _site()) if name else _fake_bench(_site())
    try:
        tags = frozenset({bench.site.tag})
        parameters = bench.site_parameters()
        bench.cloud.stacks.create(bench.site.stack, templates.site(), parameters, tags, DEADLINE)
        bench.at_rest(bench.site.stack)
        yield bench
    finally:
        for name in (*map(bench.site.system_stack, Colour), bench.site.stack):
            bench.delete(name)


@pytest.fixture(scope="session")
def shared(bench: Bench) -> Iterator[Bench]:
    """The same project, where a site of the pool method has its own stack: no servers."""
    providers = bench.cloud.lookup.providers()
    balancer = replace(
        bench.site.load_balancer,
        provider=next(provider for provider in ("haproxy", "amphora") if provider in providers),
        protocol="HTTP",
        algorithm="ROUND_ROBIN",
    )
    site = replace(
        bench.site,
        name=f"{bench.site.name}-pool",
        load_balancer=balancer,
        health_check=replace(bench.site.health_check, type="HTTP"),
        switch=replace(bench.site.switch, method=Method.POOL),
    )
    sharing = replace(bench, site=site)
    try:
        tags = frozenset({site.tag, method_tag(Method.POOL)})
        parameters = sharing.site_parameters()
        bench.cloud.stacks.create(site.stack, templates.site(), parameters, tags, DEADLINE)
        built = sharing.at_rest(site.stack)
        assert built.status == "COMPLETE", built.reason
        yield sharing
    finally:
        sharing.delete(site.stack)


@pytest.fixture(scope="session")
def _blue(bench: Bench) -> str:
    bench.create_system(Colour.BLUE)
    return bench.site.system_stack(Colour.BLUE)


@pytest.fixture
def blue(bench: Bench, _blue: str) -> Stack:
    """A system that is whole, with one server."""
    stack = bench.at_rest(_blue)
    assert not stack.failed, stack.reason
    try:
        bench.await_online(stack)
    except DeadlinePassed:
        # OVN's health monitor may never tell of a member that serves: the test that saw it
        # fails, and not all that come after it.
        bench.delete(_blue)
        stack = bench.create_system(Colour.BLUE)
        bench.await_online(stack)
    return stack
