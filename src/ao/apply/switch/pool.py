"""The pool method: one load balancer, and its listener changes the default pool.

One PUT, which a proxy carries out as one reload: new connections go to the new pool from
one moment on, and old ones end after the answer under way (HAProxy's soft stop).
"""

from __future__ import annotations

from typing import TypeVar

from ao.apply.switch import address, load_balancer
from ao.apply.switch.move import Move
from ao.cloud import Listener, LoadBalancer
from ao.colour import Colour
from ao.errors import Changed, NotFound
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.plan import Confirm, Done, Drain, Plan, PointPreview, PointProduction
from ao.work import Work

T = TypeVar("T", Listener, LoadBalancer)


def plan(facts: Facts, to: Colour, done: Done, move: Move) -> Plan:
    """Next step of making a system live.

    Production first: a pool that no listener leads to has no health checks
    (octavia/common/jinja/haproxy/combined_listeners), so the old pool is without them only
    until the preview listener has it. Both listeners on one pool tell of a switch that is
    not finished, and of its target; so do users that are led to two systems. Where policies lead
    requests to both pools, both have them all the time, and only previews of listeners that read
    no requests are left to be moved.
    """
    if facts.live is not to or facts.is_mixed:
        seen = Confirm("preview", to)
        visible = (
            facts.connected and facts.previewed is to and facts.live is not to and not move.unseen
        )
        if visible and seen not in done:
            return (seen,)
        return (PointProduction(to),)
    moved, seen = PointProduction(to), Confirm("production", to)
    parked, drained = PointPreview(to.other), Drain(to.other, None, move.quiet)
    parks = facts.previews_by_request or facts.previewed is to.other
    whole = parks and not facts.previews_astray
    if whole and not done & {moved, parked}:
        return ()
    if seen not in done:
        return (seen,)
    if not whole:
        return (parked,)
    return () if move.force or drained in done else (drained,)


def production(work: Work, facts: Facts, step: PointProduction) -> None:
    """Lead users to a system; its load balancer gets the production address if it lacks it.

    The main listener comes first, then the others, one right after the other: Octavia takes one
    change of a load balancer at a time. To lead users to none, the address is taken off; where it
    is the load balancer's own, the listeners lead to nothing.
    """
    if step.colour is None and not facts.floats:
        shared = _present(facts.shared)
        _lead(work, shared, facts.production_listener, None)
        for place in facts.further:
            if place.listener is not None:
                _lead(work, shared, place.listener, None)
        return
    if step.colour is None:
        address.point(work, address.present(facts.production), None)
        return
    shared = _present(facts.shared)
    _lead(work, shared, facts.production_listener, _pool(facts, step.colour))
    for place in facts.further:
        if place.listener is not None:
            _lead(work, shared, place.listener, _pool(facts, step.colour, place.key))
    if facts.floats and facts.adoption is None:
        address.point(work, address.present(facts.production), shared.vip_port_id)


def preview(work: Work, facts: Facts, step: PointPreview) -> None:
    """Lead the preview to a system, that of the main listener last: it tells that all are there.

    The main one has none where requests reach the standby by what they say.
    """
    shared, colour = _present(facts.shared), step.colour
    for place in facts.further:
        if place.preview is not None:
            _lead(work, shared, place.preview, _pool(facts, colour, place.key) if colour else None)
    if not facts.previews_by_request:
        _lead(work, shared, facts.preview_listener, _pool(facts, colour) if colour else None)


def redirect(work: Work, facts: Facts, colour: Colour) -> None:
    """Lead what the listener of plain HTTP lets through to a system, and wait until it does."""
    shared = _present(facts.shared)
    _lead(work, shared, facts.redirect_listener, _pool(facts, colour))
    load_balancer.until_active(work, shared)


def _lead(work: Work, shared: LoadBalancer, listener: Listener | None, pool_id: str | None) -> None:
    """Change a listener's default pool, then look whether it is changed."""
    before = _present(listener)
    if before.default_pool_id == pool_id:
        return
    load_balancer.change(
        work, shared, lambda: work.cloud.load_balancers.set_default_pool(before, pool_id)
    )
    now = _reread(work, shared, before)
    if now.default_pool_id != pool_id:
        raise Changed(
            message(
                "listener %(name)s was led to pool %(id)s, and leads to "
                "%(now)s: somebody else has led it there",
                name=now.name,
                id=pool_id,
                now=now.default_pool_id,
            ),
            cure=message("Look at `ao status`, then run the command again."),
        )


def _reread(work: Work, shared: LoadBalancer, listener: Listener) -> Listener:
    there = work.cloud.load_balancers.listeners(shared.id)
    work.note_listeners(there)
    return _present(next((it for it in there if it.id == listener.id), None))


def _present(thing: T | None) -> T:
    if thing is None:
        raise NotFound(
            message("the shared load balancer or a listener of it is gone"),
            cure=message("`ao up` repairs it."),
        )
    return thing


def _pool(facts: Facts, colour: Colour, key: str = "") -> str:
    pool_id = facts.systems[colour].pool_ids.get(key)
    if pool_id is None:
        raise NotFound(
            message("%(colour)s has no pool", colour=colour), cure=message("`ao up` repairs it.")
        )
    return pool_id
