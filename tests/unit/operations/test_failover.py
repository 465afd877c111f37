"""A load balancer in provisioning status ERROR, and what is told of it and helps."""

from dataclasses import replace

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import CloudError, Forbidden, Refused
from ao.operations import reconcile
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, Visitor, built, state, told, writes
from tests.unit.release.releases import Listener

BLUE, GREEN = Colour
AMPHORAE = replace(
    SITES[Method.ADDRESS],
    load_balancer=SITES[Method.POOL].load_balancer,
    health_check=SITES[Method.POOL].health_check,
)
"""A site with two load balancers that are proxies."""


def failed(site: Site, colour: Colour) -> tuple[Work, str]:
    """A whole site, with the load balancer of a system in ERROR, and that one's ID."""
    work = built(site)
    balancer = work.observe().systems[colour].load_balancer
    assert balancer is not None
    work.cloud.other_user.mark_load_balancer(balancer.id, "ERROR")
    return work, balancer.id


def admin(work: Work) -> Work:
    """The same work with the role of an administrator."""
    return replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, admin=True))


@pytest.mark.parametrize("site", [AMPHORAE, SITES[Method.POOL]], ids=["address", "pool"])
@pytest.mark.parametrize("colour", list(Colour))
def test_an_administrator_fails_it_over_with_up_and_production_serves(
    site: Site, colour: Colour
) -> None:
    work, balancer_id = failed(site, colour)
    before = state(built(site).observe())
    visitor = Visitor(admin(work))
    facts = reconcile.up(visitor.watch(), failover=True)
    assert state(facts) == before
    assert facts.systems[colour].load_balancer is not None
    assert facts.systems[colour].load_balancer.id == balancer_id
    assert set(visitor.seen) <= {"blue"}
    assert reconcile.deploy(work, "2.0").systems[GREEN].version == "2.0"


def test_up_without_failover_changes_nothing_of_it_and_tells_what_helps() -> None:
    work, balancer_id = failed(AMPHORAE, GREEN)
    listener = Listener()
    reconcile.up(replace(work, progress=listener))
    (note,) = [note for note in listener.notes if "ERROR" in note]
    assert "`ao up --failover`" in note
    assert f"`openstack loadbalancer delete --cascade {balancer_id}`, then `ao up`" in note


@pytest.mark.parametrize("site", [SITES[Method.ADDRESS], AMPHORAE], ids=["ovn", "amphora"])
def test_whoever_may_not_fail_it_over_deletes_that_of_the_standby_as_told(site: Site) -> None:
    work, balancer_id = failed(site, GREEN)
    with pytest.raises((Forbidden, CloudError)) as refused:
        reconcile.up(work, failover=True)
    assert f"delete --cascade {balancer_id}`, then `ao up`" in refused.value.cure
    work.cloud.other_user.delete_load_balancer(balancer_id)
    visitor = Visitor(work)
    assert state(reconcile.up(visitor.watch())) == state(built(site).observe())
    assert set(visitor.seen) == {"blue"}
    assert told(work, "preview") == ("green", "1.0")


def test_no_failover_is_asked_for_while_all_are_well(work: Work) -> None:
    before = len(writes(work.cloud))
    reconcile.up(admin(work), failover=True)
    assert len(writes(work.cloud)) == before


@pytest.mark.parametrize("site", [AMPHORAE, SITES[Method.POOL]], ids=["address", "pool"])
def test_nothing_is_begun_that_heat_could_not_finish_on_it(site: Site) -> None:
    work, _ = failed(site, GREEN)
    before = len(writes(work.cloud))
    for command in (
        lambda: reconcile.deploy(work, "2.0"),
        lambda: reconcile.scale(work, GREEN, 3),
        lambda: reconcile.switch(work),
    ):
        with pytest.raises(Refused, match="ERROR"):
            command()
    assert len(writes(work.cloud)) == before


def test_a_live_system_is_repaired_although_that_of_the_standby_has_failed() -> None:
    work, _ = failed(AMPHORAE, GREEN)
    work.cloud.other_user.delete_server(work.observe().systems[BLUE].servers[0].id)
    work.clock.sleep(30)
    assert reconcile.up(work).systems[BLUE].obstacle() is None
