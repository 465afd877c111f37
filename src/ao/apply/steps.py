"""Performs steps: looks, compares, acts, looks again."""

from __future__ import annotations

import math
import shlex
import time
from contextlib import suppress
from hashlib import sha256
from urllib.parse import urlsplit

from ao import templates
from ao.apply import (
    adopted_site,
    certificate,
    console,
    listener,
    maintenance,
    monitor,
    pool_settings,
    preview_policy,
    served_certificate,
    stack_parameters,
    stack_wait,
    switch,
)
from ao.apply.switch import address, drain, pool
from ao.clock import Clock, Ready, Waiting
from ao.cloud import Resource, Stack, Template
from ao.colour import Colour
from ao.errors import (
    AoError,
    CloudError,
    Conflict,
    DeadlinePassed,
    Forbidden,
    NotAuthenticated,
    NotFound,
    NotSeen,
    Refused,
    Unavailable,
)
from ao.http.request_options import RequestOptions
from ao.lock.errors import LockLost
from ao.message import Message, message
from ao.plan import alarms, guard, networks, own_templates, plan, preview, renewal
from ao.plan.facts import Facts, System, built_id
from ao.plan.maintenance import BeginMaintenance, EndMaintenance
from ao.plan.plan import Plan, Step
from ao.progress import StepFinished, StepStarted
from ao.site import (
    Feature,
    Method,
    Site,
    adoption_tags,
    colour_tag,
    deploy_tag,
    features,
    format_tags,
    image_tag,
    method_tag,
    network_tags,
    preview_tags,
    proxy_tags,
    template_tag,
    version_tag,
    without_format,
)
from ao.site.autoscale import Effect
from ao.visit import NoAnswer, Untrusted, colour_of
from ao.work import Work

VISIT_TIMEOUT = 3.0
"""Seconds that a visit may take."""
PATIENCE = 10.0
"""Seconds of nothing but bad answers after which production is not left to a new system."""


def perform(work: Work, facts: Facts, steps: Plan) -> None:
    """Perform steps side by side; the facts are those that they were planned from."""
    at = work.clock.now()
    begin(work, facts, steps)
    built = [name for step in steps if (name := _built(work, step))]
    removed = [stack for step in steps if (stack := _removed(facts, step))]
    if built:
        stack_wait.wait_until_complete(work, built)
    if removed:
        stack_wait.wait_until_deleted(work, removed)
    for step in steps:
        if isinstance(step, plan.ScaleSystem):
            _await_servers(work, step.colour)
    for step in steps:
        work.progress.emit(StepFinished(step, work.clock.now() - at))


def begin(work: Work, facts: Facts, steps: Plan) -> None:
    """Begin steps; what Heat does for them goes on without us."""
    for step in steps:
        work.check_live()
        work.progress.emit(StepStarted(step))
        _begin(work, facts, step)


