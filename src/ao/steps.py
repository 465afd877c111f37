"""Performs steps: looks, compares, acts, looks again."""

from __future__ import annotations

from ao import follow, guard, ingredients, plan, templates
from ao.cloud import FloatingIP, Resource, Stack, Template
from ao.colour import Colour
from ao.errors import Changed, Conflict, NotFound, Refused, Unavailable
from ao.facts import Facts
from ao.plan import Plan, Step
from ao.site import colour_tag, version_tag
from ao.visit import NoAnswer, colour_of
from ao.work import Work

VISIT_TIMEOUT = 3.0
"""Seconds that a visit may take."""


def perform(work: Work, facts: Facts, steps: Plan) -> None:
    """Perform steps side by side; the facts are those that they were planned from."""
    begin = work.clock.now()
    for step in steps:
        work.progress.begin(step)
        _begin(work, facts, step)
    built = [name for step in steps if (name := _built(work, step))]
    removed = [name for step in steps if (name := _removed(work, step))]
    if built:
        follow.until_complete(work, built)
    if removed:
        follow.until_gone(work, removed)
    for step in steps:
        work.progress.end(step, work.clock.now() - begin)


def _begin(work: Work, facts: Facts, step: Step) -> None:
    match step:
        case plan.BuildSite():
            _build_site(work)
        case plan.BuildSystem():
            _build_system(work, facts, step)
        case plan.RepairSite():
            _repair(work, _stack(facts.stack, work.site.stack), facts.broken, {})
        case plan.RepairSystem(colour, size):
            system = facts.systems[colour]
            stack = _stack(system.stack, work.site.system_stack(colour))
            _repair(work, stack, system.broken, {"size": size})
        case plan.RemoveSystem(colour):
            guard.may_change(work.observe(), colour, act="delete")
            _remove(work, work.site.system_stack(colour))
        case plan.RemoveSite():
            _remove(work, work.site.stack)
        case plan.AwaitServers(colour):
            _await_servers(work, colour)
        case plan.PointProduction(colour):
            _point(work, _present(facts.production), _vip(facts, colour))
        case plan.PointPreview(colour, switching_to):
            description = f"{work.site.tag} ao:address=preview"
            if switching_to:
                description += f" ao:switching-to={switching_to}"
            _point(work, _present(facts.preview), _vip(facts, colour), description)
        case plan.Confirm(address, colour):
            _confirm(work, facts, address, colour)


def _built(work: Work, step: Step) -> str | None:
    """Stack that Heat builds or changes for a step."""
    match step:
        case plan.BuildSite() | plan.RepairSite():
            return work.site.stack
        case plan.BuildSystem(colour) | plan.RepairSystem(colour):
            return work.site.system_stack(colour)
        case plan.FollowStack(name, action):
            return None if action == "DELETE" else name
    return None


def _removed(work: Work, step: Step) -> str | None:
    """Stack that Heat deletes for a step."""
    match step:
        case plan.RemoveSite():
            return work.site.stack
        case plan.RemoveSystem(colour):
            return work.site.system_stack(colour)
        case plan.FollowStack(name, "DELETE"):
            return name
    return None


def _build_site(work: Work) -> None:
    parameters = ingredients.site_parameters(work.site, ingredients.find(work.cloud, work.site))
    _define(work, None, work.site.stack, templates.site(), parameters, {work.site.tag})


def _build_system(work: Work, facts: Facts, step: plan.BuildSystem) -> None:
    system = facts.systems[step.colour]
    if system.stack is not None:
        guard.may_change(work.observe(), step.colour, act="redeploy")
    parameters = ingredients.system_parameters(
        work.site,
        ingredients.find(work.cloud, work.site),
        step.colour,
        step.version,
        work.cloud.stacks.output(_stack(facts.stack, work.site.stack), "router"),
        step.size,
    )
    tags = {work.site.tag, colour_tag(step.colour), version_tag(step.version)}
    name = work.site.system_stack(step.colour)
    _define(work, system.stack, name, templates.system(), parameters, tags)


def _define(
    work: Work,
    stack: Stack | None,
    name: str,
    template: Template,
    parameters: dict[str, object],
    tags: set[str],
) -> None:
    """Create or update a stack; an answer that was lost is looked up."""
    deadline = work.site.deadlines.build
    stacks = work.cloud.stacks
    try:
        if stack is None:
            stacks.create(name, template, parameters, frozenset(tags), deadline)
        else:
            stacks.update(stack, template, parameters, frozenset(tags), deadline)
    except Conflict as error:
        there = stacks.get(name)
        if there is None or not tags <= there.tags:
            raise Refused(
                f"there is a stack {name} that does not carry the tags {', '.join(sorted(tags))}; "
                "Ao touches nothing that it did not make",
                cure="Give the site another name, or delete that stack.",
            ) from error
    except Unavailable:
        there = stacks.get(name)
        if there is None or not there.busy or not tags <= there.tags:
            raise


