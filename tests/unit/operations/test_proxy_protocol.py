"""Servers that learn who asks by the PROXY protocol: `proxy_protocol` of the site file."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.errors import Refused
from ao.operations import reconcile
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, start, writes
from tests.unit.release.releases import Listener, released

BLUE, GREEN = Colour


def speaking(site: Site, version: int | None = 1) -> Site:
    """The site with proxies that speak the PROXY protocol to servers, or do not."""
    return replace(
        site, load_balancer=replace(SITES[Method.POOL].load_balancer, proxy_protocol=version)
    )


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    return speaking(SITES[request.param])


@pytest.fixture
def addressed() -> Site:
    """A site of the address method."""
    return speaking(SITES[Method.ADDRESS])


def protocols(work: Work) -> list[str]:
    return [it.protocol for it in work.cloud.openstack.project("shop").octavia.pools.values()]


def anew(work: Work, site: Site) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site, looks={}, progress=Listener())


def test_its_pools_speak_it_through_deploys_switches_and_releases(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    assert protocols(work) == ["PROXY", "PROXY"]
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(work).live is GREEN
    released(anew(work, site), "3.0")
    assert protocols(work) == ["PROXY", "PROXY"]


def test_a_second_up_changes_nothing(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    before = writes(work.cloud)
    reconcile.up(anew(work, site))
    assert writes(work.cloud) == before


@pytest.mark.parametrize(("before", "after"), [(None, 1), (1, None)])
def test_a_deploy_to_pools_that_speak_another_protocol_is_refused_before_anything_is_changed(
    site: Site, before: int | None, after: int | None
) -> None:
    work = start(speaking(site, before))
    reconcile.up(work)
    done = writes(work.cloud)
    with pytest.raises(Refused, match=r"load_balancer\.proxy_protocol: the pools of ao-shop"):
        reconcile.deploy(anew(work, speaking(site, after)), "2.0")
    assert writes(work.cloud) == done


@pytest.mark.parametrize(("before", "after"), [(None, 1), (1, None)])
def test_by_the_pool_method_up_refuses_it_too(before: int | None, after: int | None) -> None:
    site = SITES[Method.POOL]
    work = start(speaking(site, before))
    reconcile.up(work)
    with pytest.raises(Refused, match=r"load_balancer\.proxy_protocol") as told:
        reconcile.up(anew(work, speaking(site, after)))
    assert "`ao down` and `ao up`" in str(told.value.cure)


def test_a_standby_that_was_deleted_is_built_to_speak_it(addressed: Site) -> None:
    work = start(speaking(addressed, None))
    reconcile.up(work)
    later = anew(work, addressed)
    with pytest.raises(Refused) as told:
        reconcile.deploy(later, "2.0")
    assert "`ao down green`" in str(told.value.cure)
    reconcile.down(later, frozenset({GREEN}))
    reconcile.deploy(later, "2.0")
    assert sorted(protocols(work)) == ["HTTP", "PROXY"]
    assert reconcile.switch(later).live is GREEN