def _begin(work: Work, facts: Facts, step: Step) -> None:
    match step:
        case plan.CancelUpdate(name):
            stack_wait.cancel(work, _stack(facts.stacks.get(name), name))
        case plan.BuildSite():
            _build_site(work, facts)
        case plan.BuildSystem():
            _build_system(work, facts, step)
        case plan.GiveUpAdopted():
            adopted_site.give_up(work, facts)
        case plan.LeaveSystem(colour):
            adopted_site.leave_system(work, facts, colour)
        case plan.LeaveSite(colour):
            adopted_site.leave_site(work, facts, colour)
        case plan.RepairSite():
            stack = _stack(facts.stack, work.site.stack)
            certificates = certificate.parameters(work, facts, secure=facts.is_secure)
            _repair(work, stack, facts.broken, {**leading(facts), **certificates})
        case plan.SecureSite():
            _listen(work, facts, secures=True)
        case plan.ListenSite():
            _listen(work, facts, secures=False)
        case plan.RepairSystem(colour, size):
            system = facts.systems[colour]
            stack = _stack(system.stack, work.site.system_stack(colour))
            parameters = {
                "size": size,
                **_pools(work, facts, colour),
                **certificate.parameters(work, facts, secure=system.is_secure, colour=colour),
            }
            _repair(work, stack, system.broken, parameters)
        case plan.ScaleSystem(colour, size):
            _scale(work, facts, colour, size)
        case plan.SetAlarms(colour, effect):
            _set_alarms(work, facts.systems[colour], effect)
        case plan.RemoveSystem(colour):
            guard.may_change(work.observe(), colour, act="delete")
            _remove(work, facts.systems[colour].stack)
        case plan.RemoveSite():
            if work.lock is not None:
                # Heat deletes no network that the lock's port is in.
                work.lock.check()
                work.lock.release()
            _remove(work, facts.stack)
        case plan.DefineMonitor(colour):
            monitor.define(work, facts, colour)
        case plan.DefineListener(listener_id):
            listener.define(work, facts, listener_id)
        case plan.DefinePool():
            pool_settings.define(work, facts, step)
        case plan.DefineRedirect(listener_id):
            listener.lead_to_https(work, facts, listener_id)
        case plan.DefinePreview():
            preview_policy.define(work, facts)
        case plan.ChangePreview():
            preview_policy.change_way(work, facts, _stack(facts.stack, work.site.stack))
        case plan.RemovePreview():
            preview_policy.remove(work, facts)
        case plan.PointRedirect(colour):
            pool.redirect(work, facts, colour)
        case plan.AwaitServers(colour):
            _await_servers(work, colour)
        case plan.PointProduction():
            switch.method(work.site).production(work, facts, step)
        case plan.PointPreview():
            switch.method(work.site).preview(work, facts, step)
        case plan.Drain():
            with work.draining():
                drain.drain(work, facts, step)
        case plan.Confirm(role, colour):
            _confirm(work, facts, role, colour)
        case BeginMaintenance(to):
            maintenance.begin_switch(work, facts, to)
        case EndMaintenance():
            maintenance.end_all(work, facts)
        case renewal.ServeCertificate(listener_id, _, references):
            served_certificate.serve(work, facts, listener_id, references)
        case renewal.SeeCertificate():
            served_certificate.see(work, facts, step)
        case renewal.RemoveCertificates():
            served_certificate.sweep(work)


def _built(work: Work, step: Step) -> str | None:
    """Return the stack that Heat builds or changes for a step."""
    match step:
        case (
            plan.BuildSite()
            | plan.RepairSite()
            | plan.SecureSite()
            | plan.ListenSite()
            | plan.ChangePreview()
            | plan.GiveUpAdopted()
            | plan.LeaveSite()
        ):
            return work.site.stack
        case (
            plan.BuildSystem(colour)
            | plan.RepairSystem(colour)
            | plan.ScaleSystem(colour)
            | plan.LeaveSystem(colour)
        ):
            return work.site.system_stack(colour)
        case plan.FollowStack(name, action):
            return None if action == "DELETE" else name
    return None


def _removed(facts: Facts, step: Step) -> Stack | None:
    """Return the stack that Heat deletes for a step."""
    match step:
        case plan.RemoveSite():
            return facts.stack
        case plan.RemoveSystem(colour):
            return facts.systems[colour].stack
        case plan.FollowStack(name, "DELETE"):
            return facts.stacks.get(name)
    return None


def _listen(work: Work, facts: Facts, *, secures: bool) -> None:
    """Have Heat build the listeners that the site file says, and change nothing else of the stack.

    The main one is changed only where that is what it `secures`.

    A port has one listener, and Heat creates the new one before it deletes the old
    (heat/engine/update.py), so that of the preview, which no user has, is deleted before. Pools
    that servers are in are kept.
    """
    site = work.site
    stack = _stack(facts.stack, site.stack)
    references = certificate.references(work, facts)
    if secures and not facts.is_secure and facts.preview_listener is not None:
        listener.remove(work, facts.shared, facts.preview_listener)
    parameters = {
        **leading(facts, anew=True),
        **(
            stack_parameters.tls_parameters(site, references)
            if secures
            else certificate.site_parameters(site, references)
        ),
    }
    template = templates.site(site, plan.kept_pools(facts))
    tags = without_format(stack.tags) | format_tags(features(site))
    work.cloud.stacks.repair(stack, parameters, site.deadlines.build, template, tags)


