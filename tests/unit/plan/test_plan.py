from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.apply.switch import address
from ao.apply.switch.move import Move
from ao.colour import Colour
from ao.errors import Refused
from ao.plan import plan
from ao.plan.facts import Facts
from ao.plan.plan import (
    AwaitServers,
    BuildSite,
    BuildSystem,
    Confirm,
    FollowStack,
    PointPreview,
    PointProduction,
    RemoveSite,
    RemoveSystem,
    RepairSystem,
    ScaleSystem,
)
from ao.site import DrainWay, Method
from tests.unit.samples import EMPTY, SITE, stack, system, unbuilt, whole, with_system
from tests.unit.samples import address as floating_ip

BLUE, GREEN = Colour
NOTHING_DONE: plan.Done = frozenset()


def seen(facts: Facts) -> plan.Done:
    return frozenset(
        Confirm(role, colour)
        for role, colour in (("production", facts.live), ("preview", facts.previewed))
        if colour
    )


def test_up_builds_the_site_first() -> None:
    assert plan.up(SITE, EMPTY, NOTHING_DONE) == (BuildSite(),)


def test_up_builds_both_systems_side_by_side() -> None:
    facts = replace(EMPTY, stack=stack("ao-shop"))
    assert plan.up(SITE, facts, NOTHING_DONE) == (
        BuildSystem(BLUE, "1.0", 2),
        BuildSystem(GREEN, "1.0", 2),
    )


def test_up_makes_blue_live_when_nothing_was() -> None:
    facts = replace(
        whole(), production=floating_ip("production", None), preview=floating_ip("preview", None)
    )
    assert plan.up(SITE, facts, NOTHING_DONE) == (PointProduction(BLUE),)


def test_up_gives_a_detached_production_address_back_to_the_system_that_was_live() -> None:
    facts = replace(whole(live=GREEN), production=floating_ip("production", None))
    assert plan.up(SITE, facts, NOTHING_DONE) == (PointProduction(GREEN),)


def test_up_gives_production_a_system_before_it_repairs_the_other_one() -> None:
    for green in (
        system(GREEN, state="UPDATE_FAILED"),
        system(GREEN, online=0),
        system(GREEN, active=1, online=1),
    ):
        facts = with_system(
            replace(whole(live=BLUE), production=floating_ip("production", None)), green
        )
        assert plan.up(SITE, facts, NOTHING_DONE) == (PointProduction(BLUE),)


def test_up_gives_production_no_system_that_would_not_answer() -> None:
    facts = with_system(
        replace(whole(live=BLUE), production=floating_ip("production", None)),
        system(BLUE, online=0),
    )
    assert plan.up(SITE, facts, NOTHING_DONE) == (AwaitServers(BLUE),)


def test_up_points_the_preview_address_to_the_standby() -> None:
    facts = replace(whole(), preview=floating_ip("preview", None))
    assert plan.up(SITE, facts, NOTHING_DONE) == (PointPreview(GREEN),)


def test_up_sees_both_addresses_answer_before_it_is_content() -> None:
    assert plan.up(SITE, whole(), NOTHING_DONE) == (
        Confirm("production", BLUE),
        Confirm("preview", GREEN),
    )
    assert plan.up(SITE, whole(), seen(whole())) == ()


def test_up_leaves_a_whole_system_as_it_is_whatever_the_site_file_says() -> None:
    other = replace(SITE, version="9.9", group=replace(SITE.group, flavor="huge", size=4))
    assert plan.up(other, whole(), seen(whole())) == ()


def test_up_repairs_a_lost_server_of_the_live_system_without_a_new_definition() -> None:
    facts = with_system(whole(), system(BLUE, active=1, online=1))
    assert plan.up(SITE, facts, NOTHING_DONE) == (RepairSystem(BLUE, 2),)


def test_up_builds_a_failed_standby_anew_with_the_version_that_it_was_to_have() -> None:
    facts = with_system(whole(), system(GREEN, state="UPDATE_FAILED", version="2.0"))
    assert plan.up(SITE, facts, NOTHING_DONE) == (BuildSystem(GREEN, "2.0", 2),)


