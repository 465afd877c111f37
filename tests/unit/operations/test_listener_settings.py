"""How a site's listeners serve: time-outs, headers and networks of the site file."""

from dataclasses import replace

import pytest

from ao.cloud import ListenerSettings
from ao.colour import Colour
from ao.errors import ConfigError
from ao.fake import octavia
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Method, Site
from ao.site.timeouts import Timeouts
from ao.work import Work
from tests.unit.operations.sites import SITES, start, writes
from tests.unit.release.releases import Listener

BLUE, GREEN = Colour
CONFIGURE = "load_balancers.configure"
OFFICE = "198.51.100.0/24"
TIMEOUTS = Timeouts(client=120.0, server=90.5, connect=None)


def proxied(site: Site, **balancer: object) -> Site:
    """The site with proxies as its load balancers."""
    proxies = SITES[Method.POOL].load_balancer
    return replace(site, load_balancer=replace(proxies, **balancer))


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    return proxied(
        SITES[request.param],
        timeouts=TIMEOUTS,
        insert_headers=("X-Forwarded-For",),
        allowed_from=(OFFICE,),
    )


@pytest.fixture(params=list(Method), ids=str)
def bare(request: pytest.FixtureRequest) -> Site:
    """A site whose file says nothing of it."""
    return proxied(SITES[request.param])


def listeners(work: Work) -> list[octavia.Listener]:
    return list(work.cloud.openstack.project("shop").octavia.listeners.values())


def of_users(work: Work) -> list[ListenerSettings]:
    """Settings of the listeners that users may reach: by the pool method not of the preview's."""
    pooled = work.site.switch.method is Method.POOL
    preview = work.site.switch.preview_port if pooled else None
    return [it.settings for it in listeners(work) if it.port != preview]


def anew(work: Work, site: Site) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site, looks={}, progress=Listener())


def test_all_listeners_have_the_time_outs_and_headers_of_the_file(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    assert len(listeners(work)) == 2
    for it in listeners(work):
        assert (it.settings.client_timeout, it.settings.member_timeout) == (120_000, 90_500)
        assert it.settings.connect_timeout == 5_000
        assert it.settings.headers == {"X-Forwarded-For"}


def test_the_networks_are_those_of_users_and_not_of_the_preview(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    assert of_users(work)
    assert all(it.allowed_cidrs == {OFFICE} for it in of_users(work))
    if site.switch.method is Method.POOL:
        (preview,) = (it for it in listeners(work) if it.port == site.switch.preview_port)
        assert preview.settings.allowed_cidrs == set(site.switch.preview_sources)


def test_they_have_them_before_production_reaches_them(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    names = writes(work.cloud)
    assert CONFIGURE in names
    assert names.index(CONFIGURE) < names.index("floating_ips.point")


def test_a_second_up_changes_nothing(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    before = writes(work.cloud)
    reconcile.up(anew(work, site))
    assert writes(work.cloud) == before


def test_what_somebody_has_changed_is_set_again(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in listeners(work):
        listener.settings = octavia.PLAIN
    reconcile.up(anew(work, site))
    assert all(it.allowed_cidrs == {OFFICE} for it in of_users(work))
    assert all(it.settings.client_timeout == 120_000 for it in listeners(work))


def test_a_switch_sets_it_before_users_reach_it(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in listeners(work):
        listener.settings = octavia.PLAIN
    before = len(writes(work.cloud))
    assert reconcile.switch(anew(work, site)).live is GREEN
    done = writes(work.cloud)[before:]
    move = "floating_ips.point" if site.switch.method is Method.ADDRESS else "load_balancers.set"
    moves = [n for n, it in enumerate(done) if it.startswith(move)]
    assert done.index(CONFIGURE) < moves[-1]


def test_a_switch_that_is_forced_leaves_it_alone(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in listeners(work):
        listener.settings = octavia.PLAIN
    before = writes(work.cloud).count(CONFIGURE)
    reconcile.switch(anew(work, site), options=SwitchOptions(force=True))
    assert writes(work.cloud).count(CONFIGURE) == before


def test_a_deploy_sets_it_on_a_listener_that_is_built_anew(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in listeners(work):
        listener.settings = octavia.PLAIN
    reconcile.deploy(anew(work, site), "2.0")
    facts = work.observe()
    assert facts.standby is GREEN
    serving = facts.production_listener or facts.systems[GREEN].listener
    assert serving is not None
    assert serving.settings.allowed_cidrs == {OFFICE}


def test_a_site_that_is_there_gets_what_its_file_says_later(bare: Site, site: Site) -> None:
    if bare.switch.method is not site.switch.method:
        return
    work = start(bare)
    reconcile.up(work)
    reconcile.up(anew(work, site))
    assert all(it.settings.headers == {"X-Forwarded-For"} for it in listeners(work))


def test_what_a_file_says_no_more_stays_as_it_is(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    left_out = replace(site.load_balancer, timeouts=None, insert_headers=None, allowed_from=None)
    reconcile.up(anew(work, replace(site, load_balancer=left_out)))
    assert all(it.settings.client_timeout == 120_000 for it in listeners(work))
    assert all(it.allowed_cidrs == {OFFICE} for it in of_users(work))


def test_a_file_takes_headers_back(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    none = replace(site.load_balancer, insert_headers=())
    reconcile.up(anew(work, replace(site, load_balancer=none)))
    assert all(it.settings.headers == set() for it in listeners(work))


def test_what_somebody_has_set_that_no_file_speaks_of_stays(bare: Site) -> None:
    work = start(bare)
    reconcile.up(work)
    theirs = replace(octavia.PLAIN, client_timeout=1_000, headers=frozenset({"X-Forwarded-For"}))
    for listener in listeners(work):
        listener.settings = theirs
    reconcile.up(anew(work, bare))
    assert all(it.settings == theirs for it in listeners(work))


def test_a_file_that_says_nothing_of_it_asks_for_no_more_listeners() -> None:
    work = start(proxied(SITES[Method.ADDRESS]))
    reconcile.up(work)
    assert "load_balancers.listeners" not in {it.name for it in work.cloud.calls}


@pytest.mark.parametrize(
    ("key", "api"), [("timeouts", (2, 0)), ("allowed_from", (2, 11))], ids=lambda it: str(it)
)
def test_an_octavia_that_is_too_old_refuses_a_key_before_anything_is_built(
    bare: Site, key: str, api: tuple[int, int]
) -> None:
    value = {"timeouts": TIMEOUTS, "allowed_from": (OFFICE,)}[key]
    asked = replace(bare, load_balancer=replace(bare.load_balancer, **{key: value}))
    work = start(asked, octavia_api=api)
    with pytest.raises(ConfigError, match=f"load_balancer.{key}: it needs version"):
        reconcile.up(work)
    assert writes(work.cloud) == []
