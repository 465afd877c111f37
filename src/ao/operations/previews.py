"""What `ao up` would do, by Heat's own preview; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ao import templates
from ao.apply import certificate, preview_policy, stack_parameters, steps
from ao.apply.stack_parameters import BuildInputs
from ao.cloud import Template
from ao.colour import Colour
from ao.plan import alarms, plan, stack_changes
from ao.plan.facts import Facts, System, built_id
from ao.plan.plan import Step
from ao.plan.renewal import NO_REFERENCES, References
from ao.plan.stack_changes import GROUP, Change, PlannedChange, When
from ao.site import Method, Site
from ao.work import Work

STACK = "OS::Heat::Stack"
"""Heat's word for a stack."""
UNTOLD = alarms.OUT | alarms.IN | {GROUP}
"""Resources that Heat calls changed whatever is: the group, which it always updates
(heat/engine/resources/stack_resource.py: _needs_update), and what has attributes of others."""


def changes(work: Work) -> tuple[tuple[Step, ...], tuple[PlannedChange, ...]]:
    """Return what `ao up` would do first, and what becomes of which resource, now or later.

    Raises as `reconcile.up` does of what it refuses.
    """
    facts = work.observe()
    first = plan.up(work.site, facts, frozenset())
    found = (*_of_site(work, facts), *(it for c in Colour for it in _of_system(work, facts, c)))
    return first, found


def refuse_replacement(work: Work, facts: Facts) -> None:
    """Refuse a change of the site's own stack that would replace what users are on."""
    if facts.stack is None:
        return
    fixed = stack_changes.pinned(_site_template(work, facts), facts.resources, facts.stack)
    parameters = _securing(work, facts)
    told = work.cloud.stacks.preview(facts.stack, fixed, parameters, keeps=True)
    stack_changes.refuse_replacement(facts.stack, told, facts.broken)


def _of_site(work: Work, facts: Facts) -> Iterator[PlannedChange]:
    site, stack, template = work.site, facts.stack, _site_template(work, facts)
    inputs = stack_parameters.build_inputs(work)
    wanted = stack_parameters.site_parameters(site, inputs, _references(facts))
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
    parameters = _of_first_step(work, facts)
    if parameters is not None:
        told = work.cloud.stacks.preview(stack, fixed, parameters, keeps=True)
        now = stack_changes.read(stack.name, told, When.NOW, without=done)
        done |= {it.resource for it in now}
        yield from now
    told = work.cloud.stacks.preview(stack, fixed, wanted, keeps=True)
    yield from stack_changes.read(stack.name, told, When.ANEW, without=done)


def _of_system(work: Work, facts: Facts, colour: Colour) -> Iterator[PlannedChange]:
    site, system = work.site, facts.systems[colour]
    inputs = stack_parameters.build_inputs(work)
    # Of templates of its own that are not at hand nothing is told.
    known = None if site.left_templates else site
    name, template = site.system_stack(colour), templates.system(known, inputs.network_ids)
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
    fixed = stack_changes.pinned(template, system.resources, system.stack)
    told = work.cloud.stacks.preview(system.stack, fixed, wanted, keeps=False)
    yield from stack_changes.read(name, told, when, without=UNTOLD)
    before = work.cloud.stacks.parameters(system.stack)
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

    Of secrets, which are sealed anew each time, there is nothing in them.
    """
    site = work.site
    inputs: BuildInputs = stack_parameters.build_inputs(work)
    if step is not None and step.image:
        inputs = replace(inputs, image=work.cloud.lookup.image(step.image))
    return stack_parameters.system_parameters(
        site,
        inputs,
        system.colour,
        engine=stack_parameters.engine(work.cloud, site),
        version=version,
        router=built_id(facts.resources, "router") or "",
        pool=""
        if facts.method is Method.ADDRESS
        else built_id(facts.resources, f"{system.colour}_pool") or "",
        further_pools=_further_pools(site, system),
        size=system.size or site.group.size,
        references=_references(facts),
    )


def _further_pools(site: Site, system: System) -> dict[str, str]:
    """Return the shared pools beside the main one that a deploy has servers in, new ones too."""
    if site.switch.method is Method.ADDRESS:
        return {}
    return {it.key: system.pool_ids.get(it.key, "") for it in site.backends}


def _site_template(work: Work, facts: Facts) -> Template:
    """Return the template that `ao up` would give the site's own stack."""
    return templates.site(work.site, plan.kept_pools(facts))


def _of_first_step(work: Work, facts: Facts) -> dict[str, object] | None:
    """Return the parameters by which `ao up` has Heat change the listeners; None where not."""
    for step in plan.builds(work.site, facts):
        match step:
            case plan.SecureSite():
                return _securing(work, facts)
            case plan.ListenSite():
                certificates = certificate.site_parameters(work.site, _references(facts))
                return {**steps.leading(facts, anew=True), **certificates}
            case plan.ChangePreview():
                return preview_policy.parameters(work.site)
    return None


def _securing(work: Work, facts: Facts) -> dict[str, object]:
    """Return the parameters by which the listeners of HTTPS are built."""
    parameters = stack_parameters.tls_parameters(work.site, _references(facts))
    return {**steps.leading(facts, anew=True), **parameters}


def _references(facts: Facts) -> References:
    """Return the certificates that listeners have: others are stored only as they are built."""
    return certificate.in_use(facts) or NO_REFERENCES
