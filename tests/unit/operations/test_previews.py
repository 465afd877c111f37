"""What `ao up` would do, by Heat's preview; nothing is changed."""

from dataclasses import replace

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import Refused
from ao.operations import operations, previews, reconcile
from ao.plan.stack_changes import Change, When
from ao.site import Method, Site
from ao.site.servers import Servers, Volume
from ao.work import Work
from tests.unit import samples
from tests.unit.operations import test_listeners as listeners
from tests.unit.operations.sites import SITES, built, start, writes

BLUE, GREEN = Colour
POOL = samples.POOL_SITE


def told(work: Work) -> set[tuple[str, str, Change, When]]:
    _, changes = previews.changes(work)
    return {(it.stack, it.resource, it.change, it.when) for it in changes}


def with_group(work: Work, **changes: object) -> Work:
    group = replace(work.site.group, **changes)
    return replace(work, site=replace(work.site, group=group), found={})


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_of_a_new_site_everything_is_made(site: Site) -> None:
    work = start(site)
    steps, changes = previews.changes(work)
    assert [str(it) for it in steps] == ["build the site: router, addresses, shared load balancer"]
    assert {(it.change, it.when) for it in changes} == {(Change.MADE, When.NOW)}
    assert {"router", "production_address", "ao-shop-blue"} <= {it.resource for it in changes}
    assert writes(work.cloud) == []


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_of_a_whole_site_nothing_changes(site: Site) -> None:
    work = built(site)
    before = writes(work.cloud)
    assert told(work) == set()
    assert writes(work.cloud) == before


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_what_the_site_file_changes_of_the_servers_comes_with_deploys(site: Site) -> None:
    work = with_group(built(site), user_data="#!/bin/sh\n# new $AO_VERSION\n", delete_delay=7.0)
    _, changes = previews.changes(work)
    assert {(it.stack, it.resource, it.change, it.when, it.because) for it in changes} == {
        ("ao-shop-blue", "group", Change.REPLACED, When.RELEASE, ("delete_delay", "user_data")),
        ("ao-shop-green", "group", Change.REPLACED, When.DEPLOY, ("delete_delay", "user_data")),
    }


def test_what_up_never_changes_of_the_shared_load_balancer_says_so() -> None:
    work = built(POOL)
    check = replace(work.site.health_check, interval=7)
    changed = replace(
        work, site=replace(work.site, health_check=check, balancer_cidr="10.9.0.0/24")
    )
    found = told(changed)
    assert ("ao-shop", "blue_monitor", Change.CHANGED, When.ANEW) in found
    assert ("ao-shop", "subnet", Change.REPLACED, When.ANEW) in found
    assert ("ao-shop", "load_balancer", Change.REPLACED, When.ANEW) not in found


def test_a_network_of_its_own_that_changes_is_told_of_each_system() -> None:
    work = built(samples.SITE)
    cidrs = {BLUE: "10.7.1.0/24", GREEN: "10.7.2.0/24"}
    found = told(replace(work, site=replace(work.site, cidrs=cidrs)))
    assert ("ao-shop-blue", "subnet", Change.REPLACED, When.RELEASE) in found
    assert ("ao-shop-green", "subnet", Change.REPLACED, When.DEPLOY) in found


def test_what_is_broken_is_replaced_now() -> None:
    work = built(POOL)
    project = work.cloud.openstack.project("shop")
    victim = next(it for it in project.nova.servers.values() if "-green-" in it.name)
    project.nova.delete(victim.id)
    steps, changes = previews.changes(replace(work, looks={}))
    (change,) = changes
    assert (change.change, change.when) == (Change.REPLACED, When.NOW)
    assert "repair green" in [str(it) for it in steps]


def test_a_deploy_takes_what_was_told_of_the_standby() -> None:
    work = with_group(built(POOL), user_data="#!/bin/sh\n# new $AO_VERSION\n")
    operations.deploy(work, "2.0")
    assert {it[0] for it in told(work)} == {"ao-shop-blue"}


def test_up_itself_refuses_what_would_replace_what_users_are_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = built(POOL)
    facts = work.observe()
    broken = replace(POOL, load_balancer=replace(POOL.load_balancer, provider="other"))
    parameters = {"provider": broken.load_balancer.provider}
    monkeypatch.setattr(previews, "_securing", lambda *_: parameters)
    with pytest.raises(Refused, match="would replace load_balancer of stack ao-shop"):
        previews.refuse_replacement(work, facts)
    assert reconcile.up(work).live is BLUE


@pytest.mark.parametrize("method", Method)
def test_of_a_whole_site_with_listeners_nothing_changes(method: Method) -> None:
    assert told(built(listeners.several(method))) == set()


def test_a_listener_more_and_its_pools_come_now_and_no_other_changes() -> None:
    work = built(listeners.plain(Method.POOL))
    more = replace(work, site=listeners.several(Method.POOL), found={})
    before = writes(work.cloud)
    found = told(more)
    assert {it for it in found if it[0] == "ao-shop"} == {
        ("ao-shop", name, Change.MADE, When.NOW)
        for name in (
            "blue_pool_tcp_5671",
            "green_pool_tcp_5671",
            "blue_monitor_tcp_5671",
            "green_monitor_tcp_5671",
            "listener_partners",
            "listener_queue",
            "preview_queue",
        )
    }
    assert writes(work.cloud) == before


def test_what_up_would_replace_is_told_of_a_site_with_listeners_too() -> None:
    work = built(listeners.several(Method.POOL))
    found = told(replace(work, site=replace(work.site, balancer_cidr="10.9.0.0/24")))
    assert ("ao-shop", "subnet", Change.REPLACED, When.ANEW) in found
    assert not {it for it in found if it[2] is Change.DELETED}


def test_of_a_whole_site_with_volumes_and_networks_nothing_changes() -> None:
    servers = Servers(volumes=(Volume(size=5),), networks=("backend",))
    site = replace(POOL, servers=servers)
    cloud = fake.Cloud(openstack=fake.OpenStack.offering(site))
    work = Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit)
    reconcile.up(work)
    assert told(work) == set()
