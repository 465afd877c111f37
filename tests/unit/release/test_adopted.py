"""Releases of a site around somebody else's load balancer."""

from dataclasses import replace

import pytest

from ao import release
from ao.colour import Colour
from ao.errors import Refused
from ao.journal import Outcome
from ao.operations import operations, way_back
from ao.site.rules import After, Standby
from ao.work import Work
from tests.unit.adopted import Owned, by_hand, looked
from tests.unit.release.releases import journal, options, outcome, steps

BLUE, GREEN = Colour


@pytest.fixture
def owned() -> Owned:
    owned = by_hand()
    operations.up(owned.work)
    return owned


def released(work: Work, version: str) -> Outcome | None:
    return release.release(work, version, options(work))


def test_the_first_release_moves_users_off_the_adopted_system(owned: Owned) -> None:
    assert released(owned.work, "2.0") is Outcome.RELEASED
    assert looked(owned.work) == "green"
    assert owned.work.observe().systems[BLUE].is_adopted


def test_the_way_back_leads_to_the_adopted_system(owned: Owned) -> None:
    released(owned.work, "2.0")
    facts = owned.work.observe()
    assert way_back.blocker(journal(owned.work).operations(), facts) == ""
    release.back(owned.work, options(owned.work))
    assert looked(owned.work) == "hand"


@pytest.mark.parametrize("after", [After.SHRINK, After.EMPTY])
def test_the_adopted_system_is_not_retired(owned: Owned, after: After) -> None:
    rules = replace(owned.site.rules, standby=Standby(after=after, size=1))
    work = replace(owned.work, site=replace(owned.site, rules=rules))
    before = dict(owned.pool.members)
    assert released(work, "2.0") is Outcome.RELEASED
    assert owned.pool.members == before


def test_the_next_release_is_refused_until_it_is_given_up_and_nothing_is_begun(
    owned: Owned,
) -> None:
    released(owned.work, "2.0")
    acts = len(journal(owned.work).operations())
    with pytest.raises(Refused, match="the way back") as refused:
        released(owned.work, "3.0")
    assert "--give-up-adopted" in refused.value.cure
    assert len(journal(owned.work).operations()) == acts
    operations.give_up(owned.work)
    assert released(owned.work, "3.0") is Outcome.RELEASED
    assert looked(owned.work) == "blue"
    assert released(owned.work, "4.0") is Outcome.RELEASED
    assert looked(owned.work) == "green"


def test_the_release_that_is_live_already_needs_nothing_given_up(owned: Owned) -> None:
    released(owned.work, "2.0")
    assert released(owned.work, "2.0") is Outcome.RELEASED
    assert owned.work.observe().systems[BLUE].is_adopted
    assert outcome(owned.work) == Outcome.RELEASED
    assert steps(owned.work)


def test_production_that_a_tool_of_the_owners_has_led_back_is_told(owned: Owned) -> None:
    released(owned.work, "2.0")
    told = way_back.moved_away(journal(owned.work).operations(), owned.work.observe())
    assert told is None
    owned.main.pool_id = owned.main.serving = owned.pool.id
    facts = owned.work.observe()
    told = way_back.moved_away(journal(owned.work).operations(), facts)
    assert told is not None
    assert "somebody else" in str(told)
    assert "ao switch green" in str(told)
    assert operations.up(owned.work).live is BLUE