def _build_site(work: Work, facts: Facts) -> None:
    parameters = stack_parameters.site_parameters(
        work.site,
        stack_parameters.build_inputs(work),
        certificate.references(work, facts),
    )
    by_request = work.site.switch.previews_by_request
    tags = {work.site.tag, method_tag(work.site.switch.method), *_balancer_tags(work, Method.POOL)}
    tags |= preview_tags(by_request=by_request) | _network_tags(work)
    tags |= adoption_tags(work.site.adopt)
    _define(work, None, work.site.stack, templates.site(work.site), parameters, tags)


def _build_system(work: Work, facts: Facts, step: plan.BuildSystem) -> None:
    system = facts.systems[step.colour]
    if system.stack is not None:
        guard.may_change(work.observe(), step.colour, act="redeploy")
    found = stack_parameters.inputs_of(work, step)
    parameters = stack_parameters.system_parameters(
        work.site,
        found,
        step.colour,
        engine=stack_parameters.engine(work.cloud, work.site),
        version=step.version,
        router=_router(work, facts),
        pool=_pool(work, facts, step.colour),
        further_pools=_further_pools(work, facts, step.colour),
        size=step.size,
        references=certificate.references(work, facts),
    )
    tags = {work.site.tag, colour_tag(step.colour), version_tag(step.version)}
    own = own_templates.keys(work.site)
    also = frozenset({Feature.OWN_TEMPLATES} if own else ())
    tags |= _balancer_tags(work, Method.ADDRESS, also) | set(map(template_tag, own))
    tags |= _network_tags(work, step.colour)
    name = work.site.system_stack(step.colour)
    # A stack keeps what the project keeps no text of.
    left = bool(work.site.left_templates)
    template = None if left else templates.system(work.site, found.network_ids)
    _define(work, system.stack, name, template, parameters, tags, *_marks(system, found))


def _balancer_tags(
    work: Work, method: Method, also: frozenset[Feature] = frozenset()
) -> frozenset[str]:
    """Return what the stack that has the load balancer, by a method, carries of its protocols.

    The stack has the features `also`, with the load balancer or without.
    """
    site, balancer = work.site, work.site.load_balancer
    if site.switch.method is not method:
        return format_tags((features(site) & {Feature.NETWORKS}) | also)
    return proxy_tags(balancer.proxy_protocol) | format_tags(features(site) | also)


def _network_tags(work: Work, colour: Colour | None = None) -> frozenset[str]:
    """Return what a system's stack, or the site's own, carries of networks that were there."""
    places = networks.places(work.site, stack_parameters.build_inputs(work), colour)
    return network_tags(places)


def _marks(system: System, inputs: stack_parameters.BuildInputs) -> tuple[str, str]:
    """Return the tags of a deploy, and of its image.

    Of one stack no two deploys have the same, as each is made from the last.
    """
    stack = system.stack
    before = f"{stack.id} {stack.updated_at} {system.deploy}" if stack else ""
    return deploy_tag(sha256(before.encode()).hexdigest()[:16]), image_tag(inputs.image.id)


def _define(
    work: Work,
    stack: Stack | None,
    name: str,
    template: Template | None,
    parameters: dict[str, object],
    tags: set[str],
    *marks: str,
) -> None:
    """Create or update a stack; an answer that was lost is looked up.

    Its marks are tags that a stack of the same definition need not have. Without a template a
    stack keeps the one that it has.
    """
    deadline = work.site.deadlines.build
    stacks, carried = work.cloud.stacks, frozenset(tags) | frozenset(marks)
    try:
        if template is None:
            stacks.repair(_stack(stack, name), parameters, deadline, None, carried)
        elif stack is None:
            stacks.create(name, template, parameters, carried, deadline)
        else:
            stacks.update(stack, template, parameters, carried, deadline)
    except Conflict as error:
        there = stacks.get(name)
        if there is None or not tags <= there.tags:
            raise Refused(
                message(
                    "there is a stack %(stack)s that does not carry the tags "
                    "%(names)s; Ao touches nothing that it did not make",
                    stack=name,
                    names=", ".join(sorted(tags)),
                ),
                cure=message("Give the site another name, or delete that stack."),
            ) from error
    except Unavailable:
        there = stacks.get(name)
        if there is None or not there.busy or not tags <= there.tags:
            raise


