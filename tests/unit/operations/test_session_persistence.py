"""How a site's load balancers know users again: `session_persistence` of the site file."""

from dataclasses import replace

import pytest

from ao.cloud import PoolSettings
from ao.colour import Colour
from ao.errors import CloudError
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Method, Site
from ao.site.session_persistence import SessionPersistence
from ao.work import Work
from tests.unit.operations.sites import SITES, start, writes
from tests.unit.release.releases import Listener, released

BLUE, GREEN = Colour
CONFIGURE = "load_balancers.configure_pool"
COOKIE = SessionPersistence(type="APP_COOKIE", cookie="JSESSIONID")
WANTED = PoolSettings(persistence="APP_COOKIE", cookie="JSESSIONID")
NONE = SessionPersistence(type="NONE", cookie=None)
SOURCE = SessionPersistence(type="SOURCE_IP", cookie=None)


def persistent(site: Site, persistence: SessionPersistence | None = COOKIE) -> Site:
    """The site with proxies that know users again so."""
    proxies = replace(SITES[Method.POOL].load_balancer, session_persistence=persistence)
    return replace(site, load_balancer=proxies)


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    return persistent(SITES[request.param])


def pools(work: Work) -> dict[str, PoolSettings]:
    """Settings of the cloud's pools, by the last word of their names."""
    there = work.cloud.openstack.project("shop").octavia.pools.values()
    return {pool.name.rpartition("-")[2]: pool.settings for pool in there}


def spoil(work: Work) -> None:
    """Have somebody take the persistence of all pools off."""
    for pool in work.cloud.openstack.project("shop").octavia.pools.values():
        pool.settings = PoolSettings()


def anew(work: Work, site: Site) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site, looks={}, progress=Listener())


def test_both_pools_know_users_as_the_file_says(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    assert pools(work) == {"blue": WANTED, "green": WANTED}


def test_they_do_before_production_reaches_them(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    names = writes(work.cloud)
    assert names.index(CONFIGURE) < names.index("floating_ips.point")


def test_a_second_up_changes_nothing(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    before = writes(work.cloud)
    reconcile.up(anew(work, site))
    assert writes(work.cloud) == before


def test_what_somebody_has_changed_is_set_again_by_up(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    spoil(work)
    reconcile.up(anew(work, site))
    assert pools(work) == {"blue": WANTED, "green": WANTED}


def test_a_deploy_and_a_switch_set_it_on_the_standby_alone(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    spoil(work)
    reconcile.deploy(anew(work, site), "2.0")
    assert pools(work) == {"blue": PoolSettings(), "green": WANTED}
    spoil(work)
    assert reconcile.switch(anew(work, site)).live is GREEN
    assert pools(work) == {"blue": PoolSettings(), "green": WANTED}


def test_a_switch_that_is_forced_leaves_it_alone(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    spoil(work)
    reconcile.switch(anew(work, site), options=SwitchOptions(force=True))
    assert pools(work) == {"blue": PoolSettings(), "green": PoolSettings()}


def test_a_release_knows_users_all_along(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    released(work)
    assert work.observe().live is GREEN
    assert pools(work) == {"blue": WANTED, "green": WANTED}


def test_a_file_ends_it_by_saying_none(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    reconcile.up(anew(work, persistent(site, NONE)))
    assert pools(work) == {"blue": PoolSettings(), "green": PoolSettings()}


def test_another_kind_takes_its_place(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    reconcile.up(anew(work, persistent(site, SOURCE)))
    source = PoolSettings(persistence="SOURCE_IP")
    assert pools(work) == {"blue": source, "green": source}


def test_what_a_file_says_no_more_stays_as_it_is(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    reconcile.up(anew(work, persistent(site, None)))
    assert pools(work) == {"blue": WANTED, "green": WANTED}


def test_a_file_that_says_nothing_of_it_asks_for_no_pools(site: Site) -> None:
    work = start(persistent(site, None))
    reconcile.up(work)
    reconcile.switch(work)
    assert "load_balancers.pools" not in {it.name for it in work.cloud.calls}


def test_ovn_knows_users_by_their_addresses() -> None:
    ovn = SITES[Method.ADDRESS]
    known = replace(ovn, load_balancer=replace(ovn.load_balancer, session_persistence=SOURCE))
    work = start(known)
    reconcile.up(work)
    assert {it.persistence for it in pools(work).values()} == {"SOURCE_IP"}


def test_a_cloud_refuses_cookies_of_ovn() -> None:
    ovn = SITES[Method.ADDRESS]
    known = replace(ovn, load_balancer=replace(ovn.load_balancer, session_persistence=COOKIE))
    with pytest.raises(CloudError, match="Only SOURCE_IP type is supported"):
        reconcile.up(start(known))
