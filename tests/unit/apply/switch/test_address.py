from dataclasses import replace

import pytest

from ao.apply.switch import address, target
from ao.apply.switch.move import Move
from ao.colour import Colour
from ao.errors import Refused
from ao.plan.plan import Confirm, Drain, PointPreview, PointProduction
from ao.site import DrainWay
from tests.unit.samples import EMPTY, whole
from tests.unit.samples import address as floating_ip

BLUE, GREEN = Colour
MOVE = Move(way=DrainWay.AFTER, quiet=2.0)
DRAINED = Drain(BLUE, DrainWay.AFTER, 2.0)


def test_a_switch_goes_to_the_standby() -> None:
    assert target(whole(live=BLUE), None) is GREEN
    assert target(whole(live=GREEN), None) is BLUE


def test_an_unfinished_switch_goes_on_to_its_own_target() -> None:
    moved = replace(
        whole(live=GREEN), preview=floating_ip("preview", None, "ao:switching-to=green")
    )
    assert target(moved, None) is GREEN


def test_a_named_colour_goes_before_an_unfinished_switch() -> None:
    moved = replace(
        whole(live=GREEN), preview=floating_ip("preview", None, "ao:switching-to=green")
    )
    assert target(moved, BLUE) is BLUE


def test_a_switch_without_a_live_system_must_name_a_colour() -> None:
    with pytest.raises(Refused, match="not clear which one"):
        target(EMPTY, None)


def test_a_switch_is_seen_on_the_preview_address_moved_confirmed_and_parked() -> None:
    facts = whole(live=BLUE)
    on_preview, on_production = Confirm("preview", GREEN), Confirm("production", GREEN)
    parked = PointPreview(None, switching_to=GREEN)
    assert address.plan(facts, GREEN, frozenset(), MOVE) == (on_preview, parked)

    done = frozenset([on_preview])
    assert address.plan(facts, GREEN, done, MOVE) == (parked,)

    facts = replace(facts, preview=floating_ip("preview", None, "ao:switching-to=green"))
    assert address.plan(facts, GREEN, done, MOVE) == (PointProduction(GREEN),)

    facts = replace(facts, production=floating_ip("production", "green-vip"))
    assert address.plan(facts, GREEN, done, MOVE) == (on_production,)
    done |= {on_production}
    assert address.plan(facts, GREEN, done, MOVE) == (DRAINED, PointPreview(BLUE))
    assert address.plan(facts, GREEN, done | {DRAINED}, MOVE) == (PointPreview(BLUE),)

    assert address.plan(whole(live=GREEN), GREEN, done, MOVE) == ()


def test_a_switch_the_other_way_over_an_unfinished_one_notes_its_own_target_first() -> None:
    facts = replace(
        whole(live=GREEN), preview=floating_ip("preview", None, "ao:switching-to=green")
    )
    assert address.plan(facts, BLUE, frozenset(), MOVE) == (PointPreview(None, switching_to=BLUE),)