def test_up_waits_for_what_heat_is_doing() -> None:
    facts = with_system(whole(), system(GREEN, state="UPDATE_IN_PROGRESS"))
    assert plan.up(SITE, facts, NOTHING_DONE) == (FollowStack("ao-shop-green", "UPDATE"),)


def test_up_waits_for_servers_that_do_not_pass_yet() -> None:
    facts = with_system(whole(), system(GREEN, online=1))
    assert plan.up(SITE, facts, NOTHING_DONE) == (AwaitServers(GREEN),)


def test_up_leaves_a_production_address_that_points_to_a_stranger() -> None:
    facts = replace(whole(), production=floating_ip("production", "strange-port"))
    assert facts.foreign
    steps = plan.up(SITE, facts, seen(facts))
    assert not any(isinstance(step, PointProduction) for step in steps)


def test_up_refuses_to_delete_a_live_system_that_heat_failed_to_delete() -> None:
    facts = with_system(whole(), system(BLUE, state="DELETE_FAILED"))
    with pytest.raises(Refused, match="blue, which is live, is DELETE_FAILED"):
        plan.up(SITE, facts, NOTHING_DONE)


def test_deploy_goes_to_the_standby_and_keeps_its_size() -> None:
    assert plan.deploy(SITE, whole(live=GREEN), "2.0", NOTHING_DONE) == (
        BuildSystem(BLUE, "2.0", 2),
    )


def test_deploy_keeps_the_size_that_scaling_chose_within_the_bounds() -> None:
    for size, kept in ((1, 1), (3, 3), (9, 4)):
        grown = with_system(whole(), system(GREEN, size=size, online=size, active=size))
        assert plan.deploy(SITE, grown, "2.0", NOTHING_DONE) == (BuildSystem(GREEN, "2.0", kept),)


def test_deploy_gives_an_empty_standby_servers() -> None:
    facts = with_system(whole(), system(GREEN, size=0, online=0, active=0))
    assert plan.deploy(SITE, facts, "2.0", NOTHING_DONE) == (BuildSystem(GREEN, "2.0", 2),)


def test_deploy_builds_a_standby_that_was_deleted() -> None:
    facts = with_system(replace(whole(), preview=floating_ip("preview", None)), unbuilt(GREEN))
    assert plan.deploy(SITE, facts, "2.0", NOTHING_DONE) == (BuildSystem(GREEN, "2.0", 2),)


def test_deploy_ends_by_seeing_the_preview_address_answer() -> None:
    done = frozenset([BuildSystem(GREEN, "2.0", 2)])
    assert plan.deploy(SITE, whole(), "2.0", done) == (Confirm("preview", GREEN),)
    assert plan.deploy(SITE, whole(), "2.0", done | {Confirm("preview", GREEN)}) == ()


def test_deploy_goes_on_with_the_same_version_after_a_kill() -> None:
    facts = with_system(whole(), system(GREEN, state="UPDATE_IN_PROGRESS", version="2.0"))
    assert plan.deploy(SITE, facts, "2.0", NOTHING_DONE) == (
        FollowStack("ao-shop-green", "UPDATE"),
    )


def test_deploy_does_not_cut_into_the_deploy_of_another_version() -> None:
    facts = with_system(whole(), system(GREEN, state="UPDATE_IN_PROGRESS", version="2.0"))
    with pytest.raises(Refused, match="at work on green"):
        plan.deploy(SITE, facts, "3.0", NOTHING_DONE)


def test_deploy_is_refused_while_no_system_is_live() -> None:
    with pytest.raises(Refused, match="no system is live"):
        plan.deploy(SITE, EMPTY, "2.0", NOTHING_DONE)


def test_deploy_is_refused_while_a_switch_is_not_finished() -> None:
    facts = replace(whole(), preview=floating_ip("preview", None, "ao:switching-to=green"))
    with pytest.raises(Refused, match="switch to green was begun"):
        plan.deploy(SITE, facts, "2.0", NOTHING_DONE)


def test_down_takes_the_addresses_off_before_it_deletes() -> None:
    everything = frozenset(Colour)
    assert plan.down(whole(), everything) == (PointProduction(None), PointPreview(None))
    bare = replace(
        whole(), production=floating_ip("production", None), preview=floating_ip("preview", None)
    )
    assert plan.down(bare, everything) == (RemoveSystem(BLUE), RemoveSystem(GREEN))
    gone = replace(bare, systems={colour: unbuilt(colour) for colour in Colour})
    assert plan.down(gone, everything) == (RemoveSite(),)
    assert plan.down(EMPTY, everything) == ()


