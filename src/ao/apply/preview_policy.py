"""Policies by which requests reach the two systems on the listeners of users: made, and removed."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial

from ao import templates
from ao.apply import maintenance, stack_parameters
from ao.apply.switch import load_balancer
from ao.cloud import LoadBalancer, Stack
from ao.errors import NotFound
from ao.message import message
from ao.plan import adoption, plan, preview_policies
from ao.plan.facts import Facts
from ao.plan.maintenance import Place
from ao.site import features, format_tags, preview_tags, without_format
from ao.work import Work


def define(work: Work, facts: Facts, *, anew: bool = False) -> None:
    """Give listeners of users the policies that the site file wants; all `anew` if asked.

    They are those that read requests, the main one first, whose values those of the others have. A
    new policy comes before the old one goes, and does nothing until it has its rule, so that no
    request goes astray. Servers of a pool that is new to a listener are checked before this ends. A
    maintenance that is on lets those pass whom the policies lead.
    Raises NotFound, DeadlinePassed and CloudError.
    """
    balancer = _shared(facts)
    if facts.production_listener is None:
        raise _gone(facts)
    balancers = work.cloud.load_balancers
    kept = {} if anew else preview_policies.kept(work.site, facts)
    keys = {
        it: kept[it].key
        if it in kept
        else preview_policies.new_key(work.site, facts, secrets.token_hex(16))
        for it in facts.pools
    }
    places = preview_policies.places(work.site, facts)
    missing = [
        (place, keys[colour].policy(colour, pool_id))
        for place in places
        for colour, pool_id in (place.pools if anew else place.missing).items()
        if colour in keys
    ]
    for place, wanted in missing:
        made = load_balancer.change(
            work, balancer, partial(balancers.create_l7_policy, place.listener, wanted)
        )
        for rule in wanted.rules:
            load_balancer.change(work, balancer, partial(balancers.create_l7_rule, made, rule))
    if missing:
        load_balancer.until_active(work, balancer)
        _await_checks(work, facts)
    _remove_stale(work, facts, balancer)
    for place in places:
        maintenance.let_pass(work, Place(listener=place.listener, balancer=balancer, is_live=True))
    _note(work, facts)


def remove(work: Work, facts: Facts) -> None:
    """Take the policies off: Octavia deletes no pool that one names.

    Those of further listeners go too where the main one is gone. Raises NotFound, DeadlinePassed
    and CloudError.
    """
    balancer = _shared(facts)
    for policy in preview_policies.own(facts):
        change = partial(work.cloud.load_balancers.remove_l7_policy, policy)
        load_balancer.change(work, balancer, change)
        load_balancer.until_active(work, balancer)
    _note(work, facts)


def change_way(work: Work, facts: Facts, stack: Stack) -> None:
    """Have Heat build the preview's listener, or delete it, and change nothing else."""
    by_request = work.site.switch.previews_by_request
    kept = {it for it in without_format(stack.tags) if not it.startswith("ao:preview=")}
    tags = frozenset(kept) | format_tags(features(work.site))
    work.cloud.stacks.repair(
        stack,
        stack_parameters.preview_parameters(work.site),
        work.site.deadlines.build,
        templates.site(work.site, plan.kept_pools(facts)),
        tags | preview_tags(by_request=by_request),
    )


def _remove_stale(work: Work, facts: Facts, balancer: LoadBalancer) -> None:
    """Remove the policies of Ao's that are not as wanted, as they are at this moment."""
    balancers = work.cloud.load_balancers
    now = {it.id: balancers.l7_policies(it.id) for it, _ in facts.reading}
    seen = replace(facts, policies={**facts.policies, **now})
    for policy in preview_policies.stale(work.site, seen):
        load_balancer.change(work, balancer, partial(balancers.remove_l7_policy, policy))
        load_balancer.until_active(work, balancer)


def _note(work: Work, facts: Facts) -> None:
    """Note the policies of the listeners that they were read of, as they are now."""
    for listener_id in facts.policies:
        work.note_policies(listener_id, work.cloud.load_balancers.l7_policies(listener_id))


def _await_checks(work: Work, facts: Facts) -> None:
    """Wait until the servers of both systems have been checked once.

    A proxy takes those of a pool that is new to it for healthy until then (HAProxy: src/server.c).
    """
    if any(it.members for it in facts.systems.values()):
        check = work.site.health_check
        work.clock.sleep(check.interval + check.timeout)


def _shared(facts: Facts) -> LoadBalancer:
    if facts.shared is None:
        raise _gone(facts)
    return facts.shared


def _gone(facts: Facts) -> NotFound:
    if facts.adoption is not None:
        return adoption.gone(facts)
    return NotFound(
        message("the shared load balancer or a listener of it is gone"),
        cure=message("`ao up` repairs it."),
    )
