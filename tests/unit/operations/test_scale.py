"""Sizes: systems are scaled by hand, and a switch is at equal capacity."""

from dataclasses import replace

import pytest

from ao.clock import Clock
from ao.colour import Colour
from ao.errors import QuotaExceeded, Refused
from ao.operations import operations, reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Site
from ao.work import Work
from tests.unit.operations.sites import Visitor, start, told, writes

BLUE, GREEN = Colour


def grown(work: Work, colour: Colour) -> None:
    """Autoscaling adds a server to a system."""
    work.cloud.other_user.signal(work.site.system_stack(colour), "scale_out")
    work.clock.sleep(60)


def test_a_standby_is_shrunk_and_grown_and_keeps_its_version_and_its_servers(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    before = {server.id for server in work.observe().systems[GREEN].servers}
    small = reconcile.scale(work, GREEN, 1).systems[GREEN]
    assert (small.size, small.version, small.obstacle()) == (1, "2.0", None)
    assert {server.id for server in small.servers} < before
    large = reconcile.scale(work, GREEN, 3).systems[GREEN]
    assert (large.size, large.version, large.obstacle()) == (3, "2.0", None)


def test_a_standby_is_not_emptied_by_scaling(work: Work) -> None:
    with pytest.raises(Refused, match="`ao down green` deletes the system"):
        reconcile.scale(work, GREEN, 0)


def test_scaling_to_the_size_that_it_has_writes_nothing(work: Work) -> None:
    before = len(writes(work.cloud))
    reconcile.scale(work, GREEN, 2)
    assert len(writes(work.cloud)) == before


def test_the_live_system_is_grown_and_shrunk_and_keeps_its_version_and_its_servers(
    work: Work,
) -> None:
    reconcile.deploy(work, "2.0")
    before = work.observe().systems[BLUE]
    visitor = Visitor(work)
    large = reconcile.scale(visitor.watch(), BLUE, 4).systems[BLUE]
    assert (large.size, large.version, large.obstacle()) == (4, before.version, None)
    assert {server.id for server in before.servers} < {server.id for server in large.servers}
    small = reconcile.scale(visitor.watch(), BLUE, 1).systems[BLUE]
    assert (small.size, small.version, small.obstacle()) == (1, before.version, None)
    assert {server.id for server in small.servers} < {server.id for server in large.servers}
    assert set(visitor.seen) == {"blue"}


@pytest.mark.parametrize("size", [0, 5])
def test_the_live_system_gets_no_size_beyond_the_bounds(work: Work, size: int) -> None:
    before = len(writes(work.cloud))
    with pytest.raises(Refused, match="not between the bounds 1 and 4"):
        reconcile.scale(work, BLUE, size)
    assert len(writes(work.cloud)) == before


def test_no_server_is_taken_from_a_live_system_that_is_ill(work: Work) -> None:
    work.cloud.other_user.break_server(work.observe().systems[BLUE].servers[0].id)
    work.clock.sleep(60)
    with pytest.raises(Refused, match="1 of 2 servers pass the health check: those that go"):
        reconcile.scale(work, BLUE, 1)
    reconcile.up(work)
    assert reconcile.scale(work, BLUE, 1).systems[BLUE].size == 1


def test_a_standby_that_failed_is_not_scaled(work: Work) -> None:
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    with pytest.raises(Exception, match="No valid host"):
        reconcile.deploy(work, "2.0")
    with pytest.raises(Refused, match="green cannot be scaled: its stack is UPDATE_FAILED"):
        reconcile.scale(work, GREEN, 1)


def test_a_quota_that_is_too_small_is_told_before_anything_is_scaled(site: Site) -> None:
    work = start(site, limits={"instances": 5})
    reconcile.up(work)
    before = len(writes(work.cloud))
    with pytest.raises(QuotaExceeded, match="instances: 2 more needed, 1 free"):
        reconcile.scale(work, GREEN, 4)
    assert len(writes(work.cloud)) == before


def test_a_standby_that_is_smaller_than_the_live_system_is_brought_to_its_size_first(
    work: Work,
) -> None:
    reconcile.scale(work, GREEN, 1)
    grown(work, BLUE)
    visitor = Visitor(work)
    facts = reconcile.switch(visitor.watch())
    assert facts.live is GREEN
    assert facts.systems[GREEN].size == 3
    assert facts.systems[BLUE].size == 3
    assert set(visitor.seen) <= {"blue", "green"}


def test_a_live_system_that_grows_while_the_standby_does_is_matched_at_the_last_moment(
    work: Work,
) -> None:
    reconcile.scale(work, GREEN, 1)
    asleep = 0

    def sleep(seconds: float) -> None:
        nonlocal asleep
        asleep += 1
        if asleep == 1:
            work.cloud.other_user.signal(work.site.system_stack(BLUE), "scale_out")
        work.clock.sleep(seconds)

    busy = replace(work, clock=Clock(now=work.clock.now, sleep=sleep))
    assert reconcile.switch(busy).systems[GREEN].size == 3


def test_a_larger_standby_is_left_as_it_is(work: Work) -> None:
    grown(work, GREEN)
    assert reconcile.switch(work).systems[GREEN].size == 3


def test_a_degraded_switch_takes_the_standby_as_it_is(work: Work) -> None:
    reconcile.scale(work, GREEN, 1)
    assert reconcile.switch(work, options=SwitchOptions(degraded=True)).systems[GREEN].size == 1
    assert told(work, "production")[0] == "green"


def test_a_standby_above_the_site_files_bounds_is_reached(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    narrow = replace(site, group=replace(site.group, maximum=2))
    grown(work, BLUE)
    assert reconcile.switch(replace(work, site=narrow)).systems[GREEN].size == 3


@pytest.mark.parametrize("size", [0, 5])
def test_by_hand_a_system_gets_no_size_beyond_the_bounds(work: Work, size: int) -> None:
    before = len(writes(work.cloud))
    with pytest.raises(Refused, match="not between the bounds 1 and 4"):
        operations.scale(work, GREEN, size)
    assert len(writes(work.cloud)) == before