def _remove(work: Work, stack: Stack | None) -> None:
    """Delete a stack of the site's, which its tag has told, by its ID."""
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
        if not resource.changing:
            # What an engine of Heat's holds, though that has ended, is not marked, but fails at
            # the update (heat/engine/check_resource.py: _stale_resource_needs_retry).
            work.cloud.stacks.mark_unhealthy(resource, "missing or broken")
    work.cloud.stacks.repair(stack, parameters, work.site.deadlines.build)


def _scale(work: Work, facts: Facts, colour: Colour, size: int) -> None:
    """Have Heat bring a group to a size, and widen its bounds where the size needs that."""
    group = work.site.group
    guard.may_scale(work.observe(), group, colour, size)
    parameters = {
        "size": size,
        "min_size": min(group.minimum, size),
        "max_size": max(group.maximum, size),
        **_pools(work, facts, colour),
    }
    stack = _stack(facts.systems[colour].stack, work.site.system_stack(colour))
    work.cloud.stacks.repair(stack, parameters, work.site.deadlines.build)


def _set_alarms(work: Work, system: System, effect: Effect) -> None:
    """Switch a system's alarms on or off.

    That it was idle before, as standby or in a release, is no reason to take servers away: that
    rule's time begins anew when its alarm is switched on. An Aodh that fails is told: production
    must be able to move, and to move back.
    """
    inward, scaling = system.alarm(alarms.IN), work.site.autoscale
    for alarm in system.amiss(effect):
        query = alarm.query
        if query and scaling and alarm is inward and not alarm.enabled:
            query = alarms.counting_from(query, time.time() + scaling.inward.lasting)
        try:
            work.cloud.alarms.enable(alarm, not alarm.enabled, query)
        except (NotAuthenticated, LockLost):
            raise
        except AoError as error:
            work.note(
                message(
                    "%(message)s. What load does to the size of %(colour)s stays "
                    "as it was until `ao up`.",
                    message=error.message,
                    colour=system.colour,
                )
            )


def _pool(work: Work, facts: Facts, colour: Colour) -> str:
    """Pool of the shared load balancer that a system's servers go to; empty for its own."""
    if work.site.switch.method is Method.ADDRESS:
        return ""
    return _built_by_site(work, facts, f"{colour}_pool")


def _further_pools(work: Work, facts: Facts, colour: Colour) -> dict[str, str]:
    """Pools of the shared load balancer beside the main one that a new system's servers go to."""
    if work.site.switch.method is Method.ADDRESS:
        return {}
    keys = [it.key for it in work.site.backends]
    return {key: _built_by_site(work, facts, f"{colour}_pool_{key}") for key in keys}


def _pools(work: Work, facts: Facts, colour: Colour) -> dict[str, object]:
    """Return the parameters of the pools that a system was built for; it knows no others."""
    served = {it.key: it.id for it in facts.systems[colour].further_pools if it.is_served}
    shares = facts.method is Method.POOL
    return {
        "shared_pool": _pool(work, facts, colour),
        **(stack_parameters.shared_pools(served) if shares else {}),
    }


def _router(work: Work, facts: Facts) -> str:
    """Return the ID of the router that a system's own network hangs on; empty for none."""
    if work.site.networks.router is not None:
        router = stack_parameters.build_inputs(work).router
        return router.id if router else ""
    return _built_by_site(work, facts, "router") if work.site.makes_router else ""


