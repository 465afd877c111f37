"""The trial site when Heat's engine ends in the midst of it."""

import pytest

from ao.apply.stack_wait import StandsStill
from ao.doctor import trial_site
from ao.site import Method
from tests.unit.operations.sites import SITES, start
from tests.unit.operations.test_standstill import away


def test_one_that_stands_still_is_told_at_the_deadline_and_removed() -> None:
    work = start(SITES[Method.POOL])
    with (
        pytest.raises(StandsStill, match=r"ao-shop\.doctor \(CREATE_IN_PROGRESS\) stands still"),
        trial_site.build_trial_site(away(work, 5.0)),
    ):
        pass
    assert work.cloud.other_user.things_named("doctor") == []


def test_a_deletion_that_stands_still_is_asked_for_again() -> None:
    work = start(SITES[Method.POOL])
    with trial_site.build_trial_site(work):
        begin = work.clock.now()
        ending = away(work, 5.0)
        trial_site.remove(ending)
    assert work.cloud.other_user.things_named("doctor") == []
    assert work.clock.now() - begin < work.site.deadlines.build
