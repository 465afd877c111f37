"""What `ao up` would do, by Heat's own preview; nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ao import duration, templates
from ao.apply import certificate, stack_parameters
from ao.apply import steps as applying
from ao.colour import Colour
from ao.message import Message, message
from ao.operations import adoption as adopted
from ao.plan import adoption, alarms, own_templates, plan, quota, stack_changes
from ao.plan.facts import Facts, System, built_id
from ao.plan.plan import Step
from ao.plan.renewal import NO_REFERENCES, References
from ao.plan.stack_changes import GROUP, Change, PlannedChange, When
from ao.site import Method, user_data
from ao.site.own_template import RESOURCES_FILE
from ao.work import Work

STACK = "OS::Heat::Stack"
"""Heat's word for a stack."""
UNTOLD = alarms.OUT | alarms.IN | {GROUP}
"""Resources that Heat calls changed whatever is: what is a stack itself, which it always updates
(heat/engine/resources/stack_resource.py: _needs_update), and what has attributes of others."""


def changes(work: Work) -> tuple[tuple[Step, ...], tuple[PlannedChange, ...]]:
    """Return what `ao up` would do first, and what becomes of which resource, now or later.

    Raises as `reconcile.up` does of what it refuses.
    """
    facts = work.observe()
    first = plan.up(work.site, facts, frozenset())
    adopted.check(work, facts, first)
    own_templates.check(work.site, facts, plan.builds(work.site, facts))
    found = (*_of_site(work, facts), *(it for c in Colour for it in _of_system(work, facts, c)))
    return first, found


def around(work: Work) -> tuple[Message, ...]:
    """Return what `ao up` would do to somebody else's load balancer, and need of the quota.

    None of a site that is built already, or around none. Raises QuotaExceeded.
    """
    facts = work.observe()
    if facts.adoption is None or facts.stack is not None:
        return ()
    steps = plan.builds(work.site, facts)
    needed = quota.needs(work.site, facts, steps, stack_parameters.build_inputs(work).flavor)
    quota.check(needed, work.cloud.quotas(needed))
    words = ", ".join(f"{key} {count}" for key, count in sorted(needed.items()) if count)
    return (
        *adoption.announcement(work.site, facts),
        message("Needed of the project's quota, and free: %(words)s.", words=words),
        message(
            "Users stay where they are meanwhile. Each stack has %(time)s at most "
            "(`deadlines.build`).",
            time=duration.show(work.site.deadlines.build),
        ),
    )


def refuse_replacement(work: Work, facts: Facts) -> None:
    """Refuse a change of the site's own stack that would replace what users are on."""
    if facts.stack is None:
        return
    template = templates.site(work.site, plan.kept_pools(facts))
    fixed = stack_changes.pinned(template, facts.resources, facts.stack)
    parameters = _securing(work, facts)
    told = work.cloud.stacks.preview(facts.stack, fixed, parameters, keeps=True)
    stack_changes.refuse_replacement(facts.stack, told, facts.broken)


def _of_site(work: Work, facts: Facts) -> Iterator[PlannedChange]:
    site, stack = work.site, facts.stack
    template = templates.site(site, plan.kept_pools(facts))
    inputs = stack_parameters.build_inputs(work)
    wanted = stack_parameters.site_parameters(site, inputs, _references(facts))
    if facts.adoption is not None and facts.adopted is None:
        wanted["adopted"] = ""
    if stack is None:
        told = work.cloud.stacks.preview_new(site.stack, template, wanted)
        yield from stack_changes.read(site.stack, told, When.NOW)
        return
    if stack.busy:
        return
    for broken in facts.broken:
        yield PlannedChange(
            stack=stack.name,
            resource=broken.name,
            type=broken.type,
            change=Change.REPLACED,
            when=When.NOW,
        )
    fixed = stack_changes.pinned(template, facts.resources, stack)
    done: frozenset[str] = frozenset(it.name for it in facts.broken)
    parameters = _now(work, facts)
    if parameters:
        told = work.cloud.stacks.preview(stack, fixed, parameters, keeps=True)
        now = stack_changes.read(stack.name, told, When.NOW, without=done)
        done |= {it.resource for it in now}
        yield from now
    told = work.cloud.stacks.preview(stack, fixed, wanted, keeps=True)
    yield from stack_changes.read(stack.name, told, When.ANEW, without=done)


