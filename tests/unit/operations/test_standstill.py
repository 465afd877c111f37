"""Heat's engine ends in the midst of a command's work, and nobody takes the work up."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ao import fake
from ao.clock import Clock
from ao.colour import Colour
from ao.errors import BuildFailed, Refused
from ao.fake import nova
from ao.lock import LEASE
from ao.operations import operations
from ao.plan.standstill import STANDSTILL
from ao.site import Site
from ao.work import Work
from tests.unit.listeners import Notes
from tests.unit.operations.sites import Case, built, start, state, url
from tests.unit.samples import AUTOSCALE

BLUE, GREEN = Colour
OUTAGE = 30.0
"""Seconds for which the engine is away."""


CASES = {
    "up": Case(start, operations.up, served=False),
    "deploy": Case(built, lambda work: operations.deploy(work, "2.0")),
    "scale of the live system": Case(built, lambda work: operations.scale(work, BLUE, 3)),
    "scale of the standby": Case(built, lambda work: operations.scale(work, GREEN, 1)),
    "down of the standby": Case(built, lambda work: operations.down(work, frozenset([GREEN]))),
    "down": Case(built, lambda work: operations.down(work, frozenset(Colour)), served=False),
}
DELAYS = (1.0, 15.0)
"""Seconds after the beginning of a command at which the engine ends."""


def away(work: Work, after: float, seconds: float = OUTAGE) -> Work:
    """The same work, whose Heat has its engine killed, and started again later."""
    engine, now = work.cloud.openstack.heat_engine, work.clock.now
    ends = now() + after

    def sleep(pause: float) -> None:
        work.clock.sleep(pause)
        if engine.running and ends <= now() < ends + seconds:
            engine.stop()
        elif not engine.running and now() >= ends + seconds:
            engine.start()

    return replace(work, clock=Clock(now=now, sleep=sleep))


def stop_in(work: Work, command: Callable[[Work], object], after: float) -> None:
    """Have the engine and the command killed within the command."""

    def sleep(pause: float) -> None:
        work.clock.sleep(pause)
        if work.clock.now() >= ends:
            work.cloud.openstack.heat_engine.stop()
            work.cloud.process.kill()

    ends = work.clock.now() + after
    with pytest.raises(fake.Killed):
        command(replace(work, clock=Clock(now=work.clock.now, sleep=sleep)))
    work.cloud.process.restart()
    work.cloud.openstack.heat_engine.start()
    work.clock.sleep(LEASE)


@pytest.fixture(params=CASES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def end(case: Case, site: Site) -> object:
    work = case.prepare(site)
    case.command(work)
    return state(work.observe())


@pytest.mark.parametrize("after", DELAYS)
def test_a_command_whose_work_stands_still_cancels_it_at_its_deadline_and_goes_on(
    name: str, after: float, site: Site
) -> None:
    case = CASES[name]
    work = case.prepare(site)
    served = url(work, "production") if case.served else ""
    colours = set()

    def sleep(pause: float) -> None:
        if served:
            colours.add(work.visit(f"{served}/version", 3.0).headers["x-ao-colour"])
        work.clock.sleep(pause)

    watched = replace(work, clock=Clock(now=work.clock.now, sleep=sleep))
    case.command(away(watched, after))
    assert state(work.observe()) == end(case, site)
    assert colours <= {"blue"}


@pytest.mark.parametrize("after", DELAYS)
def test_with_the_flag_it_cancels_as_soon_as_nothing_changes(
    name: str, after: float, site: Site
) -> None:
    case = CASES[name]
    work = case.prepare(site)
    begin = work.clock.now()
    case.command(away(replace(work, cancel_stuck=True), after))
    assert state(work.observe()) == end(case, site)
    assert work.clock.now() - begin < after + OUTAGE + STANDSTILL + 200


@pytest.mark.parametrize("after", [1.0, 15.0])
def test_engine_and_command_killed_the_same_command_with_the_flag_goes_on(
    name: str, after: float, site: Site
) -> None:
    case = CASES[name]
    work = case.prepare(site)
    try:
        stop_in(work, case.command, after)
    except BaseException:
        if state(work.observe()) != end(case, site):
            raise
        return
    case.command(replace(work, cancel_stuck=True))
    assert state(work.observe()) == end(case, site)


@pytest.fixture
def stuck(site: Site) -> Work:
    """A whole site, whose standby Heat has begun to update to version 2.0 when its engine ended."""
    work = built(site)
    operations.start_deploy(work, "2.0")
    work.clock.sleep(6)
    work.cloud.openstack.heat_engine.stop()
    work.clock.sleep(OUTAGE)
    work.cloud.openstack.heat_engine.start()
    return work


def test_an_update_of_which_something_has_changed_is_not_cancelled(stuck: Work) -> None:
    with pytest.raises(Refused, match="Heat is at work on green") as refused:
        operations.deploy(replace(stuck, cancel_stuck=True), "3.0")
    assert "--cancel-stuck-update" not in refused.value.cure


def test_an_update_that_stands_still_is_told_with_the_flag_that_cancels_it(stuck: Work) -> None:
    stuck.clock.sleep(STANDSTILL)
    with pytest.raises(Refused, match="Heat is at work on green") as refused:
        operations.deploy(stuck, "3.0")
    assert "--cancel-stuck-update" in refused.value.cure
    facts = operations.deploy(replace(stuck, cancel_stuck=True), "3.0")
    assert facts.systems[GREEN].version == "3.0"


def test_a_switch_to_a_system_whose_update_stands_still_is_told_what_cancels_it(
    stuck: Work,
) -> None:
    stuck.clock.sleep(STANDSTILL)
    with pytest.raises(Refused, match="green cannot go live") as refused:
        operations.switch(stuck, GREEN)
    assert "`ao up --cancel-stuck-update`" in refused.value.cure
    operations.up(replace(stuck, cancel_stuck=True))
    assert operations.switch(stuck, GREEN).live is GREEN


def test_an_update_whose_time_is_over_is_cancelled_without_a_flag(stuck: Work) -> None:
    stuck.clock.sleep(stuck.site.deadlines.build)
    assert operations.deploy(stuck, "3.0").systems[GREEN].version == "3.0"


def test_a_deploy_that_is_left_to_heat_cancels_what_stands_still_before(stuck: Work) -> None:
    stuck.clock.sleep(stuck.site.deadlines.build)
    operations.start_deploy(stuck, "3.0")
    stuck.clock.sleep(300)
    green = stuck.observe().systems[GREEN]
    assert (green.version, green.obstacle()) == ("3.0", None)


def test_what_stands_still_cannot_go_live_and_says_so(stuck: Work) -> None:
    stuck.clock.sleep(STANDSTILL)
    with pytest.raises(Refused, match=r"green cannot go live: .*nothing of it has changed for 2m"):
        operations.switch(stuck)


def test_a_command_that_waits_tells_once_that_nothing_changes(stuck: Work) -> None:
    notes = Notes()
    operations.deploy(replace(stuck, progress=notes), "2.0")
    still = [text for text in notes.notes if "stands still" in text]
    assert len(still) == 2
    assert "--cancel-stuck-update" in still[0]
    assert "ao-shop-green (UPDATE_IN_PROGRESS)" in still[1]


def test_an_engine_that_ends_again_and_again_ends_the_command(site: Site) -> None:
    work = built(site)

    def sleep(pause: float) -> None:
        work.clock.sleep(pause)
        work.cloud.openstack.heat_engine.stop()
        work.cloud.openstack.heat_engine.start()

    failing = replace(work, clock=Clock(now=work.clock.now, sleep=sleep))
    with pytest.raises(
        BuildFailed, match="done, and still to do: cancel the UPDATE of ao-shop-green"
    ):
        operations.deploy(failing, "2.0")


def test_an_update_that_is_slow_is_not_cancelled_again_and_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = built(site)
    monkeypatch.setattr(nova, "BUILD", 3 * STANDSTILL)
    facts = operations.deploy(replace(work, cancel_stuck=True), "2.0")
    assert (facts.systems[GREEN].version, facts.systems[GREEN].obstacle()) == ("2.0", None)


def test_an_update_waits_for_clients_of_a_server_as_long_as_the_site_says(site: Site) -> None:
    work = built(replace(site, group=replace(site.group, delete_delay=2 * STANDSTILL)))
    notes = Notes()
    operations.scale(replace(work, cancel_stuck=True, progress=notes), GREEN, 1)
    assert not [text for text in notes.notes if "stands still" in text]


def test_servers_that_load_has_added_without_end_are_built_anew(site: Site) -> None:
    """The engine ends in a scaling policy's work: the group stands still, the stack is whole."""
    work = built(replace(site, autoscale=AUTOSCALE))
    work.cloud.other_user.signal("ao-shop-blue", "scale_out")
    work.clock.sleep(4)
    work.cloud.openstack.heat_engine.stop()
    work.cloud.openstack.heat_engine.start()
    work.clock.sleep(STANDSTILL)
    before = work.observe().systems[BLUE]
    assert before.stack is not None
    assert (before.stack.status, before.size, before.online) == ("COMPLETE", 3, 2)
    assert len(before.broken) == 1
    blue = operations.up(work).systems[BLUE]
    assert (blue.size, blue.online, blue.broken) == (3, 3, ())