def _built_by_site(work: Work, facts: Facts, name: str) -> str:
    """Return the ID of what a resource of the site's own stack has built. Raises NotFound."""
    stack = _stack(facts.stack, work.site.stack)
    physical_id = built_id(facts.resources, name)
    if physical_id is None:
        raise NotFound(
            message(
                "output %(output)s of stack %(stack)s has no value yet",
                output=name,
                stack=stack.name,
            )
        )
    return physical_id


def leading(facts: Facts, *, anew: bool = False) -> dict[str, object]:
    """Return the parameter that tells where a listener that Heat creates anew leads users.

    None is where those for users are there, unless they come `anew`.
    """
    leading = (facts.production_listener, *(it.listener for it in facts.further))
    if facts.method is Method.ADDRESS or (None not in leading and not anew):
        return {}
    unknown = facts.previewed.other if facts.previewed else Colour.BLUE
    return {"live": str(facts.live or unknown)}


def _await_servers(work: Work, colour: Colour) -> None:
    def look() -> Ready[None] | Waiting:
        system = work.observe().systems[colour]
        if system.online >= system.size:
            return Ready(None)
        return Waiting(
            message("%(online)s of %(size)s pass", online=system.online, size=system.size)
        )

    try:
        work.clock.until(
            look,
            what=message("the servers of %(colour)s to pass the health check", colour=colour),
            deadline=work.site.deadlines.serve,
        )
    except DeadlinePassed as error:
        raise DeadlinePassed(error.message, cure=_how_servers_started(work, colour)) from error


def _how_servers_started(work: Work, colour: Colour) -> Message:
    """Return how a server of a system that does not serve started, as far as the cloud tells."""
    try:
        system = work.observe().systems[colour]
    except CloudError:
        server = None
    else:
        server = console.silent_server(system.resources, system.members)
    if server is None:
        return message(
            "`openstack server list --name ^%(site)s-%(name)s-` names the servers, `openstack "
            "console log show SERVER` tells how one started.",
            site=work.site.name,
            name=colour.value,
        )
    return console.advice(work.cloud, server)


def _confirm(work: Work, facts: Facts, role: str, colour: Colour) -> None:
    """See production or the preview answer, healthy and from a colour, on a new connection.

    Raises DeadlinePassed, of production NotSeen.
    """
    if not work.sees:
        return
    if facts.terminates(colour) is not work.site.load_balancer.terminates:
        work.note(
            message(
                "%(colour)s speaks the protocol that it was deployed with, not the site file's: "
                "%(role)s was not asked.",
                colour=colour,
                role=role,
            )
        )
        return
    if role == "preview":
        address.reached(facts.preview)
        _see(work, facts, role, preview.url(work.site, facts), colour, patience=math.inf)
        return
    url = work.site.url(address.reached(facts.production))
    try:
        _see(work, facts, role, url, colour, patience=PATIENCE)
    except DeadlinePassed as error:
        raise NotSeen(error.message, cure=error.cure) from error


