"""Alarms and releases: only the live system's change a size, and no release loses a server."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from ao import fake
from ao.clock import Clock
from ao.cloud import Alarm
from ao.colour import Colour
from ao.errors import (
    AoError,
    BuildFailed,
    ConfigError,
    Forbidden,
    NotFound,
    QuotaExceeded,
    Unavailable,
)
from ao.http.request_options import RequestOptions
from ao.lock import LockLost
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.plan import alarms, plan
from ao.plan.plan import AwaitServers, SetAlarms
from ao.release import WaitingForApproval
from ao.site import Site
from ao.site.autoscale import Effect, Engine
from ao.site.rules import Approve
from ao.visit import AS_URL
from ao.work import Work
from tests.unit.operations.sites import start, writes
from tests.unit.release.releases import Listener, released, ruled
from tests.unit.samples import AUTOSCALE

BLUE, GREEN = Colour


@pytest.fixture
def scaled(site: Site) -> Work:
    """A whole site with autoscaling: blue is live."""
    work = start(replace(site, autoscale=AUTOSCALE))
    reconcile.up(work)
    return work


def on(work: Work) -> set[Colour]:
    """Systems of which an alarm is on."""
    systems = work.observe().systems.values()
    return {s.colour for s in systems if any(alarm.enabled for alarm in s.alarms)}


def effects(work: Work) -> Mapping[Colour, Effect]:
    """What load may do to the size of each system."""
    return {
        colour: next(effect for effect in Effect if not system.amiss(effect))
        for colour, system in work.observe().systems.items()
    }


def load(work: Work, colour: Colour, alarm: str) -> None:
    """Load beyond a threshold, and the time for Heat to follow it."""
    work.cloud.other_user.evaluate(work.site.system_stack(colour), alarm, "alarm")
    work.clock.sleep(60)


def sizes(work: Work) -> tuple[int, int]:
    systems = work.observe().systems
    return systems[BLUE].size, systems[GREEN].size


def test_a_site_without_autoscaling_has_no_alarms_and_aodh_is_not_asked(work: Work) -> None:
    assert not any(system.alarms for system in work.observe().systems.values())
    reconcile.switch(work)
    assert "alarms.get" not in {call.name for call in work.cloud.calls}


def test_each_system_has_alarms_and_those_of_the_live_one_are_on(scaled: Work) -> None:
    assert {len(system.alarms) for system in scaled.observe().systems.values()} == {2}
    assert on(scaled) == {BLUE}


def test_load_changes_the_live_system_and_never_the_standby(scaled: Work) -> None:
    for colour in Colour:
        load(scaled, colour, "alarm_out")
    assert sizes(scaled) == (3, 2)
    for colour in Colour:
        load(scaled, colour, "alarm_in")
    assert sizes(scaled) == (2, 2)


def test_the_bounds_hold(scaled: Work) -> None:
    for _ in range(5):
        load(scaled, BLUE, "alarm_out")
    assert sizes(scaled)[0] == scaled.site.group.maximum
    for _ in range(5):
        load(scaled, BLUE, "alarm_in")
    assert sizes(scaled)[0] == scaled.site.group.minimum


def test_what_comes_at_once_is_the_rules(site: Site) -> None:
    by_two = replace(AUTOSCALE, out=replace(AUTOSCALE.out, by=2))
    work = start(replace(site, autoscale=by_two))
    reconcile.up(work)
    load(work, BLUE, "alarm_out")
    assert sizes(work)[0] == 4


@pytest.mark.parametrize(
    "act",
    [reconcile.up, lambda work: reconcile.deploy(work, "2.0"), reconcile.switch],
    ids=["up", "deploy", "switch"],
)
def test_the_size_that_load_chose_survives(scaled: Work, act: Callable[[Work], object]) -> None:
    load(scaled, BLUE, "alarm_out")
    act(scaled)
    assert sizes(scaled)[0] == 3


def test_a_repair_of_the_live_system_keeps_its_size_and_its_alarms(scaled: Work) -> None:
    load(scaled, BLUE, "alarm_out")
    lost = scaled.observe().systems[BLUE].servers[0]
    scaled.cloud.other_user.delete_server(lost.id)
    reconcile.up(scaled)
    assert sizes(scaled)[0] == 3
    assert on(scaled) == {BLUE}


def test_load_during_a_repair_of_the_live_system_changes_no_size(scaled: Work) -> None:
    lost = scaled.observe().systems[BLUE].servers[0]
    scaled.cloud.other_user.delete_server(lost.id)
    stack = scaled.site.system_stack(BLUE)
    scaled.cloud.faults.meanwhile(
        "stacks.repair", lambda: scaled.cloud.other_user.evaluate(stack, "alarm_out", "alarm")
    )
    reconcile.up(scaled)
    assert sizes(scaled)[0] == 2


def test_a_switch_under_load_is_at_equal_capacity_and_hands_the_alarms_over(scaled: Work) -> None:
    reconcile.deploy(scaled, "2.0")
    load(scaled, BLUE, "alarm_out")
    load(scaled, BLUE, "alarm_out")
    reconcile.switch(scaled)
    assert sizes(scaled) == (4, 4)
    assert on(scaled) == {GREEN}


def test_no_alarm_is_on_while_production_moves_and_no_server_goes_in_a_drain(
    scaled: Work,
) -> None:
    seen: list[set[Colour]] = []
    move = (
        "floating_ips.point"
        if scaled.site.switch.method == "address"
        else "load_balancers.set_default_pool"
    )
    for skip in range(4):
        scaled.cloud.faults.meanwhile(move, lambda: seen.append(on(scaled)), skip=skip)

    def sleep(seconds: float) -> None:
        for alarm in ("alarm_in", "alarm_out"):
            scaled.cloud.other_user.evaluate(scaled.site.system_stack(BLUE), alarm, "alarm")
        scaled.clock.sleep(seconds)

    reconcile.switch(replace(scaled, clock=Clock(now=scaled.clock.now, sleep=sleep)))
    assert seen[0] == set()
    assert sizes(scaled)[0] >= 2


@pytest.mark.parametrize(
    ("alarm", "state"), [("alarm_out", "ok"), ("alarm_out", "alarm"), ("alarm_in", "alarm")]
)
def test_live_capacity_never_drops_in_a_release_whether_load_stays_grows_or_ends(
    scaled: Work, alarm: str, state: str
) -> None:
    load(scaled, BLUE, "alarm_out")
    capacity: list[int] = []

    def sleep(seconds: float) -> None:
        facts = scaled.observe()
        assert facts.live is not None
        capacity.append(facts.systems[facts.live].online)
        for colour in Colour:
            scaled.cloud.other_user.evaluate(scaled.site.system_stack(colour), alarm, state)
        scaled.clock.sleep(seconds)

    watched = replace(scaled, clock=Clock(now=scaled.clock.now, sleep=sleep))
    reconcile.deploy(watched, "2.0")
    reconcile.switch(watched)
    assert capacity[0] == 3
    assert capacity == sorted(capacity)
    assert sizes(scaled)[1] >= sizes(scaled)[0]
    assert effects(scaled) == {BLUE: Effect.NOTHING, GREEN: Effect.BOTH}


def test_load_adds_servers_to_the_live_system_during_a_deploy(scaled: Work) -> None:
    blue = scaled.site.system_stack(BLUE)
    scaled.cloud.faults.meanwhile(
        "stacks.update", lambda: scaled.cloud.other_user.evaluate(blue, "alarm_out", "alarm")
    )
    reconcile.deploy(scaled, "2.0")
    assert sizes(scaled)[0] == 3


def test_a_deploy_that_fails_lets_load_take_servers_again(scaled: Work) -> None:
    seen: list[object] = []
    scaled.cloud.faults.meanwhile("stacks.update", lambda: seen.append(effects(scaled)[BLUE]))
    scaled.cloud.faults.break_next("OS::Nova::Server", "no valid host")
    with pytest.raises(BuildFailed):
        reconcile.deploy(scaled, "2.0")
    assert seen == [Effect.GROWTH]
    assert effects(scaled)[BLUE] is Effect.BOTH


def test_a_deploy_that_is_killed_leaves_load_its_servers_until_the_next_command(
    scaled: Work,
) -> None:
    scaled.cloud.faults.kill("stacks.update")
    with pytest.raises(fake.Killed):
        reconcile.deploy(scaled, "2.0")
    assert effects(scaled)[BLUE] is Effect.GROWTH


@pytest.mark.parametrize("skip", range(7))
def test_a_deploy_killed_anywhere_leaves_the_alarms_to_the_same_command(
    scaled: Work, skip: int
) -> None:
    scaled.cloud.faults.kill(skip=skip)
    with suppress(fake.Killed):
        reconcile.deploy(scaled, "2.0")
    scaled.cloud.faults.clear()
    scaled.cloud.process.restart()
    reconcile.deploy(scaled, "2.0")
    assert effects(scaled) == {BLUE: Effect.BOTH, GREEN: Effect.NOTHING}


def test_an_alarm_that_cannot_be_switched_on_again_is_told_and_ends_no_deploy(
    scaled: Work,
) -> None:
    listener = Listener()
    scaled.cloud.faults.fail("alarms.enable", Unavailable("Aodh says 503"), skip=1)
    facts = reconcile.deploy(replace(scaled, progress=listener), "2.0")
    assert facts.systems[GREEN].version == "2.0"
    assert any("Aodh says 503. What load does to the size of blue" in it for it in listener.notes)
    reconcile.up(scaled)
    assert effects(scaled)[BLUE] is Effect.BOTH


def test_a_release_keeps_the_capacity_until_it_has_ended(scaled: Work) -> None:
    seen: list[Mapping[Colour, Effect]] = []

    def sleep(seconds: float) -> None:
        seen.append(effects(scaled))
        scaled.clock.sleep(seconds)

    site = replace(scaled.site, watch=replace(scaled.site.watch, length=30.0))
    clock = Clock(now=scaled.clock.now, sleep=sleep)
    released(replace(scaled, site=site, clock=clock))
    assert seen[0] == {BLUE: Effect.GROWTH, GREEN: Effect.NOTHING}
    assert seen[-1] == {BLUE: Effect.NOTHING, GREEN: Effect.GROWTH}
    assert not [effect for both in seen for effect in both.values() if effect is Effect.BOTH]
    assert effects(scaled) == {BLUE: Effect.NOTHING, GREEN: Effect.BOTH}


def test_a_release_that_waits_for_nobody_in_particular_lets_load_take_servers(
    scaled: Work,
) -> None:
    with pytest.raises(WaitingForApproval):
        released(ruled(scaled, approve=Approve.MANUAL))
    assert effects(scaled)[BLUE] is Effect.BOTH


def test_a_release_whose_lock_was_lost_leaves_the_alarms_to_who_has_it(scaled: Work) -> None:
    listener = Listener()

    class Gone:
        def check(self) -> None:
            raise LockLost("somebody else has the lock", cure="")

        def release(self) -> None: ...

    reconcile.deploy(replace(scaled, progress=listener, lock=Gone()), "2.0")
    assert effects(scaled)[BLUE] is Effect.GROWTH
    assert any("somebody else has the lock" in note for note in listener.notes)


def test_a_size_given_by_hand_leaves_the_alarms_on_and_load_changes_it_again(
    scaled: Work,
) -> None:
    reconcile.scale(scaled, BLUE, 3)
    assert on(scaled) == {BLUE}
    load(scaled, BLUE, "alarm_out")
    assert sizes(scaled) == (4, 2)


def test_a_server_that_load_adds_after_the_others_were_waited_for_is_waited_for(
    scaled: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = iter([(AwaitServers(BLUE),), (AwaitServers(BLUE),), ()])
    monkeypatch.setattr(plan, "up", lambda *_: next(plans))
    reconcile.up(scaled)
    assert next(plans, None) is None


def test_load_that_undoes_a_size_given_by_hand_is_no_failure(scaled: Work) -> None:
    def sleep(seconds: float) -> None:
        load(scaled, BLUE, "alarm_in")
        scaled.clock.sleep(seconds)

    idle = replace(scaled, clock=Clock(now=scaled.clock.now, sleep=sleep))
    assert reconcile.scale(idle, BLUE, 3).systems[BLUE].size < 3


def test_a_system_that_was_idle_as_standby_loses_no_server_for_it(scaled: Work) -> None:
    reconcile.switch(scaled)
    reconcile.switch(scaled)
    begun = time.time()
    reconcile.switch(scaled)
    green = scaled.observe().systems[GREEN]
    out, inward = green.alarm(alarms.OUT), green.alarm(alarms.IN)
    assert out is not None
    assert inward is not None
    assert alarms.SINCE not in out.query
    _, moment = inward.query.split(alarms.SINCE)
    assert int(moment) == pytest.approx(begun + AUTOSCALE.inward.lasting, abs=5)


def test_a_switch_that_was_not_seen_gives_the_alarms_back(scaled: Work) -> None:
    reconcile.deploy(scaled, "2.0")
    visit = scaled.visit

    def blind(url: str, timeout: float, options: RequestOptions = AS_URL) -> object:
        answer = visit(url, timeout, options)
        production = scaled.observe().production
        if scaled.observe().live is GREEN and production and production.address in url:
            return replace(answer, status=500)
        return answer

    with pytest.raises(Exception, match=r"back on blue|Switched back"):
        reconcile.switch(replace(scaled, visit=blind))
    assert on(scaled) == {BLUE}


@pytest.mark.parametrize("skip", range(8))
def test_a_switch_killed_anywhere_goes_on_to_the_same_end(scaled: Work, skip: int) -> None:
    scaled.cloud.faults.kill(skip=skip)
    try:
        reconcile.switch(scaled, GREEN)
    except fake.Killed:
        assert len(on(scaled)) <= 1
    scaled.cloud.faults.clear()
    scaled.cloud.process.restart()
    reconcile.switch(scaled, GREEN)
    reconcile.up(scaled)
    assert scaled.observe().live is GREEN
    assert on(scaled) == {GREEN}


@pytest.mark.parametrize("error", [Unavailable, QuotaExceeded])
@pytest.mark.parametrize("skip", range(5))
def test_an_aodh_that_takes_no_change_stops_no_switch_and_is_told(
    scaled: Work, skip: int, error: type[AoError]
) -> None:
    reconcile.deploy(scaled, "2.0")
    listener = Listener()
    for later in range(skip, skip + 9):
        scaled.cloud.faults.fail("alarms.enable", error("Aodh says 503"), skip=later)
    facts = reconcile.switch(replace(scaled, progress=listener))
    assert (facts.live, facts.previewed, facts.switching_to) == (GREEN, BLUE, None)
    assert any("Aodh says 503. What load does" in note for note in listener.notes)
    scaled.cloud.faults.clear()
    reconcile.up(scaled)
    assert effects(scaled) == {BLUE: Effect.NOTHING, GREEN: Effect.BOTH}


def test_an_alarm_that_aodh_itself_switches_on_again_stops_no_switch(scaled: Work) -> None:
    """Its evaluator writes all of an alarm whose state changes, as it had read it before."""
    (blue, *_) = scaled.observe().systems[BLUE].alarms
    aodh = scaled.cloud._project.aodh
    for skip in range(9):
        scaled.cloud.faults.meanwhile(
            "alarms.enable", lambda: aodh.change(blue.id, enabled=True), skip=skip, after=True
        )
    assert reconcile.switch(scaled).live is GREEN


def test_a_server_that_load_adds_at_this_moment_is_not_taken_for_broken(scaled: Work) -> None:
    blue = scaled.site.system_stack(BLUE)
    scaled.cloud.other_user.evaluate(blue, "alarm_out", "alarm")
    for _ in range(6):
        scaled.clock.sleep(1)
        assert scaled.observe().systems[BLUE].broken == ()
    reconcile.up(scaled)
    assert sizes(scaled)[0] == 3
    assert effects(scaled)[BLUE] is Effect.BOTH


def test_an_alarm_that_aodh_lost_is_made_anew(scaled: Work) -> None:
    (lost, _) = scaled.observe().systems[BLUE].alarms
    scaled.cloud.other_user.delete_alarm(lost.id)
    assert len(scaled.observe().systems[BLUE].lost) == 1
    facts = reconcile.up(scaled)
    assert not facts.systems[BLUE].lost
    assert effects(scaled) == {BLUE: Effect.BOTH, GREEN: Effect.NOTHING}
    assert sizes(scaled) == (2, 2)


def test_an_aodh_that_is_silent_has_lost_nothing(scaled: Work) -> None:
    scaled.cloud.faults.fail("alarms.get", Unavailable("Aodh says 503"))
    assert scaled.observe().systems[BLUE].broken == ()


def test_a_deploy_that_is_left_to_heat_begins_whatever_the_alarms_are(scaled: Work) -> None:
    for alarm in scaled.observe().systems[BLUE].alarms:
        scaled.cloud.alarms.enable(alarm, False)
    reconcile.start_deploy(scaled, "2.0")
    scaled.clock.sleep(120)
    assert scaled.observe().systems[GREEN].version == "2.0"


def test_a_system_is_scaled_by_hand_while_the_cloud_has_no_aodh(scaled: Work) -> None:
    scaled.cloud.openstack.services = frozenset()
    assert reconcile.scale(scaled, BLUE, 3).systems[BLUE].online == 3


def test_first_alarms_of_a_built_system_need_a_trust_and_later_ones_none(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    restricted = replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, trusts=False))
    reconcile.deploy(restricted, "2.0")
    measured = replace(restricted, site=replace(site, autoscale=AUTOSCALE))
    with pytest.raises(Forbidden, match="no trust"):
        reconcile.deploy(measured, "3.0")
    reconcile.deploy(replace(measured, cloud=work.cloud), "3.0")
    reconcile.deploy(measured, "4.0")


def test_up_switches_off_the_alarms_of_a_standby(scaled: Work) -> None:
    for alarm in scaled.observe().systems[GREEN].alarms:
        scaled.cloud.alarms.enable(alarm, True)
    reconcile.up(scaled)
    assert on(scaled) == {BLUE}


def test_a_deploy_leaves_the_live_systems_alarms_on(scaled: Work) -> None:
    reconcile.deploy(scaled, "2.0")
    assert on(scaled) == {BLUE}


def test_production_is_switched_while_aodh_is_silent(scaled: Work) -> None:
    for skip in range(60):
        scaled.cloud.faults.fail("alarms.get", Unavailable("Aodh says 503"), skip=skip)
    facts = reconcile.switch(scaled)
    assert facts.live is GREEN
    assert facts.unknown == "Aodh says 503"


def test_in_an_emergency_production_moves_before_the_alarms(scaled: Work) -> None:
    before = len(writes(scaled.cloud))
    reconcile.switch(scaled, options=SwitchOptions(force=True))
    assert writes(scaled.cloud)[before] != "alarms.enable"
    assert on(scaled) == {GREEN}


def test_a_cloud_that_cannot_evaluate_load_is_told_before_anything_is_built(site: Site) -> None:
    work = start(replace(site, autoscale=AUTOSCALE), services=())
    with pytest.raises(NotFound, match="cannot evaluate load") as refusal:
        reconcile.up(work)
    assert "engine: none" in refusal.value.cure
    assert writes(work.cloud) == []


def test_a_cloud_that_cannot_is_built_without_alarms_when_told_to(site: Site) -> None:
    work = start(replace(site, autoscale=replace(AUTOSCALE, engine=Engine.NONE)), services=())
    facts = reconcile.up(work)
    assert facts.live is BLUE
    assert not facts.systems[BLUE].alarms


def test_a_cloud_with_gnocchi_gets_its_alarms(site: Site) -> None:
    work = start(replace(site, autoscale=AUTOSCALE), services=("alarming", "metric"))
    facts = reconcile.up(work)
    types = {it.type for it in facts.systems[BLUE].resources if "Aodh" in it.type}
    assert types == {"OS::Aodh::GnocchiAggregationByResourcesAlarm"}
    assert on(work) == {BLUE}


def test_what_is_deleted_takes_its_alarms_along(scaled: Work) -> None:
    reconcile.down(scaled, frozenset(Colour))
    assert scaled.cloud.alarms.all() == ()


def test_a_step_says_which_alarms(scaled: Work) -> None:
    assert str(SetAlarms(GREEN, Effect.NOTHING)) == "switch off the alarms of green"


def test_alarms_of_others_are_left_alone(scaled: Work) -> None:
    stranger = Alarm(id="x", name="x", enabled=True, state="ok", reason="")
    scaled.cloud._project.aodh.alarms["x"] = stranger
    reconcile.switch(scaled)
    assert stranger in scaled.cloud.alarms.all()


def test_a_rule_whose_query_cannot_be_read_is_refused_before_anything_is_built(site: Site) -> None:
    rule = replace(AUTOSCALE.out, query="sum(requests")
    site = replace(
        site,
        autoscale=replace(AUTOSCALE, out=rule),
        places={"autoscale.out": "ao.yaml:20"},
    )
    work = start(site)
    with pytest.raises(ConfigError, match=r"^ao\.yaml:20: autoscale\.out\.query: .*parse error"):
        reconcile.up(work)
    assert writes(work.cloud) == []
