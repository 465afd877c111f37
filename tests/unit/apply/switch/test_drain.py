"""Drains on the fake cloud, by what each way asks of it."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest import mock

import pytest

from ao.apply.switch.drain import way
from ao.cloud import Member
from ao.colour import Colour
from ao.errors import CloudError, Conflict
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.progress import Drained, ProgressEvent
from ao.site import DrainWay, Method, Site
from ao.work import Work
from tests.unit.listeners import Notes
from tests.unit.operations.sites import SITES, built

BLUE, GREEN = Colour
OVN = SITES[Method.ADDRESS]
PROXY = replace(
    OVN,
    load_balancer=replace(
        OVN.load_balancer, provider="amphora", protocol="HTTP", algorithm="ROUND_ROBIN"
    ),
)


@dataclass
class Told(Notes):
    """A listener that keeps what a drain tells."""

    drains: list[Drained] = field(default_factory=list)

    def emit(self, event: ProgressEvent) -> None:
        super().emit(event)
        if isinstance(event, Drained):
            self.drains.append(event)


def draining(site: Site, **drain: object) -> Site:
    return replace(site, drain=replace(site.drain, **drain))  # type: ignore[arg-type]


def switch(work: Work) -> Told:
    told = Told()
    reconcile.switch(replace(work, progress=told))
    return told


def asked(work: Work) -> list[str]:
    """What a switch asks of the cloud, without what the preview needs before."""
    begin = len(work.cloud.calls)
    switch(work)
    return [call.name for call in work.cloud.calls[begin:] if call.writes]


@pytest.mark.parametrize(
    ("site", "hangs", "chosen"),
    [
        (OVN, False, DrainWay.NONE),
        (draining(OVN, hook="true"), False, DrainWay.HOOK),
        (PROXY, False, DrainWay.AFTER),
        (PROXY, True, DrainWay.AROUND),
        (draining(PROXY, way=DrainWay.NONE), True, DrainWay.NONE),
    ],
)
def test_the_way_suits_provider_and_network_unless_the_site_file_says_one(
    site: Site, hangs: bool, chosen: DrainWay
) -> None:
    assert way(site, hangs=hangs) is chosen


def test_where_nat_keeps_connections_the_old_load_balancer_is_reloaded_after_the_move() -> None:
    """Sequence B: move, see production, reload the old load balancer, park the preview."""
    work = built(PROXY)
    point, reload = "floating_ips.point", "load_balancers.reload"
    assert asked(work) == [point, point, reload, point]


def test_where_connections_hang_the_old_load_balancer_is_reloaded_around_the_move() -> None:
    """Sequence C: reload, move, park the preview on the old VIP, reload again.

    The drain reloads once more, for who came meanwhile; then the note of the switch goes.
    """
    work = built(draining(PROXY, way=DrainWay.AROUND))
    point, reload = "floating_ips.point", "load_balancers.reload"
    assert asked(work) == [point, reload, point, point, reload, reload, point]
    assert work.observe().switching_to is None
    assert (work.observe().live, work.observe().previewed) == (GREEN, BLUE)


def test_on_ovn_nothing_is_asked_of_the_load_balancer_and_that_is_said() -> None:
    """Sequence D: connections stay with the old load balancer."""
    work = built(OVN)
    assert asked(work) == ["floating_ips.point"] * 3
    (drained,) = switch(work).drains
    assert drained.left is None
    assert "until they close by themselves" in drained.text


def test_a_drain_waits_until_the_old_load_balancer_has_served_nobody_for_the_quiet_time() -> None:
    work = built(draining(PROXY, quiet=3.0))
    begin = work.clock.now()
    (drained,) = switch(work).drains
    assert drained.left == 0
    assert drained.text == "blue serves nobody any more"
    assert 3.0 <= drained.seconds <= work.clock.now() - begin


def test_who_switches_may_say_another_quiet_time_than_the_site_file() -> None:
    work, told = built(draining(PROXY, quiet=3.0)), Told()
    reconcile.switch(replace(work, progress=told), options=SwitchOptions(quiet=9.0))
    (drained,) = told.drains
    assert drained.left == 0
    assert drained.seconds >= 9.0


def test_a_load_balancer_that_is_busy_when_it_is_to_be_reloaded_is_asked_again() -> None:
    work = built(PROXY)
    work.cloud.faults.fail("load_balancers.reload", Conflict("immutable (HTTP 409)"))
    (drained,) = switch(work).drains
    assert drained.left == 0


def test_a_drain_that_cannot_be_done_is_told_and_production_stays_where_it_is() -> None:
    work = built(PROXY)
    stuck = Conflict("Load Balancer is immutable and cannot be updated. (HTTP 409)")
    for again in range(2000):
        work.cloud.faults.fail("load_balancers.reload", stuck, skip=again)
    told = switch(work)
    assert any("The drain is not whole" in note for note in told.notes)
    assert (work.observe().live, work.observe().previewed) == (GREEN, BLUE)


def test_statistics_that_the_provider_has_not_leave_it_open_who_is_left() -> None:
    work = built(PROXY)
    work.cloud.faults.fail("load_balancers.statistics", CloudError("not implemented (HTTP 501)"))
    (drained,) = switch(work).drains
    assert drained.left is None
    assert "cannot be told" in drained.text


def test_the_hook_is_told_what_to_drain(tmp_path: Path) -> None:
    hook = 'echo "$AO_SITE $AO_COLOUR $AO_VERSION $AO_SERVERS" > told'
    work = built(replace(draining(OVN, hook=hook), folder=tmp_path))
    addresses = [member.address for member in work.observe().systems[BLUE].members]
    switch(work)
    assert (tmp_path / "told").read_text().split() == ["shop", "blue", "1.0", *addresses]


def test_the_hook_is_told_no_server_whose_address_is_none(tmp_path: Path) -> None:
    work = built(replace(draining(OVN, hook="echo $AO_SERVERS > told"), folder=tmp_path))
    sound = work.cloud.load_balancers.members
    odd = Member(
        id="x",
        address="$(reboot); fe80::1%eth0",
        operating_status="ONLINE",
        provisioning_status="ACTIVE",
    )
    with mock.patch.object(work.cloud.load_balancers, "members", lambda pool: (odd, *sound(pool))):
        reconcile.switch(work, options=SwitchOptions(degraded=True))
    assert re.fullmatch(r"[0-9.]+ [0-9.]+\n", (tmp_path / "told").read_text())


def test_a_hook_that_fails_is_told_and_production_has_moved() -> None:
    work = built(draining(OVN, hook="exit 3"))
    told = switch(work)
    assert any("exit code 3" in note for note in told.notes)
    assert work.observe().live is GREEN


def test_a_hook_that_does_not_end_is_ended_at_the_deadline() -> None:
    work = built(draining(OVN, hook="sleep 60", deadline=0.2))
    told = switch(work)
    assert any("ran longer than 0.2s" in note for note in told.notes)
    assert work.observe().live is GREEN


def test_by_force_nobody_is_waited_for_and_the_old_clients_are_cut() -> None:
    """The address is taken off before it moves, which ends connections on the L3 agent."""
    work = built(PROXY)
    begin = len(work.cloud.calls)
    assert reconcile.switch(work, options=SwitchOptions(force=True)).live is GREEN
    calls = [call for call in work.cloud.calls[begin:] if call.writes]
    assert {call.name for call in calls} == {"floating_ips.point"}
    production = work.observe().production
    assert production is not None
    moves = [
        call.arguments[1]
        for call in calls
        if getattr(call.arguments[0], "id", None) == production.id
    ]
    assert moves == [None, production.port_id]


def test_by_force_a_system_with_one_healthy_server_goes_live() -> None:
    work = built(SITES[Method.POOL])
    work.cloud.other_user.delete_server(work.observe().systems[GREEN].servers[0].id)
    work.clock.sleep(30)
    assert reconcile.switch(work, options=SwitchOptions(force=True)).live is GREEN
