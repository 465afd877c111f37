"""A site around somebody else's load balancer: looked at before it is begun, and left again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ao import templates
from ao.apply.place import told_at
from ao.apply.switch import load_balancer
from ao.cloud import L7Policy, Stack
from ao.colour import Colour
from ao.errors import NotFound, Refused
from ao.message import Message, message
from ao.plan import maintenance_policy
from ao.plan.facts import Facts
from ao.plan.plan import BuildSite, Plan
from ao.plan.preview_key import NAMES
from ao.site import tag_value
from ao.site.names import site_tag
from ao.untrusted.printable import printable
from ao.work import Work

LEFT = frozenset({"disowned"})
"""Tags of stacks that Ao leaves to whom users are led to: Heat takes no empty list of them."""


def check(work: Work, facts: Facts, steps: Plan) -> None:
    """Refuse to begin around a load balancer that more than the site file's listeners lead to.

    Raises Refused with the place in the site file.
    """
    adopt, balancer = work.site.adopt, facts.shared
    begins = any(isinstance(it, BuildSite) for it in steps)
    if adopt is None or balancer is None:
        return
    check_sites(work)
    if not begins:
        return
    where = work.site.place("adopt.load_balancer")
    of_ao = [balancer.description]
    of_ao += [
        it.description for it in work.cloud.load_balancers.pools(balancer.id) if it.id == adopt.pool
    ]
    for description in of_ao:
        owner = tag_value(frozenset(description.split()), "site")
        # A pool that was left to whom users are led to says so still, and is of no site any more.
        if owner is not None and work.cloud.stacks.tagged(site_tag(owner)):
            raise Refused(
                message(
                    "%(where)s: load balancer %(name)s is of site %(site)s, which Ao has built",
                    where=where,
                    name=printable(balancer.name, 60),
                    site=printable(owner, 60),
                ),
                cure=message("Work with that site: it has two systems already."),
            )
    _check_others(work, facts)
    _check_certificates(work, facts)
    _check_port(work, facts)


def check_sites(work: Work) -> None:
    """Refuse a listener that is another site's main one: both would lead it.

    Of two sites that are begun at once each sees the other once its own stack is there, before it
    gives the listeners anything. Raises Refused.
    """
    listeners = work.site.adopt.listeners if work.site.adopt is not None else ()
    for stack in work.cloud.stacks.all() if listeners else ():
        if stack.name == work.site.stack:
            continue
        if tag_value(stack.tags, "adopted-listener") in listeners:
            raise Refused(
                message(
                    "%(where)s: site %(site)s has adopted the listener already",
                    where=work.site.place("adopt.listeners"),
                    site=printable(tag_value(stack.tags, "site") or "?", 60),
                ),
                cure=message("Work with that site, or `ao disown` it first."),
            )


def _check_port(work: Work, facts: Facts) -> None:
    """Refuse a port of the preview that the owner has given a listener already."""
    switch, balancer = work.site.switch, facts.shared
    if switch.previews_by_request or balancer is None:
        return
    for listener in work.cloud.load_balancers.listeners(balancer.id):
        if listener.port == switch.preview_port:
            raise Refused(
                message(
                    "%(where)s: listener %(name)s of the load balancer has port %(port)s already",
                    where=work.site.place("switch.preview_port"),
                    name=printable(listener.name or listener.id, 60),
                    port=listener.port,
                ),
                cure=message("Write another port, or `preview: header`."),
            )


def _check_certificates(work: Work, facts: Facts) -> None:
    """Refuse a certificate in the file that is not the one which the owner's listener serves."""
    main, site = facts.production_listener, work.site
    places = [("tls.certificate", site.tls.certificate if site.tls else None, main)]
    for index, place in enumerate(facts.further):
        known = site.listener(place.name)
        own = known.certificate if known is not None else None
        places.append((f"listeners.{index}.certificate", own, place.listener))
    for key, named, listener in places:
        served = listener.settings.tls_ref if listener is not None else None
        if not isinstance(named, str) or named == served:
            continue
        with told_at(site, key):
            found = work.cloud.certificates.find(named).ref
        if found != served:
            raise Refused(
                message(
                    "%(where)s: listener %(name)s serves another certificate: %(served)s",
                    where=site.place(key),
                    name=printable((listener.name or listener.id) if listener else "-", 60),
                    served=printable(served or "-", 255),
                ),
                cure=message(
                    "The listener is its owner's: change it there, or write here what it has, or "
                    "leave the key out."
                ),
            )


