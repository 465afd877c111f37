"""Maintenance of a site: its users are led elsewhere, and reach it again."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping
from functools import partial

from ao.apply.switch import load_balancer
from ao.cloud import L7Policy, LoadBalancer
from ao.colour import Colour
from ao.errors import ConfigError, NotFound, Refused
from ao.message import message
from ao.plan import guard, maintenance
from ao.plan.facts import Facts
from ao.plan.maintenance import Maintenance, Note, Place
from ao.plan.maintenance_policy import HEADER, NAME, leads, letting_pass, new_pass
from ao.site import Site
from ao.site import maintenance as wishes
from ao.work import Work

KEY = "maintenance"
"""Key of the site file that tells where users are led."""


def wish(site: Site) -> wishes.Maintenance:
    """Return where a site's users are led meanwhile. Raises ConfigError where nothing says it."""
    if site.maintenance is None:
        raise ConfigError(
            message(
                "%(where)s: nothing says what users get while %(site)s is in maintenance",
                where=site.place(KEY),
                site=site.name,
            ),
            cure=message(
                "Write `maintenance: {redirect: URL}` with the URL of a page elsewhere, or "
                "`maintenance: {pool: NAME}` with a pool of your own, then run the command again. "
                "Nothing was changed."
            ),
        )
    return site.maintenance


def begin(work: Work, facts: Facts, note: Note) -> None:
    """Have all listeners of a site that users reach lead them elsewhere, and wait until they do.

    The live ones come first. What is there of it already stays; what leads elsewhere than the site
    file says goes once the new one is there. Raises ConfigError and Refused before anything is
    changed, NotFound, DeadlinePassed and CloudError.
    """
    wanted = wish(work.site)
    places = maintenance.places(work.cloud, facts)
    _check(work, facts, places)
    pools = {it.balancer.id: _pool(work, facts, it.balancer, wanted.pool) for it in places}
    passing = work.passes.get(HEADER) or new_pass()
    for place in places:
        if place.balancer.failed and not place.is_live:
            work.note(
                message(
                    "Load balancer %(name)s is in provisioning status ERROR: its listener was left "
                    "as it is.",
                    name=place.balancer.name,
                )
            )
            continue
        _lead(work, place, wanted.redirect, pools, passing, note)
    work.passes[HEADER] = passing


def end(work: Work, facts: Facts, now: Maintenance) -> None:
    """Have users reach a site again, and wait until they do; the live listeners come first.

    Raises DeadlinePassed and CloudError.
    """
    touched: list[LoadBalancer] = []
    for policy in sorted(now.policies, key=lambda it: it.listener_id not in now.live):
        balancer = maintenance.balancer_of(facts, policy.listener_id)
        if balancer is None:
            continue
        remove = partial(work.cloud.load_balancers.remove_l7_policy, policy)
        load_balancer.change(work, balancer, remove)
        touched.append(balancer)
    for balancer in {it.id: it for it in touched}.values():
        load_balancer.until_active(work, balancer)


def begin_switch(work: Work, facts: Facts, to: Colour) -> None:
    """Have users led elsewhere while production moves to a system. Raises as `begin` does."""
    note = noted(work, message("switch to %(colour)s", colour=to), None, time.time(), switch=True)
    begin(work, facts, note)


def end_all(work: Work, facts: Facts) -> bool:
    """Have users reach a site again, whoever led them elsewhere; return whether anything did.

    Raises as `end` does.
    """
    # Not by what the facts tell of listeners: they may be from before the maintenance.
    found = work.cloud.load_balancers.l7_policies_named(NAME)
    now = maintenance.among(found, facts)
    end(work, facts, now)
    return bool(now.policies)


def noted(
    work: Work, reason: str, until: float | None, now: float, *, switch: bool = False
) -> Note:
    """Return what is told of a maintenance that this command begins now."""
    return Note(
        since=now,
        until=until,
        who=work.cloud.user,
        host=socket.gethostname(),
        reason=reason,
        switch=switch,
    )


def describe(work: Work, facts: Facts, now: Maintenance, note: Note) -> None:
    """Have the policies that lead users elsewhere tell something else."""
    for policy in now.policies:
        balancer = maintenance.balancer_of(facts, policy.listener_id)
        if balancer is None or not policy.acts:
            continue
        change = partial(
            work.cloud.load_balancers.set_l7_policy, policy, note.text(), enabled=policy.enabled
        )
        load_balancer.change(work, balancer, change)
        load_balancer.until_active(work, balancer)


def _check(work: Work, facts: Facts, places: tuple[Place, ...]) -> None:
    """Refuse where no listener reads requests, or the live one takes no change."""
    if not places:
        raise Refused(
            message(
                "%(where)s: no listener of %(site)s reads requests, so none can lead users "
                "elsewhere",
                where=work.site.place(KEY),
                site=work.site.name,
            ),
            cure=message(
                "It takes a load balancer that is a proxy, and protocol HTTP or TERMINATED_HTTPS. "
                "Nothing was changed."
            ),
        )
    for place in places:
        if place.is_live and place.balancer.failed:
            raise Refused(
                message(
                    "load balancer %(name)s is in provisioning status ERROR",
                    name=place.balancer.name,
                ),
                cure=guard.failover_cure(place.balancer, standby=None),
            )


