"""Sites with several listeners: one switch moves all of them."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.errors import Refused
from ao.fake import octavia
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import FurtherListener, Method, Preview, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, Visitor, start, told, url, writes
from tests.unit.release.releases import Listener

BLUE, GREEN = Colour
OFFICE = "198.51.100.0/24"


def further(name: str, port: int, server_port: int, **more: object) -> FurtherListener:
    """A listener beside the main one."""
    given = FurtherListener(
        name=name,
        port=port,
        protocol="TCP",
        server_port=server_port,
        preview_port=None,
        timeouts=None,
        insert_headers=None,
        allowed_from=None,
        certificate=None,
        sni=(),
        health_check=replace(SITES[Method.ADDRESS].health_check, type="TCP"),
    )
    return replace(given, **more)


def plain(method: Method) -> Site:
    """A site of proxies with the main listener alone."""
    balancer = SITES[Method.POOL].load_balancer
    return replace(SITES[method], load_balancer=balancer)


def several(method: Method) -> Site:
    """A site with two listeners more: one of the main pools, one of a port of its own."""
    pool = method is Method.POOL
    partners = further("partners", 8443, 80, protocol="HTTP")
    queue = further("queue", 5671, 5671, preview_port=5672 if pool else None)
    return replace(plain(method), listeners=(partners, queue))


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    return several(request.param)


@pytest.fixture
def pooled() -> Site:
    return several(Method.POOL)


def listeners(work: Work) -> dict[int, octavia.Listener]:
    """The listeners of the project, by their ports."""
    there = work.cloud.openstack.project("shop").octavia.listeners.values()
    return {it.port: it for it in there}


def leading(work: Work) -> dict[int, str]:
    """The names of the pools that each listener leads to, by its port."""
    pools = work.cloud.openstack.project("shop").octavia.pools
    return {port: pools[it.pool_id or ""].name for port, it in listeners(work).items()}


def anew(work: Work, site: Site | None = None) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site or work.site, looks={}, progress=Listener())


def answers(work: Work, port: int) -> str:
    """The colour that answers at a port of the production address."""
    address = work.observe().production
    assert address is not None
    return work.visit(f"http://{address.address}:{port}/version", 3.0).headers["x-ao-colour"]


def test_all_are_built_with_the_site(site: Site) -> None:
    work = start(site)
    facts = reconcile.up(work)
    assert facts.live is BLUE
    assert not facts.is_mixed
    assert [answers(work, port) for port in (80, 8443, 5671)] == ["blue"] * 3
    for system in facts.systems.values():
        assert [it.key for it in system.further_pools] == ["tcp_5671"]
        assert len(system.further_pools[0].members) == 2
        assert system.online == 2


def test_the_pools_are_shared_by_those_of_one_server_port_and_protocol(pooled: Site) -> None:
    work = start(pooled)
    reconcile.up(work)
    assert leading(work) == {
        80: "ao-shop-blue",
        8080: "ao-shop-green",
        8443: "ao-shop-blue",
        5671: "ao-shop-blue-tcp-5671",
        5672: "ao-shop-green-tcp-5671",
    }


def test_a_switch_moves_all_of_them(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    facts = reconcile.switch(anew(work))
    assert facts.live is GREEN
    assert facts.previewed is BLUE
    assert not facts.is_mixed
    assert not facts.previews_astray
    assert [answers(work, port) for port in (80, 8443, 5671)] == ["green"] * 3


def test_the_main_one_moves_first_and_its_preview_last(pooled: Site) -> None:
    work = start(pooled)
    reconcile.up(work)
    before = len(work.cloud.calls)
    reconcile.switch(anew(work))
    ports = {it.id: port for port, it in listeners(work).items()}
    moved = [
        ports[call.arguments[0].id]
        for call in work.cloud.calls[before:]
        if call.name == "load_balancers.set_default_pool"
    ]
    # One that the load balancer does not take yet is asked for again.
    assert list(dict.fromkeys(moved)) == [80, 8443, 5671, 5672, 8080]


def test_a_deploy_and_a_switch_bring_a_version_to_all(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    reconcile.deploy(anew(work), "2.0")
    reconcile.switch(anew(work))
    assert told(work, "production") == ("green", "2.0")
    assert [answers(work, port) for port in (8443, 5671)] == ["green"] * 2


def test_a_second_up_changes_nothing(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    before = writes(work.cloud)
    reconcile.up(anew(work))
    assert writes(work.cloud) == before


def test_a_server_that_fails_the_check_of_one_pool_is_not_online(site: Site) -> None:
    work = start(site)
    facts = reconcile.up(work)
    pool = facts.systems[GREEN].further_pools[0]
    project = work.cloud.openstack.project("shop")
    project.octavia.pools[pool.id].members.popitem()
    assert anew(work).observe().systems[GREEN].online == 1
    with pytest.raises(Refused, match="1 of 2 servers pass"):
        reconcile.switch(anew(work), options=SwitchOptions(compares_monitor=False))


def test_users_led_to_two_systems_are_told_and_nothing_of_them_is_changed(pooled: Site) -> None:
    work = mixed(pooled)
    facts = work.observe()
    assert facts.is_mixed
    assert [it.name for it in facts.astray] == ["partners", "queue"]
    assert facts.switching_to is GREEN
    for refused in (
        lambda: reconcile.deploy(anew(work), "2.0"),
        lambda: reconcile.scale(anew(work), BLUE, 3),
        lambda: reconcile.scale(anew(work), GREEN, 3),
        lambda: reconcile.down(anew(work), frozenset({BLUE})),
        lambda: reconcile.down(anew(work), frozenset({GREEN})),
    ):
        with pytest.raises(Refused, match="users are led to different systems: main → green"):
            refused()


def mixed(site: Site) -> Work:
    """A site whose switch was killed when the main listener had moved."""
    work = start(site)
    facts = reconcile.up(work)
    green = facts.systems[GREEN].pool_id
    assert facts.production_listener is not None
    work.cloud.load_balancers.set_default_pool(facts.production_listener, green)
    work.clock.sleep(2.0)
    return anew(work)


def test_a_switch_that_was_killed_in_between_goes_on(pooled: Site) -> None:
    work = mixed(pooled)
    facts = reconcile.switch(work)
    assert (facts.live, facts.previewed, facts.is_mixed) == (GREEN, BLUE, False)
    assert [answers(work, port) for port in (80, 8443, 5671)] == ["green"] * 3


def test_it_can_go_back_too(pooled: Site) -> None:
    work = mixed(pooled)
    facts = reconcile.switch(work, BLUE)
    assert (facts.live, facts.previewed, facts.is_mixed) == (BLUE, GREEN, False)
    assert [answers(work, port) for port in (80, 8443, 5671)] == ["blue"] * 3


def test_up_repairs_and_moves_no_user_of_a_mixed_site(pooled: Site) -> None:
    work = mixed(pooled)
    before = leading(work)
    reconcile.up(anew(work))
    assert leading(work) == before


def test_a_listener_comes_to_a_site_that_is_there_and_is_served_after_the_next_deploy(
    pooled: Site,
) -> None:
    work = start(plain(Method.POOL))
    reconcile.up(work)
    servers = set(work.cloud.openstack.project("shop").nova.servers)
    later = anew(work, pooled)
    facts = reconcile.up(later)
    assert set(work.cloud.openstack.project("shop").nova.servers) == servers
    assert answers(later, 80) == answers(later, 8443) == "blue"
    assert facts.systems[BLUE].online == 2
    reconcile.deploy(anew(later), "2.0")
    reconcile.switch(anew(later))
    assert answers(later, 5671) == "green"


def test_a_listener_comes_with_the_next_deploy_by_the_address_method() -> None:
    work = start(plain(Method.ADDRESS))
    reconcile.up(work)
    later = anew(work, several(Method.ADDRESS))
    before = writes(work.cloud)
    reconcile.up(later)
    assert [it for it in writes(work.cloud)[len(before) :] if it.startswith("stacks")] == []
    reconcile.deploy(anew(later), "2.0")
    reconcile.switch(anew(later))
    assert answers(later, 5671) == answers(later, 8443) == "green"


def test_a_deploy_with_other_listeners_than_the_load_balancer_has_is_refused(pooled: Site) -> None:
    work = start(plain(Method.POOL))
    reconcile.up(work)
    with pytest.raises(Refused, match="partners, queue, and the load balancer has -") as refused:
        reconcile.deploy(anew(work, pooled), "2.0")
    assert "`ao up`" in (refused.value.cure or "")


def test_a_listener_that_is_taken_out_of_the_file_goes_and_its_pools_when_no_server_is_in_them(
    pooled: Site,
) -> None:
    work = start(pooled)
    reconcile.up(work)
    later = anew(work, plain(Method.POOL))
    reconcile.up(later)
    assert set(listeners(work)) == {80, 8080}
    pools = work.cloud.openstack.project("shop").octavia.pools
    assert len(pools) == 4
    for version in ("2.0", "3.0"):
        reconcile.deploy(anew(later), version)
        reconcile.switch(anew(later))
    reconcile.up(anew(later))
    assert len(pools) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"port": 9443},
        {"server_port": 8081},
        {"protocol": "TCP"},
    ],
    ids=str,
)
def test_what_octavia_changes_of_no_listener_is_refused(
    pooled: Site, other: dict[str, object]
) -> None:
    work = start(pooled)
    reconcile.up(work)
    partners, queue = pooled.listeners
    changed = replace(pooled, listeners=(replace(partners, preview_port=9444, **other), queue))
    before = writes(work.cloud)
    with pytest.raises(Refused, match=r"listeners\.0"):
        reconcile.up(anew(work, changed))
    assert writes(work.cloud) == before


def test_one_that_is_lost_comes_again_and_leads_to_the_live_system(pooled: Site) -> None:
    work = start(pooled)
    reconcile.up(work)
    reconcile.switch(anew(work))
    octavia_ = work.cloud.openstack.project("shop").octavia
    octavia_.listeners.pop(listeners(work)[8443].id)
    reconcile.up(anew(work))
    assert answers(work, 8443) == "green"


def test_stacks_say_that_earlier_versions_would_not_switch_all(site: Site) -> None:
    work = start(site)
    facts = reconcile.up(work)
    pool = site.switch.method is Method.POOL
    stack = facts.stack if pool else facts.systems[GREEN].stack
    assert stack is not None
    assert {"ao:format=3", "ao:needs=0.3.0"} <= stack.tags


def test_no_request_is_lost_at_any_port(pooled: Site) -> None:
    work = start(pooled)
    reconcile.up(work)
    visitor = Visitor(work)
    reconcile.switch(replace(visitor.watch(), looks={}))
    assert visitor.seen
    assert set(visitor.seen) == {"blue", "green"}
    assert url(work, "production")


def test_another_way_of_the_preview_keeps_pools_that_servers_are_in() -> None:
    work = start(several(Method.POOL))
    reconcile.up(work)
    (partners, _) = work.site.listeners
    switch = replace(work.site.switch, preview=Preview.HEADER)
    by_header = replace(work.site, listeners=(partners,), switch=switch)
    reconcile.up(replace(work, site=by_header, looks={}, found={}))
    facts = replace(work, looks={}).observe()
    assert facts.previews_by_request
    assert {it.key for it in facts.systems[GREEN].further_pools} == {"tcp_5671"}
