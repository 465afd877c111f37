"""Commands killed at every write of a site whose file has all keys of its load balancer."""

from dataclasses import replace

import pytest

from ao.cloud import ListenerSettings, PoolSettings
from ao.operations import reconcile
from ao.site import Method, Site
from ao.site.server_tls import ServerTls
from ao.site.session_persistence import SessionPersistence
from ao.site.timeouts import Timeouts
from ao.work import Work
from tests.unit.operations.sites import SITES, Case, Visitor, start, state
from tests.unit.operations.test_kills import killed, run


def bare(site: Site) -> Site:
    return replace(site, load_balancer=SITES[Method.POOL].load_balancer)


def whole(site: Site) -> Site:
    """The site with proxies, and all that is set through Octavia."""
    balancer = replace(
        SITES[Method.POOL].load_balancer,
        timeouts=Timeouts(client=120.0, server=90.0, connect=2.0),
        insert_headers=("X-Forwarded-For",),
        allowed_from=("198.51.100.0/24",),
        session_persistence=SessionPersistence(type="APP_COOKIE", cookie="sid"),
        server_tls=ServerTls(
            enabled=True, ca=None, crl=None, certificate=None, versions=("TLSv1.3",), ciphers=None
        ),
    )
    return replace(site, load_balancer=balancer)


def given(site: Site) -> Work:
    """A site that was built before its file had the keys."""
    work = start(bare(site))
    reconcile.up(work)
    return replace(work, site=whole(site), looks={})


CASES = {
    "up": Case(lambda site: start(whole(site)), reconcile.up, served=False),
    "up of one that is there": Case(given, reconcile.up),
    "deploy": Case(given, lambda work: reconcile.deploy(work, "2.0")),
}


def settings(work: Work) -> tuple[list[ListenerSettings], list[PoolSettings]]:
    octavia = work.cloud.openstack.project("shop").octavia
    return (
        [it.settings for it in octavia.listeners.values()],
        [it.settings for it in octavia.pools.values()],
    )


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_sets_all_when_said_again(name: str, site: Site) -> None:
    case = CASES[name]
    unbroken = case.prepare(site)
    case.command(unbroken)
    end, wanted = state(unbroken.observe()), settings(unbroken)
    _, calls, written = run(case, site)
    for work in killed(case, site, calls, written):
        assert not case.served or Visitor(work).look() in ("blue", "green")
        case.command(work)
        assert state(work.observe()) == end
        assert settings(work) == wanted