class _Patience:
    """Patience with an address whose answers are bad; a good one, or none at all, renews it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.seconds = seconds
        """Seconds for which nothing but bad answers are borne with."""
        self._clock = clock
        self._since = clock.now()

    def renew(self) -> None:
        """Begin to bear with bad answers anew."""
        self._since = self._clock.now()

    @property
    def over(self) -> bool:
        """Whether there were only bad answers for so long."""
        return self._clock.now() - self._since >= self.seconds


def _see(work: Work, facts: Facts, role: str, url: str, colour: Colour, patience: float) -> None:
    """See an address answer well; bad answers of that colour are borne with for so long.

    A certificate that is not trusted is borne with for PATIENCE: waiting makes it no other one. An
    address that tells no colour may be in maintenance, which is looked at once: requests pass it
    then.
    """
    looked = False
    identify, check = work.site.identify, work.site.health_check
    # What the address is, in the words of the steps that look at it.
    named = message("preview") if role == "preview" else message("production")
    by_request = role == "preview" and preview.header(facts, colour) is not None
    cure = _how_to_see(work.site, url, by_request=by_request)
    bearing = _Patience(work.clock, patience)
    trusting = _Patience(work.clock, PATIENCE)

    def asked(options: RequestOptions) -> RequestOptions:
        return options if role == "production" else preview.asked(options, facts, colour)

    def passes() -> bool:
        """Return whether requests pass a maintenance from now on."""
        nonlocal looked
        looked = True
        with suppress(Unavailable, Forbidden):
            return work.learn_pass(facts)
        return False

    def look() -> Ready[None] | Waiting:
        if role == "production":
            work.check_live()
        try:
            answer = work.visit(url + identify.path, VISIT_TIMEOUT, asked(work.request_options))
            healthy = work.visit(
                url + check.path, VISIT_TIMEOUT, asked(work.health_request_options)
            )
            told = colour_of(answer, identify)
        except Untrusted as error:
            bearing.renew()
            if trusting.over:
                raise DeadlinePassed(
                    message("%(role)s cannot be asked: %(why)s", role=named, why=error),
                    cure=error.cure,
                ) from error
            return Waiting(message("no answer: %(why)s", why=error))
        except NoAnswer as error:
            bearing.renew()
            trusting.renew()
            return Waiting(message("no answer: %(why)s", why=error))
        trusting.renew()
        good = healthy.status in check.expect
        mine = facts.is_told(colour, told)
        if told is None and not (mine and good) and not looked and passes():
            return Waiting(message("the site is in maintenance"))
        if mine and good:
            return Ready(None)
        seen = message(
            "%(path)s told colour %(told)s, %(healthy)s gave HTTP %(status)s",
            path=identify.path,
            told=told,
            healthy=check.path,
            status=healthy.status,
        )
        if good or told is colour.other:
            bearing.renew()
        elif bearing.over:
            raise DeadlinePassed(
                message(
                    "%(role)s (%(url)s) answered badly from %(colour)s for "
                    "%(seconds)s s: %(state)s",
                    role=named,
                    url=url,
                    colour=colour,
                    seconds=f"{bearing.seconds:.0f}",
                    state=seen,
                ),
                cure=cure,
            )
        return Waiting(seen)

    work.clock.until(
        look,
        what=message(
            "%(role)s (%(url)s) to answer from %(colour)s", role=named, url=url, colour=colour
        ),
        deadline=work.site.deadlines.switch,
        interval=0.25,
        cure=cure,
    )


def _how_to_see(site: Site, url: str, *, by_request: bool = False) -> Message:
    """Return how an operator sees what an address answers, as a shell takes it.

    A kept site file is anybody's to change, and a path in it may hold more than a path. What a
    request says to reach a system is not told.
    """
    if by_request:
        return message(
            "`ao preview` tells how to ask it; see `identify` and `health_check` in the site file, "
            "and whether somebody has changed the listener's L7 policies."
        )
    asked = shlex.join(_curl(site, url + site.identify.path))
    if site.host is None:
        return message(
            "See `%(command)s`, and `identify` and `health_check` in the site file.", command=asked
        )
    return message(
        "See `%(command)s`, and `host`, `identify` and `health_check` in the site file.",
        command=asked,
    )


def _curl(site: Site, url: str) -> tuple[str, ...]:
    """Return what asks for a URL with an address as Ao does: by the site's host, where it has one.

    By https the host is that of the connection too.
    """
    if site.host is None:
        return ("curl", "-i", url)
    named: tuple[str, ...] = ("curl", "-i", "-H", f"Host: {site.host}")
    if not site.load_balancer.is_secure:
        return (*named, url)
    own = site.request_options.own
    if own is not None:
        named = (*named, "--cert", str(own.certificate), "--key", str(own.key))
    host = urlsplit(url).hostname or ""
    address = f"[{host}]" if ":" in host else host
    return (*named, "--connect-to", f"::{address}:", url.replace(address, site.host, 1))


def _stack(stack: Stack | None, name: str) -> Stack:
    if stack is None:
        raise NotFound(
            message("stack %(stack)s is gone", stack=name), cure=message("`ao up` builds it.")
        )
    return stack
