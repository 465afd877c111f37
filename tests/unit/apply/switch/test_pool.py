from dataclasses import replace

from ao.apply.switch import pool, target
from ao.apply.switch.move import Move
from ao.cloud import Listener
from ao.colour import Colour
from ao.plan.facts import Facts
from ao.plan.plan import Confirm, Drain, PointPreview, PointProduction
from ao.site import DrainWay, Method
from tests.unit.samples import address as floating_ip
from tests.unit.samples import whole

BLUE, GREEN = Colour
MOVE = Move(way=DrainWay.AFTER, quiet=2.0)


def listener(role: str, colour: Colour | None) -> Listener:
    pool_id = f"{colour}-pool" if colour else None
    return Listener(id=role, name=role, default_pool_id=pool_id)


def shared(live: Colour | None, previewed: Colour | None) -> Facts:
    """Facts of a whole site of the pool method."""
    facts = whole()
    balancer = facts.systems[BLUE].load_balancer
    assert balancer is not None
    balancer = replace(balancer, pool_ids=("blue-pool", "green-pool"))
    return replace(
        facts,
        method=Method.POOL,
        shared=balancer,
        production=floating_ip("production", balancer.vip_port_id),
        systems={c: replace(s, load_balancer=balancer) for c, s in facts.systems.items()},
        production_listener=listener("production", live),
        preview_listener=listener("preview", previewed),
    )


def test_the_listener_tells_which_system_is_live() -> None:
    facts = shared(live=GREEN, previewed=BLUE)
    assert (facts.live, facts.standby, facts.previewed, facts.switching_to) == (
        GREEN,
        BLUE,
        BLUE,
        None,
    )


def test_no_system_is_live_while_the_address_does_not_lead_to_the_load_balancer() -> None:
    facts = shared(live=GREEN, previewed=BLUE)
    away = replace(facts, production=floating_ip("production", "strange-port"))
    assert (away.live, away.foreign) == (None, True)
    nowhere = replace(facts, production=floating_ip("production", None))
    assert (nowhere.live, nowhere.foreign) == (None, False)


def test_both_listeners_on_one_pool_tell_of_a_switch_that_is_not_finished() -> None:
    facts = shared(live=GREEN, previewed=GREEN)
    assert facts.switching_to is GREEN
    assert target(facts, None) is GREEN


def test_the_target_is_seen_led_to_confirmed_the_preview_turned_and_the_old_drained() -> None:
    done: frozenset[object] = frozenset()
    facts = shared(live=BLUE, previewed=GREEN)
    told = []
    for _ in range(10):
        (step, *_) = pool.plan(facts, GREEN, done, MOVE) or (None,)  # type: ignore[arg-type]
        if step is None:
            break
        told.append(step)
        done |= {step}
        if step == PointProduction(GREEN):
            facts = shared(live=GREEN, previewed=GREEN)
        if step == PointPreview(BLUE):
            facts = shared(live=GREEN, previewed=BLUE)
    assert told == [
        Confirm("preview", GREEN),
        PointProduction(GREEN),
        Confirm("production", GREEN),
        PointPreview(BLUE),
        Drain(BLUE, None, 2.0),
    ]


def test_a_switch_back_before_the_preview_was_turned_is_confirmed_too() -> None:
    done = frozenset([PointProduction(BLUE)])
    assert pool.plan(shared(live=BLUE, previewed=GREEN), BLUE, done, MOVE) == (
        Confirm("production", BLUE),
    )


def test_nothing_is_left_to_do_when_the_target_is_live() -> None:
    assert pool.plan(shared(live=GREEN, previewed=BLUE), GREEN, frozenset(), MOVE) == ()


def test_by_force_nothing_is_looked_at_before_and_nobody_is_waited_for() -> None:
    facts = shared(live=BLUE, previewed=GREEN)
    force = replace(MOVE, force=True)
    assert pool.plan(facts, GREEN, frozenset(), force) == (PointProduction(GREEN),)
    moved = frozenset([PointProduction(GREEN), Confirm("production", GREEN), PointPreview(BLUE)])
    facts = shared(live=GREEN, previewed=BLUE)
    assert pool.plan(facts, GREEN, moved, force) == ()


def test_a_target_that_cannot_be_previewed_yet_is_confirmed_once_production_leads_there() -> None:
    facts = shared(live=BLUE, previewed=GREEN)
    away = replace(facts, production=floating_ip("production", "strange-port"))
    assert pool.plan(away, GREEN, frozenset(), MOVE) == (PointProduction(GREEN),)