def _pool(work: Work, facts: Facts, balancer: LoadBalancer, name: str | None) -> str | None:
    """Return the ID of the operator's pool on a load balancer; None where a page is wanted."""
    if name is None:
        return None
    where, own = work.site.place(f"{KEY}.pool"), {it.pool_id for it in facts.systems.values()}
    found = [it for it in work.cloud.load_balancers.pools(balancer.id) if name in (it.id, it.name)]
    if not found:
        raise NotFound(
            message(
                "%(where)s: load balancer %(balancer)s has no pool %(name)s",
                where=where,
                balancer=balancer.name,
                name=name,
            ),
            cure=message(
                "`openstack loadbalancer pool create --loadbalancer %(balancer)s --name %(name)s "
                "--protocol HTTP --lb-algorithm ROUND_ROBIN` makes one, which answers 503 until it "
                "has members; by the address method each load balancer needs one of that name. "
                "Nothing was changed.",
                balancer=balancer.name,
                name=name,
            ),
        )
    if len(found) > 1:
        raise Refused(
            message(
                "%(where)s: load balancer %(balancer)s has %(count)s pools %(name)s",
                where=where,
                balancer=balancer.name,
                count=len(found),
                name=name,
            ),
            cure=message("Write the ID of one. Nothing was changed."),
        )
    if found[0].id in own:
        raise Refused(
            message("%(where)s: %(name)s is a pool of the site's systems", where=where, name=name),
            cure=message("Write another one, with servers of your own. Nothing was changed."),
        )
    return found[0].id


def check_deletion(work: Work, balancers: Iterable[LoadBalancer]) -> None:
    """Refuse to delete a load balancer that has the operator's pool: Octavia does not delete it.

    It answers 400 where there are children left, which Heat finds out after the listeners are gone
    (octavia/api/v2/controllers/load_balancer.py: delete).
    """
    wish = work.site.maintenance
    if wish is None or wish.pool is None:
        return
    for balancer in balancers:
        pools = work.cloud.load_balancers.pools(balancer.id)
        if any(wish.pool in (it.id, it.name) for it in pools):
            raise Refused(
                message(
                    "load balancer %(balancer)s has pool %(name)s of yours",
                    balancer=balancer.name,
                    name=wish.pool,
                ),
                cure=message(
                    "`ao maintenance off` and `openstack loadbalancer pool delete %(name)s`, then "
                    "run the command again.",
                    name=wish.pool,
                ),
            )


def _lead(
    work: Work,
    place: Place,
    page: str | None,
    pools: Mapping[str, str | None],
    passing: str,
    note: Note,
) -> None:
    """Have a listener lead users elsewhere, and wait until it does."""
    there = work.cloud.load_balancers.l7_policies(place.listener.id)
    pool_id = pools[place.balancer.id]
    wanted = maintenance.policy(
        passing=passing, page=page, pool_id=pool_id, previews=there, note=note
    )
    _have(work, place, there, wanted)


def let_pass(work: Work, place: Place) -> None:
    """Have a maintenance that is on let those pass whom the listener's previews lead.

    Raises DeadlinePassed and CloudError.
    """
    there = work.cloud.load_balancers.l7_policies(place.listener.id)
    wanted = letting_pass(there)
    if wanted is not None:
        _have(work, place, there, wanted)


def _have(work: Work, place: Place, there: tuple[L7Policy, ...], wanted: L7Policy) -> None:
    """Have a listener lead users elsewhere by a policy, and by no other of that name.

    The policy is off until it has all its rules: with some of them it would lead those astray whom
    the others let pass, and proxies leave out one that is off (octavia/common/jinja/haproxy/
    combined_listeners/templates/macros.j2: frontend_macro). One that was left so by a command that
    was killed leads nobody, and goes.
    """
    balancers, balancer = work.cloud.load_balancers, place.balancer
    own = [it for it in there if it.name == NAME]
    right = next((it for it in own if leads(it, wanted)), None)
    if right is None:
        right = _made(work, place, wanted)
        # An answer may have been lost, and the request made twice.
        own = [it for it in balancers.l7_policies(place.listener.id) if it.name == NAME]
    for stale in (it for it in own if it.id != right.id):
        load_balancer.change(work, balancer, partial(balancers.remove_l7_policy, stale))
    load_balancer.until_active(work, balancer)


def _made(work: Work, place: Place, wanted: L7Policy) -> L7Policy:
    """Make a policy, give it its rules, and switch it on; return it."""
    balancers, balancer = work.cloud.load_balancers, place.balancer
    made = load_balancer.change(
        work, balancer, lambda: balancers.create_l7_policy(place.listener, wanted)
    )
    for rule in wanted.rules:
        load_balancer.change(work, balancer, partial(balancers.create_l7_rule, made, rule))
    switch_on = partial(balancers.set_l7_policy, made, wanted.description, enabled=True)
    load_balancer.change(work, balancer, switch_on)
    return made
