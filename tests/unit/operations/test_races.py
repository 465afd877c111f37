"""Somebody else at work at the same time."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.errors import Changed, Conflict, DeadlinePassed, Refused
from ao.operations import reconcile
from ao.site import Method
from ao.work import Work
from tests.unit.operations.sites import SITES, built, state, told, writes

BLUE, GREEN = Colour


@pytest.fixture
def moving() -> Work:
    """A whole site of the address method."""
    return built(SITES[Method.ADDRESS])


def test_production_that_somebody_moved_meanwhile_is_left_to_them(moving: Work) -> None:
    """They point it to another site of theirs between our look and our write."""
    work = moving
    theirs = reconcile.up(replace(work, site=replace(work.site, name="theirs")))
    vip = theirs.systems[GREEN].vip_port_id
    production = work.observe().production
    assert theirs.preview is not None
    assert production is not None
    work.cloud.other_user.point(theirs.preview.id, None)
    work.cloud.faults.meanwhile(
        "floating_ips.point", lambda: work.cloud.other_user.point(production.id, vip), skip=1
    )
    with pytest.raises(Changed, match="somebody pointed"):
        reconcile.switch(work)
    now = work.observe().production
    assert now is not None
    assert now.port_id == vip


def test_an_address_that_somebody_renamed_meanwhile_is_pointed_all_the_same(moving: Work) -> None:
    work = moving
    preview = work.observe().preview
    assert preview is not None
    work.cloud.faults.meanwhile(
        "floating_ips.point", lambda: work.cloud.other_user.point(preview.id, preview.port_id)
    )
    assert state(reconcile.switch(work))[:3] == (GREEN, BLUE, None)


def test_a_deploy_stops_when_its_standby_went_live_meanwhile(work: Work) -> None:
    """Another operator switches between our plan and our update."""
    look_of_the_guard = 1
    theirs = replace(work, looks={})
    work.cloud.faults.meanwhile(
        "stacks.tagged", lambda: reconcile.switch(theirs), skip=look_of_the_guard
    )
    with pytest.raises(Refused, match="green is live"):
        reconcile.deploy(work, "2.0")
    assert "stacks.update" not in writes(work.cloud)
    assert told(work, "production") == ("green", "1.0")


def test_a_note_of_a_switch_that_was_called_off_by_hand_is_cleared(moving: Work) -> None:
    work = moving
    preview = work.observe().preview
    assert preview is not None
    words = f"{preview.description} ao:switching-to=green"
    work.cloud.floating_ips.point(preview, preview.port_id, words)
    assert work.observe().switching_to is GREEN
    assert state(reconcile.up(work))[:3] == (BLUE, GREEN, None)


@pytest.fixture
def sharing() -> Work:
    """A whole site of the pool method."""
    return built(SITES[Method.POOL])


def test_a_change_of_the_pool_waits_for_another_change_of_the_load_balancer(
    sharing: Work,
) -> None:
    """A server that scaling has added joins its pool: Octavia answers 409 meanwhile."""
    shared = sharing.observe().shared
    assert shared is not None
    sharing.cloud.load_balancers.reload(shared)
    assert state(reconcile.switch(sharing))[:3] == (GREEN, BLUE, None)


def test_a_load_balancer_that_stays_immutable_is_told_and_production_serves(
    sharing: Work,
) -> None:
    reconcile.deploy(sharing, "2.0")
    stuck = Conflict("Load Balancer is immutable and cannot be updated. (HTTP 409)")
    for again in range(1000):
        sharing.cloud.faults.fail("load_balancers.set_default_pool", stuck, skip=again)
    with pytest.raises(DeadlinePassed, match=r"load balancer ao-shop to take a change.*immutable"):
        reconcile.switch(sharing)
    assert told(sharing, "production") == ("blue", "1.0")
    sharing.cloud.faults.clear()
    assert state(reconcile.switch(sharing))[:3] == (GREEN, BLUE, None)


def test_a_listener_that_somebody_led_elsewhere_meanwhile_is_left_to_them(
    sharing: Work,
) -> None:
    facts = sharing.observe()
    listener, blue = facts.production_listener, facts.systems[BLUE].pool_id
    assert listener is not None

    def back() -> None:
        sharing.clock.sleep(2)
        sharing.cloud.load_balancers.set_default_pool(listener, blue)
        sharing.clock.sleep(2)

    sharing.cloud.faults.meanwhile("load_balancers.set_default_pool", back, after=True)
    with pytest.raises(Changed, match="somebody else has led it there"):
        reconcile.switch(sharing)
    assert told(sharing, "production") == ("blue", "1.0")
