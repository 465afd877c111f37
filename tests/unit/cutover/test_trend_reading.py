"""The trend of a site's size and load."""

from dataclasses import replace
from unittest import mock

import pytest

from ao.cloud import Sample
from ao.colour import Colour
from ao.cutover import trend_reading
from ao.cutover.trend import MANY
from ao.errors import Unavailable
from ao.operations import reconcile
from ao.site import Site
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.samples import AUTOSCALE

BLUE, GREEN = Colour
BEGIN, END = 1_795_411_000.0, 1_795_411_900.0


@pytest.fixture
def scaled(site: Site) -> Work:
    """A whole site with autoscaling: blue is live, and under load."""
    work = start(replace(site, autoscale=AUTOSCALE))
    reconcile.up(work)
    work.cloud.other_user.load(work.site.system_stack(BLUE), 0.8)
    return work


def test_a_trend_tells_servers_and_load_of_both_systems(scaled: Work) -> None:
    found = trend_reading.read(scaled.cloud, scaled.site, scaled.observe(), BEGIN, END)
    assert found is not None
    assert {colour: set(it.values) for colour, it in found.servers.items()} == {
        BLUE: {2},
        GREEN: {2},
    }
    assert {colour: set(it.values) for colour, it in found.load.items()} == {
        BLUE: {0.8},
        GREEN: {0},
    }
    assert found.load[BLUE].at[0] == BEGIN
    assert found.load[BLUE].at[-1] == END
    assert (found.out, found.inward, found.cpu) == (0.7, 0.2, True)


def test_a_long_trend_has_no_more_moments_than_a_short_one(scaled: Work) -> None:
    facts = scaled.observe()
    for hours in (0.1, 1, 24):
        found = trend_reading.read(scaled.cloud, scaled.site, facts, END - 3600 * hours, END)
        assert found is not None
        assert 60 < len(found.load[BLUE].at) <= trend_reading.POINTS + 1


def test_there_is_none_without_autoscaling(work: Work) -> None:
    assert trend_reading.read(work.cloud, work.site, work.observe(), BEGIN, END) is None


def test_there_is_none_while_prometheus_does_not_answer(scaled: Work) -> None:
    facts = scaled.observe()
    scaled.cloud.faults.fail("metrics.range", Unavailable("Prometheus does not answer"))
    assert trend_reading.read(scaled.cloud, scaled.site, facts, BEGIN, END) is None


def test_what_prometheus_tells_without_bounds_is_bounded(scaled: Work) -> None:
    endless = tuple(Sample(at=BEGIN + n, value=float(n)) for n in range(100_000))
    giant = Sample(at=BEGIN, value=1e300)
    facts = scaled.observe()
    with mock.patch.object(scaled.cloud.metrics, "range", return_value=(giant, *endless)):
        found = trend_reading.read(scaled.cloud, scaled.site, facts, BEGIN, END)
    assert found is not None
    assert len(found.load[BLUE].at) == MANY
    assert max(found.load[BLUE].values) < MANY