def test_down_of_one_system_keeps_the_site() -> None:
    facts = replace(whole(), preview=floating_ip("preview", None))
    facts = with_system(facts, unbuilt(GREEN))
    assert plan.down(facts, frozenset([GREEN])) == ()


def test_down_leaves_a_production_address_that_points_to_a_stranger() -> None:
    facts = replace(whole(), production=floating_ip("production", "strange-port"))
    assert plan.down(facts, frozenset(Colour)) == (PointPreview(None),)


systems = st.builds(
    system,
    st.just(BLUE),
    state=st.sampled_from(
        [
            f"{action}_{status}"
            for action in ("CREATE", "UPDATE", "DELETE", "CHECK")
            for status in ("IN_PROGRESS", "COMPLETE", "FAILED")
        ]
    ),
    version=st.sampled_from(["1.0", "2.0"]),
    size=st.integers(0, 3),
    online=st.integers(0, 3),
    active=st.integers(0, 3),
)


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    ports = [None, "blue-vip", "green-vip", "strange-port"]
    words = draw(st.sampled_from([(), ("ao:switching-to=blue",), ("ao:switching-to=green",)]))
    both = {}
    for colour in Colour:
        built = draw(systems)
        named = system(colour)
        both[colour] = draw(
            st.sampled_from(
                [
                    unbuilt(colour),
                    replace(
                        named,
                        stack=replace(
                            built.stack, name=SITE.system_stack(colour), tags=named.stack.tags
                        ),
                        resources=built.resources,
                        members=built.members,
                        servers=built.servers,
                    ),
                ]
            )
        )
    return Facts(
        method=Method.ADDRESS,
        stack=draw(st.sampled_from([None, stack("ao-shop"), stack("ao-shop", "CREATE_FAILED")])),
        resources=whole().resources,
        production=floating_ip("production", draw(st.sampled_from(ports))),
        preview=floating_ip("preview", draw(st.sampled_from(ports)), *words),
        systems=both,
    )


def endangers(step: plan.Step, live: Colour | None) -> bool:
    """Whether a step deletes, redefines or cuts off the live system."""
    if live is None:
        return False
    return (
        (isinstance(step, BuildSystem | RemoveSystem) and step.colour is live)
        or (isinstance(step, PointProduction) and step.colour is not live)
        or isinstance(step, RemoveSite)
    )


@given(any_facts())
def test_no_plan_of_up_endangers_the_live_system(facts: Facts) -> None:
    try:
        steps = plan.up(SITE, facts, NOTHING_DONE)
    except Refused:
        return
    assert not [step for step in steps if endangers(step, facts.live)]


@given(any_facts(), st.booleans())
def test_no_plan_of_deploy_endangers_the_live_system(facts: Facts, built: bool) -> None:
    done = frozenset([BuildSystem(GREEN, "2.0", 2)]) if built else NOTHING_DONE
    try:
        steps = plan.deploy(SITE, facts, "2.0", done)
    except Refused:
        return
    assert not [step for step in steps if endangers(step, facts.live)]


@given(any_facts(), st.sampled_from(Colour))
def test_no_plan_of_a_switch_leaves_production_without_a_system(
    facts: Facts, target: Colour
) -> None:
    steps = address.plan(facts, target, NOTHING_DONE, Move(way=DrainWay.AFTER, quiet=2.0))
    assert PointProduction(None) not in steps
    assert not any(isinstance(step, RemoveSystem | RemoveSite | BuildSystem) for step in steps)


def test_a_standby_that_grew_is_waited_for_when_a_server_fails_once_more() -> None:
    facts = with_system(whole(), system(GREEN, size=2, online=1))
    assert plan.match(facts, GREEN) == ()
    assert plan.match(facts, GREEN, frozenset({ScaleSystem(GREEN, 2)})) == (AwaitServers(GREEN),)
    assert plan.match(whole(), GREEN, frozenset({ScaleSystem(GREEN, 2)})) == ()