def _of_system(work: Work, facts: Facts, colour: Colour) -> Iterator[PlannedChange]:
    site, system = work.site, facts.systems[colour]
    if system.is_adopted:
        return
    name, networks = site.system_stack(colour), stack_parameters.build_inputs(work).network_ids
    template = templates.system(site, networks)
    if facts.stack is None:
        # Heat checks that there is the router.
        yield PlannedChange(
            stack=name, resource=name, type=STACK, change=Change.MADE, when=When.NOW
        )
        return
    if system.stack is not None and system.stack.busy:
        return
    step = next(
        (
            it
            for it in plan.builds(site, facts)
            if isinstance(it, plan.BuildSystem | plan.RepairSystem | plan.RemoveSystem)
            and it.colour is colour
        ),
        None,
    )
    if isinstance(step, plan.RepairSystem):
        for broken in system.broken:
            yield PlannedChange(
                stack=broken.stack_name,
                resource=broken.name,
                type=broken.type,
                change=Change.REPLACED,
                when=When.NOW,
            )
    built = step if isinstance(step, plan.BuildSystem) else None
    version = built.version if built else system.version or site.version
    wanted = _wanted(work, facts, system, built, version)
    if system.stack is None:
        told = work.cloud.stacks.preview_new(name, template, wanted)
        yield from stack_changes.read(name, told, When.NOW)
        return
    when = When.NOW if built else stack_changes.when_of(facts, system)
    if not site.left_templates:
        fixed = stack_changes.pinned(template, system.resources, system.stack)
        told = work.cloud.stacks.preview(system.stack, fixed, wanted, keeps=False)
        nested = {it for it, kind in told.changed if kind == RESOURCES_FILE}
        yield from stack_changes.read(name, told, when, without=UNTOLD | nested)
    before = _unsealed(work.cloud.stacks.parameters(system.stack), wanted)
    because = stack_changes.differing(stack_changes.server_parameters(template), before, wanted)
    if because:
        yield PlannedChange(
            stack=name,
            resource=GROUP,
            type="OS::Nova::Server",
            change=Change.REPLACED,
            when=when,
            because=because,
        )


def _wanted(
    work: Work, facts: Facts, system: System, step: plan.BuildSystem | None, version: str
) -> dict[str, object]:
    """Return the parameters that a deploy of a version would give a system now.

    Secrets, which are sealed anew each time, are not read: the word for them stands in user data.
    """
    site = work.site
    inputs = replace(stack_parameters.build_inputs(work), sealed=user_data.SECRETS)
    if step is not None and step.image:
        inputs = replace(inputs, image=work.cloud.lookup.image(step.image))
    pooled = facts.method is Method.POOL
    keys = [it.key for it in site.backends] if pooled else []
    names = {key: f"{system.colour}_pool_{key}" for key in keys}
    return stack_parameters.system_parameters(
        site,
        inputs,
        system.colour,
        engine=stack_parameters.engine(work.cloud, site),
        version=version,
        router=inputs.router.id if inputs.router else built_id(facts.resources, "router") or "",
        pool=built_id(facts.resources, f"{system.colour}_pool") or "" if pooled else "",
        further_pools={key: built_id(facts.resources, it) or "" for key, it in names.items()},
        size=system.size or site.group.size,
        references=_references(facts),
    )


def _now(work: Work, facts: Facts) -> dict[str, object]:
    """Return the parameters of the site's own stack that `ao up` changes."""
    site, steps = work.site, plan.builds(work.site, facts)
    if any(isinstance(it, plan.SecureSite) for it in steps):
        return _securing(work, facts)
    if any(isinstance(it, plan.ListenSite) for it in steps):
        parameters = certificate.site_parameters(site, _references(facts))
        return {**applying.leading(facts, anew=True), **parameters}
    if any(isinstance(it, plan.ChangePreview) for it in steps):
        return stack_parameters.preview_parameters(site)
    return {}


def _unsealed(before: Mapping[str, str], wanted: Mapping[str, object]) -> Mapping[str, str]:
    """Return a stack's parameters, with the word for secrets in place of those that are sealed."""
    text, said = str(wanted["user_data"]), before.get("user_data", "")
    if user_data.SECRETS not in text:
        return before
    pattern = "[A-Za-z0-9+/=]+".join(map(re.escape, text.split(user_data.SECRETS)))
    return {**before, "user_data": text} if re.fullmatch(pattern, said) else before


def _securing(work: Work, facts: Facts) -> dict[str, object]:
    """Return the parameters by which the listeners of HTTPS are built."""
    parameters = stack_parameters.tls_parameters(work.site, _references(facts))
    return {**applying.leading(facts, anew=True), **parameters}


def _references(facts: Facts) -> References:
    """Return the certificates that listeners have: others are stored only as they are built."""
    return certificate.in_use(facts) or NO_REFERENCES
