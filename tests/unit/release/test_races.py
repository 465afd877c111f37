"""Somebody else at work at the same time."""

from dataclasses import replace

import pytest

from ao import release
from ao.colour import Colour
from ao.errors import Changed, Refused
from ao.work import Work
from tests.unit.release.stage import SITE, state, told, writes

BLUE, GREEN = Colour


def test_production_that_somebody_moved_meanwhile_is_left_to_them(work: Work) -> None:
    """They point it to another site of theirs between our look and our write."""
    theirs = release.up(replace(work, site=replace(SITE, name="theirs")))
    vip = theirs.systems[GREEN].vip_port_id
    production = work.observe().production
    assert theirs.preview is not None
    assert production is not None
    work.cloud.others.point(theirs.preview.id, None)
    work.cloud.faults.meanwhile(
        "addresses.point", lambda: work.cloud.others.point(production.id, vip), skip=1
    )
    with pytest.raises(Changed, match="somebody pointed"):
        release.switch(work)
    now = work.observe().production
    assert now is not None
    assert now.port_id == vip


def test_an_address_that_somebody_renamed_meanwhile_is_pointed_all_the_same(work: Work) -> None:
    preview = work.observe().preview
    assert preview is not None
    work.cloud.faults.meanwhile(
        "addresses.point", lambda: work.cloud.others.point(preview.id, preview.port_id)
    )
    assert state(release.switch(work))[:3] == (GREEN, BLUE, None)


def test_a_deploy_stops_when_its_standby_went_live_meanwhile(work: Work) -> None:
    """Another operator switches between our plan and our update."""
    look_of_the_guard = 2
    work.cloud.faults.meanwhile(
        "addresses.all", lambda: release.switch(work), skip=look_of_the_guard
    )
    with pytest.raises(Refused, match="green is live"):
        release.deploy(work, "2.0")
    assert "stacks.update" not in writes(work.cloud)
    assert told(work, "production") == ("green", "1.0")


def test_a_note_of_a_switch_that_was_called_off_by_hand_is_cleared(work: Work) -> None:
    preview = work.observe().preview
    assert preview is not None
    words = f"{preview.description} ao:switching-to=green"
    work.cloud.addresses.point(preview, preview.port_id, words)
    assert work.observe().switching_to is GREEN
    assert state(release.up(work))[:3] == (BLUE, GREEN, None)