def _check_others(work: Work, facts: Facts) -> None:
    """Refuse where users reach the adopted pool by what a switch does not move."""
    adopt, balancer = work.site.adopt, facts.shared
    if adopt is None or balancer is None:
        return
    status = work.cloud.load_balancers.status(balancer.id)
    for listener_id, pool_ids in (status.listeners if status else {}).items():
        if adopt.pool in pool_ids and listener_id not in adopt.listeners:
            raise Refused(
                message(
                    "%(where)s: listener %(id)s leads to the adopted pool too, and a switch would "
                    "leave its users where they are",
                    where=work.site.place("adopt.listeners"),
                    id=printable(listener_id, 60),
                ),
                cure=message(
                    "Add its ID, and describe it in `listeners`: all that lead to the pool are one "
                    "site's. One that is to stay leads to a pool of its own."
                ),
            )
    for number, listener_id in enumerate(adopt.listeners):
        for policy in work.cloud.load_balancers.l7_policies(listener_id):
            if _is_own(policy):
                raise Refused(
                    message(
                        "%(where)s: the listener has an L7 policy %(name)s, as Ao calls its own, "
                        "and would take it for one",
                        where=work.site.place(f"adopt.listeners.{number}"),
                        name=policy.name,
                    ),
                    cure=message(
                        "If it is left over, `openstack loadbalancer l7policy delete %(id)s`; else "
                        "`openstack loadbalancer l7policy set --name NAME %(id)s` calls it "
                        "otherwise.",
                        id=printable(policy.id, 60),
                    ),
                )
            if policy.redirect_pool_id == adopt.pool:
                raise Refused(
                    message(
                        "%(where)s: L7 policy %(name)s of the listener leads to the adopted pool "
                        "too, and a switch would leave its users where they are",
                        where=work.site.place(f"adopt.listeners.{number}"),
                        name=printable(policy.name or policy.id, 60),
                    ),
                    cure=message(
                        "Take the policy off, if what it does is done without it: the listener "
                        "leads there anyway. Ao moves no policies of others."
                    ),
                )


def _is_own(policy: L7Policy) -> bool:
    return policy.name in NAMES.values() or policy.name == maintenance_policy.NAME


def check_moved(work: Work, facts: Facts, to: Colour | None = None) -> None:
    """Refuse to move users where a listener that is not moved leads to a system of the site too.

    One that leads where users are moved `to` has its users with all others then. Its owner has
    given it that pool since, or it was taken out of the site file. Raises Refused.
    """
    adopt = work.site.adopt
    if adopt is None or facts.shared is None:
        return
    own = {*adopt.listeners, facts.preview_listener.id if facts.preview_listener else ""}
    pools = {it: colour for colour, it in facts.pools.items()}
    for listener in work.cloud.load_balancers.listeners(facts.shared.id):
        colour = pools.get(listener.default_pool_id or "")
        if listener.id in own or colour in (None, to):
            continue
        raise Refused(
            message(
                "%(where)s: listener %(name)s leads to %(colour)s too, and a switch would leave "
                "its users where they are",
                where=work.site.place("adopt.listeners"),
                name=f"{printable(listener.name, 60)} ({listener.id})",
                colour=colour,
            ),
            cure=message(
                "Add its ID, and describe it in `listeners`: all that lead to the pool are one "
                "site's. One that is to stay leads to a pool of its own."
            ),
        )


