"""Load of a site's systems, as `ao status` and Horizon show it."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.errors import Forbidden, QuotaExceeded, Unavailable
from ao.operations import reconcile
from ao.plan import scaling_state
from ao.plan.scaling_state import ScalingState
from ao.work import Work
from tests.unit.operations.sites import built, start
from tests.unit.samples import AUTOSCALE, POOL_SITE

BLUE, GREEN = Colour
EXTRA = {"metrics.query", "stacks.last_signal"}


@pytest.fixture
def scaled() -> Work:
    """A whole site with autoscaling: blue is live, and under load."""
    work = start(replace(POOL_SITE, autoscale=AUTOSCALE))
    reconcile.up(work)
    work.cloud.other_user.load(work.site.system_stack(BLUE), 0.8)
    return work


def measured(work: Work, colour: Colour = BLUE) -> ScalingState:
    return scaling_state.read_scaling(work.cloud, work.site, work.observe())[colour]


def grown(work: Work) -> None:
    """Load makes the live system one server larger."""
    work.cloud.other_user.evaluate(work.site.system_stack(BLUE), "alarm_out", "alarm")
    work.clock.sleep(60)


def test_each_system_tells_its_own_load(scaled: Work) -> None:
    assert (measured(scaled, BLUE).value, measured(scaled, GREEN).value) == (0.8, 0.0)


def test_a_site_without_autoscaling_has_none_and_nothing_is_asked() -> None:
    work = built(POOL_SITE)
    facts, before = work.observe(), len(work.cloud.calls)
    assert scaling_state.read_scaling(work.cloud, work.site, facts) == {}
    assert len(work.cloud.calls) == before


def test_two_requests_are_made_for_each_system(scaled: Work) -> None:
    facts, before = scaled.observe(), len(scaled.cloud.calls)
    scaling_state.read_scaling(scaled.cloud, scaled.site, facts)
    assert sorted(call.name for call in scaled.cloud.calls[before:]) == sorted([*EXTRA, *EXTRA])


def test_load_is_not_asked_for_in_a_switch_or_a_deploy(scaled: Work) -> None:
    before = len(scaled.cloud.calls)
    reconcile.deploy(scaled, "2.0")
    reconcile.switch(scaled)
    assert not EXTRA & {call.name for call in scaled.cloud.calls[before:]}


def test_what_load_did_last_is_told_with_the_size_that_it_led_to(scaled: Work) -> None:
    assert measured(scaled).last is None
    grown(scaled)
    last = measured(scaled).last
    assert last is not None
    assert (last.out, last.size) == (True, 3)
    scaled.cloud.other_user.evaluate(scaled.site.system_stack(BLUE), "alarm_in", "alarm")
    scaled.clock.sleep(60)
    last = measured(scaled).last
    assert last is not None
    assert (last.out, last.size) == (False, 2)


def test_a_size_that_somebody_changed_since_is_not_said_to_come_from_load(scaled: Work) -> None:
    grown(scaled)
    reconcile.scale(scaled, BLUE, 4)
    last = measured(scaled).last
    assert last is not None
    assert (last.out, last.size) == (True, None)


def test_load_that_changed_nothing_is_no_change(scaled: Work) -> None:
    reconcile.scale(scaled, BLUE, scaled.site.group.maximum)
    grown(scaled)
    assert measured(scaled).last is None


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("Prometheus says nothing"),
        Forbidden("Prometheus says no"),
        QuotaExceeded("Prometheus says too much"),
    ],
    ids=str,
)
def test_a_prometheus_that_does_not_answer_is_told(scaled: Work, error: Exception) -> None:
    for skip in range(2):
        scaled.cloud.faults.fail("metrics.query", error, skip=skip)
    assert measured(scaled) == ScalingState(silence=str(error))


def test_a_query_without_a_value_is_told(scaled: Work) -> None:
    out = replace(AUTOSCALE.out, query="a_series_that_is_gone")
    site = replace(scaled.site, autoscale=replace(AUTOSCALE, out=out))
    reconcile.deploy(replace(scaled, site=site), "2.0")
    found = measured(replace(scaled, site=site), GREEN)
    assert (found.value, found.silence) == (None, "its rule's query gives no value")


def test_a_heat_that_does_not_tell_of_signals_hides_nothing_else(scaled: Work) -> None:
    grown(scaled)
    for skip in range(2):
        scaled.cloud.faults.fail("stacks.last_signal", Unavailable("no"), skip=skip)
    assert measured(scaled) == ScalingState(value=0.8)


def test_gnocchi_is_not_asked_and_not_said_to_be_silent() -> None:
    work = start(replace(POOL_SITE, autoscale=AUTOSCALE), services=("alarming", "metric"))
    reconcile.up(work)
    assert measured(work) == ScalingState()


def test_what_is_not_built_has_no_load() -> None:
    work = start(replace(POOL_SITE, autoscale=AUTOSCALE))
    assert measured(work) == ScalingState()