def _remove(work: Work, name: str) -> None:
    stack = work.cloud.stacks.get(name)
    if stack is not None and not (stack.busy and stack.action == "DELETE"):
        work.cloud.stacks.delete(stack)


def _repair(
    work: Work, stack: Stack, broken: tuple[Resource, ...], parameters: dict[str, object]
) -> None:
    """Have Heat replace what is broken of a stack, and keep its definition.

    A group's size must be said: Heat does not count its broken members when it asks
    how many there are (heat/common/grouputils.py: get_size).
    """
    for resource in broken:
        work.cloud.stacks.mark_unhealthy(resource, "missing or broken")
    work.cloud.stacks.repair(stack, parameters, work.site.deadlines.build)


def _await_servers(work: Work, colour: Colour) -> None:
    seen = "nothing was seen"

    def look() -> bool | None:
        nonlocal seen
        system = work.observe().systems[colour]
        seen = f"{system.online} of {system.size} pass"
        return True if system.online >= system.size else None

    work.clock.until(
        look,
        what=f"the servers of {colour} to pass the health check",
        deadline=work.site.deadlines.serve,
        state=lambda: seen,
        cure="`openstack console log show SERVER` tells how a server started; "
        "`ao status` names the servers.",
    )


def _confirm(work: Work, facts: Facts, role: str, colour: Colour) -> None:
    """See an address answer, healthy and from a colour, on a new connection."""
    address = _present(facts.production if role == "production" else facts.preview)
    identify, check = work.site.identify, work.site.health_check
    seen = "nothing was seen"

    def look() -> bool | None:
        nonlocal seen
        try:
            answer = work.visit(work.site.url(address.address, identify.path), VISIT_TIMEOUT)
            healthy = work.visit(work.site.url(address.address, check.path), VISIT_TIMEOUT)
        except NoAnswer as error:
            seen = f"no answer: {error}"
            return None
        told = colour_of(answer, identify)
        seen = f"{identify.path} told colour {told}, {check.path} gave HTTP {healthy.status}"
        return True if told is colour and healthy.status == check.expect else None

    work.clock.until(
        look,
        what=f"the {role} address {address.address} to answer from {colour}",
        deadline=work.site.deadlines.switch,
        interval=0.25,
        state=lambda: seen,
        cure=f"See `curl -i {work.site.url(address.address, identify.path)}`, and `identify` "
        "and `health_check` in the site file.",
    )


def _point(
    work: Work, address: FloatingIP, port_id: str | None, description: str | None = None
) -> None:
    """Point a floating IP in one request, then look whether it points there.

    A revision that moved on and an answer that was lost are looked into and tried
    once more; an address that somebody else has pointed elsewhere is left to them.
    """
    now, trouble = address, None
    for _ in range(2):
        if now.port_id == port_id and description in (None, now.description):
            return
        try:
            work.cloud.addresses.point(now, port_id, description)
        except (Changed, Unavailable) as error:
            trouble = error
        now = _reread(work, address)
        if now.port_id not in (address.port_id, port_id):
            raise Changed(
                f"somebody pointed {address.address} to port {now.port_id} meanwhile",
                cure="Look at `ao status`, then run the command again.",
            ) from trouble
    if now.port_id != port_id:
        raise trouble or Unavailable(
            f"{address.address} was pointed to port {port_id} and still points to {now.port_id}",
            cure="Run the command again; it goes on where it stopped.",
        )


def _reread(work: Work, address: FloatingIP) -> FloatingIP:
    return _present(next((a for a in work.cloud.addresses.all() if a.id == address.id), None))


def _present(address: FloatingIP | None) -> FloatingIP:
    if address is None:
        raise NotFound(
            "an address of the site is gone", cure="`ao status` shows which; `ao up` repairs it."
        )
    return address


def _stack(stack: Stack | None, name: str) -> Stack:
    if stack is None:
        raise NotFound(f"stack {name} is gone", cure="`ao up` builds it.")
    return stack


def _vip(facts: Facts, colour: Colour | None) -> str | None:
    if colour is None:
        return None
    port_id = facts.systems[colour].vip_port_id
    if port_id is None:
        raise NotFound(f"{colour} has no load balancer", cure="`ao up` repairs it.")
    return port_id