def take_off(work: Work, facts: Facts) -> None:
    """Take Ao's policies off listeners that the site file names no more.

    Octavia deletes no pool that a policy names. Raises DeadlinePassed and CloudError.
    """
    adopt, balancer = work.site.adopt, facts.shared
    if adopt is None or balancer is None:
        return
    pools = frozenset(facts.pools.values())
    for listener in work.cloud.load_balancers.listeners(balancer.id):
        if listener.id in adopt.listeners:
            continue
        for policy in _leading(work, listener.policy_ids, listener.id):
            if _is_own(policy) and policy.redirect_pool_id in pools:
                change = partial(work.cloud.load_balancers.remove_l7_policy, policy)
                load_balancer.change(work, balancer, change)
                load_balancer.until_active(work, balancer)


def check_led(work: Work, facts: Facts, staying: frozenset[str]) -> None:
    """Refuse to delete a pool of Ao's that somebody else's listener or policy leads to.

    `staying` are the IDs of pools that are not deleted. Octavia deletes the default pool of a
    listener, which then answers 503 (octavia/api/v2/controllers/pool.py: delete looks at policies
    alone). Raises Refused.
    """
    if facts.shared is None:
        return
    going = {
        system.pool_id
        for system in facts.systems.values()
        if system.pool_id and not system.is_adopted and system.pool_id not in staying
    }
    own = facts.preview_listener.id if facts.preview_listener else ""
    for listener in work.cloud.load_balancers.listeners(facts.shared.id):
        if listener.id != own and listener.default_pool_id in going:
            raise Refused(
                message(
                    "listener %(name)s leads to pool %(pool)s, which would be deleted: its users "
                    "would be answered 503",
                    name=printable(listener.name or listener.id, 60),
                    pool=listener.default_pool_id,
                ),
                cure=_elsewhere(listener.id),
            )
        for policy in _leading(work, listener.policy_ids, listener.id):
            if policy.redirect_pool_id in going and not _is_own(policy):
                raise Refused(
                    message(
                        "L7 policy %(name)s leads to pool %(pool)s, which would be deleted",
                        name=printable(policy.name or policy.id, 60),
                        pool=policy.redirect_pool_id,
                    ),
                    cure=message(
                        "`openstack loadbalancer l7policy set --redirect-pool POOL %(id)s` leads "
                        "it elsewhere; then run the command again.",
                        id=policy.id,
                    ),
                )


def _leading(work: Work, policy_ids: tuple[str, ...], listener_id: str) -> Iterator[L7Policy]:
    if policy_ids:
        yield from work.cloud.load_balancers.l7_policies(listener_id)


def _elsewhere(listener_id: str) -> Message:
    return message(
        "`openstack loadbalancer listener set --default-pool POOL %(id)s` leads it elsewhere; then "
        "run the command again.",
        id=listener_id,
    )


def give_up(work: Work, facts: Facts) -> None:
    """Have Heat give the colour of the adopted system a pool of Ao's own."""
    stack = _present(facts.stack)
    work.cloud.stacks.repair(
        stack, {"adopted": ""}, work.site.deadlines.build, templates.site(work.site), stack.tags
    )


def leave_system(work: Work, facts: Facts, colour: Colour) -> None:
    """Take Ao's tags off the stack of a system; nothing else of it changes."""
    stack = _present(facts.systems[colour].stack)
    work.cloud.stacks.repair(stack, {}, work.site.deadlines.build, None, LEFT)


def leave_site(work: Work, facts: Facts, colour: Colour) -> None:
    """Have Heat delete all of the site's own stack but the pool of a system, and its tags.

    The lock ends before: Heat deletes no network that its port is in.
    """
    if work.lock is not None:
        work.lock.check()
        work.lock.release()
    left = {"own_lock": False, "adopted": str(colour.other), "preview": "request"}
    work.cloud.stacks.repair(
        _present(facts.stack), left, work.site.deadlines.build, templates.site(work.site), LEFT
    )


def _present(stack: Stack | None) -> Stack:
    if stack is None:
        raise NotFound(message("a stack of the site is gone"), cure=message("`ao up` builds it."))
    return stack
