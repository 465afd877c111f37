"""TLS between a site's load balancers and its servers: `server_tls` of the site file."""

from dataclasses import replace

import pytest

from ao.cloud import PoolSettings
from ao.colour import Colour
from ao.errors import ConfigError, NotFound
from ao.operations import reconcile
from ao.site import Method, Site
from ao.site.server_tls import ServerTls
from ao.visit import NoAnswer
from ao.work import Work
from tests.unit.certificates import issue
from tests.unit.operations.sites import SITES, start, writes
from tests.unit.release.releases import Listener, released

BLUE, GREEN = Colour
CONFIGURE = "load_balancers.configure_pool"
TLS = ServerTls(
    enabled=True, ca=None, crl=None, certificate=None, versions=("TLSv1.3",), ciphers=None
)


def encrypting(site: Site, tls: ServerTls | None = TLS) -> Site:
    """The site with proxies that speak TLS to servers, or do not."""
    return replace(site, load_balancer=replace(SITES[Method.POOL].load_balancer, server_tls=tls))


@pytest.fixture(params=list(Method), ids=str)
def bare(request: pytest.FixtureRequest) -> Site:
    return encrypting(SITES[request.param], None)


@pytest.fixture
def site(bare: Site) -> Site:
    return encrypting(bare)


def pools(work: Work) -> dict[str, PoolSettings]:
    """Settings of the cloud's pools, by the last word of their names."""
    there = work.cloud.openstack.project("shop").octavia.pools.values()
    return {pool.name.rpartition("-")[2]: pool.settings for pool in there}


def encrypted(work: Work) -> dict[str, bool]:
    return {colour: it.encrypts for colour, it in pools(work).items()}


def anew(work: Work, site: Site) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site, looks={}, progress=Listener())


def keep(work: Work, name: str) -> str:
    """Have Barbican keep an authority under a name; return its reference."""
    barbican = work.cloud.openstack.project("shop").barbican
    return barbican.add(name, issue("an authority").certificate, "id-of-alice").stored.ref


def test_both_pools_speak_it_from_the_beginning(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    assert encrypted(work) == {"blue": True, "green": True}
    assert {it.versions for it in pools(work).values()} == {frozenset({"TLSv1.3"})}
    names = writes(work.cloud)
    assert names.index(CONFIGURE) < names.index("floating_ips.point")


def test_a_second_up_changes_nothing(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    before = writes(work.cloud)
    reconcile.up(anew(work, site))
    assert writes(work.cloud) == before


def test_a_system_speaks_it_from_its_next_deploy_on(bare: Site, site: Site) -> None:
    work = start(bare)
    reconcile.up(work)
    reconcile.up(anew(work, site))
    assert encrypted(work) == {"blue": False, "green": False}
    reconcile.deploy(anew(work, site), "2.0")
    assert encrypted(work) == {"blue": False, "green": True}
    assert reconcile.switch(anew(work, site)).live is GREEN
    assert encrypted(work) == {"blue": False, "green": True}
    released(anew(work, site), "3.0")
    assert encrypted(work) == {"blue": True, "green": True}


def test_a_way_back_finds_the_old_system_as_it_was(bare: Site, site: Site) -> None:
    work = start(bare)
    reconcile.up(work)
    reconcile.deploy(anew(work, site), "2.0")
    reconcile.switch(anew(work, site))
    assert reconcile.switch(anew(work, site)).live is BLUE
    assert encrypted(work) == {"blue": False, "green": True}


def test_a_file_ends_it_with_a_deploy(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    off = encrypting(site, replace(TLS, enabled=False))
    reconcile.up(anew(work, off))
    assert encrypted(work) == {"blue": True, "green": True}
    reconcile.deploy(anew(work, off), "2.0")
    assert encrypted(work) == {"blue": True, "green": False}


def test_servers_are_checked_by_an_authority_in_barbican(site: Site) -> None:
    named = encrypting(site, replace(TLS, ca="servers", crl="revoked"))
    work = start(named)
    refs = keep(work, "servers"), keep(work, "revoked")
    reconcile.up(work)
    assert {(it.ca_ref, it.crl_ref) for it in pools(work).values()} == {refs}


def test_another_authority_is_never_that_of_the_live_system(site: Site) -> None:
    work = start(encrypting(site, replace(TLS, ca="servers")))
    old, new = keep(work, "servers"), keep(work, "others")
    reconcile.up(work)
    reconcile.up(anew(work, encrypting(site, replace(TLS, ca="others"))))
    assert {colour: it.ca_ref for colour, it in pools(work).items()} == {"blue": old, "green": new}


@pytest.mark.parametrize("key", ["ca", "certificate"])
def test_what_barbican_has_not_is_refused_before_anything_is_built(site: Site, key: str) -> None:
    where = f"load_balancer.server_tls.{key}"
    named = replace(encrypting(site, replace(TLS, **{key: "gone"})), places={where: "ao.yaml:9"})
    work = start(named)
    with pytest.raises(NotFound, match=rf"ao\.yaml:9: {where}"):
        reconcile.up(work)
    assert writes(work.cloud) == []


@pytest.mark.parametrize(
    ("api", "key"),
    [((2, 7), "server_tls"), ((2, 17), r"server_tls\.versions")],
)
def test_an_octavia_that_is_too_old_refuses_it_before_anything_is_built(
    site: Site, api: tuple[int, int], key: str
) -> None:
    work = start(site, octavia_api=api)
    with pytest.raises(ConfigError, match=rf"load_balancer\.{key}: it needs version"):
        reconcile.up(work)
    assert writes(work.cloud) == []


def test_what_a_file_says_no_more_stays_by_the_pool_method() -> None:
    site = encrypting(SITES[Method.POOL])
    work = start(site)
    reconcile.up(work)
    reconcile.deploy(anew(work, encrypting(site, None)), "2.0")
    assert encrypted(work) == {"blue": True, "green": True}


def test_a_listener_is_left_out_once_its_pool_s_authority_is_gone() -> None:
    work = start(encrypting(SITES[Method.POOL], replace(TLS, ca="servers")))
    ref = keep(work, "servers")
    facts = reconcile.up(work)
    assert facts.production is not None
    url = work.site.url(facts.production.address)
    assert work.visit(url, 3.0).status == 200
    work.cloud.certificates.remove(ref)
    assert facts.shared is not None
    work.cloud.load_balancers.reload(facts.shared)
    work.clock.sleep(5.0)
    with pytest.raises(NoAnswer):
        work.visit(url, 3.0)
