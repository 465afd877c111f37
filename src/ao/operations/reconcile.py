"""Reconciling a site: it is brought to where the operator wants it, by facts, plan and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from ao.apply import (
    adopted_site,
    certificate,
    certificate_state,
    listener,
    maintenance,
    monitor,
    own_template,
    pool_settings,
    preview_policy,
    served_certificate,
    stack_parameters,
)
from ao.apply.stack_wait import StandsStill
from ao.apply.steps import begin, perform
from ao.apply.switch import load_balancer, method, target
from ao.apply.switch.drain import way
from ao.apply.switch.move import Move
from ao.clock import Ready
from ao.cloud import FloatingIP, LoadBalancer
from ao.colour import Colour
from ao.config import stored
from ao.doctor import kept_findings, trial_site
from ao.doctor.findings import Fate, Findings, warnings
from ao.errors import (
    AoError,
    BuildFailed,
    CloudError,
    ConfigError,
    DeadlinePassed,
    Forbidden,
    NotAuthenticated,
    NotFound,
    NotSeen,
    OnlyErrors,
    Refused,
    SwitchFailed,
    Unavailable,
)
from ao.message import message
from ao.operations import adoption as adopted
from ao.operations import previews, scale_in_hold, switch_options
from ao.operations.live_errors import LiveErrors
from ao.operations.switch_options import SwitchOptions
from ao.operations.switch_pause import SwitchPause
from ao.plan import adoption, alarms, guard, listeners, networks, plan, quota, renewal, requirements
from ao.plan.facts import Facts
from ao.plan.plan import (
    AwaitServers,
    BuildSite,
    BuildSystem,
    CancelUpdate,
    Confirm,
    Done,
    Drain,
    FollowStack,
    ListenSite,
    Plan,
    PointPreview,
    PointProduction,
    RemoveSystem,
    RepairSystem,
    ScaleSystem,
    SecureSite,
    Step,
)
from ao.plan.renewal import References
from ao.site import DrainWay, Method, Site, ending
from ao.site.autoscale import Effect, Engine
from ao.site.tls import CertificateFiles
from ao.work import Work

HEATS = (BuildSystem, RemoveSystem, ScaleSystem)
"""Steps that Heat takes by itself once they are begun."""
FRESH = 2.0
"""Seconds for which facts count as those of this moment where nothing was changed since."""
ROUNDS = 20
"""Plans that one command makes at most; a whole build takes seven."""


def up(work: Work, *, failover: bool = False) -> Facts:
    """Build what is missing and repair what is broken, both systems side by side.

    With `failover` Octavia is asked to build load balancers anew that are in ERROR; without it,
    what helps them is told. Raises ConfigError, NotFound, Forbidden, Refused and QuotaExceeded
    before anything is changed; BuildFailed with the failed resource; DeadlinePassed.
    """
    if failover:
        _fail_over(work)
    # An earlier site file may have named a host.
    work = replace(work, monitored=True)
    before = _preflight(work, lambda facts: plan.builds(work.site, facts))
    _warn(work, kept_findings.recall(work))
    stored.keep(work.cloud, work.site)
    facts = _run(work, lambda facts, done: _up(work, facts, done), before)
    _tell_of_protocol(work, facts)
    _tell_of_build(work, facts)
    other = certificate.told_of(work, facts)
    if other is not None:
        work.note(other)
    if facts.foreign and facts.adoption is not None:
        work.note(
            message(
                "%(where)s. Ao leaves it there; `ao switch %(name)s --take-over` moves it here.",
                where=adoption.elsewhere(facts),
                name=facts.adoption.colour.value,
            )
        )
    elif facts.foreign and isinstance(facts.production, FloatingIP):
        work.note(
            message(
                "The production address %(address)s points to port %(port)s, "
                "which is not of this site. `ao switch blue --take-over` moves "
                "it here.",
                address=facts.production.address,
                port=facts.production.port_id,
            )
        )
    for balancer, standby in _failed(facts):
        work.note(
            message(
                "Load balancer %(name)s is in provisioning status ERROR, and takes no change. "
                "%(cure)s",
                name=balancer.name,
                cure=guard.failover_cure(balancer, standby=standby)
                if facts.adoption is None
                else adoption.failover(balancer.id),
            )
        )
    return facts


def _up(work: Work, facts: Facts, done: Done) -> Plan:
    """Next steps of `up`; raises Refused for those that would end HTTPS or lead another's users."""
    if any(isinstance(it, BuildSite) for it in done):
        adopted_site.check_sites(work)
    steps = plan.up(work.site, facts, done)
    certificate_state.check_change(work, facts, steps)
    return steps


def _tell_of_protocol(work: Work, facts: Facts) -> None:
    """Tell which systems do not speak the site file's protocol until they are deployed anew."""
    terminates = work.site.load_balancer.terminates
    others = [it for it in Colour if facts.has(it) and facts.terminates(it) is not terminates]
    for colour in others:
        work.note(
            message(
                "%(colour)s was deployed with another protocol than %(protocol)s, which it gets "
                "with its next deploy. The switch to it takes users from one to the other: those "
                "who ask by the old one are answered no more, but where `redirect` leads them on.",
                colour=colour,
                protocol=work.site.load_balancer.protocol,
            )
        )


def _tell_of_build(work: Work, facts: Facts) -> None:
    """Tell which load balancers have another flavor, or are in another zone, than the file says.

    Octavia changes neither of one that there is.
    """
    found = stack_parameters.build_inputs(work)
    flavor, zone = found.balancer_flavor, found.balancer_zone
    balancers = {
        it.load_balancer.id: it.load_balancer for it in facts.systems.values() if it.load_balancer
    }
    for balancer in balancers.values():
        others = [flavor is not None and balancer.flavor_id != flavor.id]
        others += [zone is not None and balancer.availability_zone != zone.name]
        if not any(others):
            continue
        work.note(
            message(
                "Load balancer %(name)s was built with another flavor, or in another availability "
                "zone, than the site file says, which Octavia does not change. %(cure)s",
                name=balancer.name,
                cure=message("`ao down` and `ao up` build the site anew.")
                if facts.method is Method.POOL
                else message("The next deploy to its system builds another one."),
            )
        )


def _failed(facts: Facts) -> Iterator[tuple[LoadBalancer, Colour | None]]:
    """Yield the load balancers of a site that are in ERROR, with the standby that one is of."""
    if facts.shared is not None:
        if facts.shared.failed:
            yield facts.shared, None
        return
    for colour, system in facts.systems.items():
        if system.load_balancer is not None and system.load_balancer.failed:
            yield system.load_balancer, colour if facts.standby is colour else None


def _fail_over(work: Work) -> None:
    """Have Octavia build the load balancers anew that are in ERROR, and wait for it.

    Raises Forbidden for a user whom Octavia's policy does not let, CloudError for a provider that
    has no failover, DeadlinePassed.
    """
    facts = work.observe()
    guard.may_write(facts)
    if facts.adoption is not None and facts.shared is not None and facts.shared.failed:
        raise Refused(
            message(
                "load balancer %(name)s is in provisioning status ERROR", name=facts.shared.name
            ),
            cure=adoption.failover(facts.shared.id),
        )
    for balancer, standby in _failed(facts):
        work.note(
            message("Asking Octavia to build load balancer %(name)s anew.", name=balancer.name)
        )
        try:
            work.cloud.load_balancers.failover(balancer)
        except (Forbidden, CloudError) as error:
            if isinstance(error, (NotAuthenticated, Unavailable)):
                raise
            raise type(error)(
                error.message,
                cure=guard.without_failover(balancer, standby=standby),
                request_id=error.request_id,
            ) from error
        load_balancer.until_active(work, balancer, work.site.deadlines.build)


def deploy(work: Work, version: str, seen: Facts | None = None) -> Facts:
    """Bring a version to the standby; the live system is not touched.

    `seen` are facts of this moment, if any. Raises Refused when there is no standby to deploy to,
    and as `up` does.
    """
    before = _preflight(
        work, lambda facts: plan.deploy(work.site, facts, version, frozenset()), seen
    )
    adopted_site.check_moved(work, before)
    certificate_state.check_deploy(work, before)
    stored.keep(work.cloud, work.site, work.texts)
    with scale_in_hold.hold_scale_in(work, before) as keeping:
        facts = _run(
            keeping, lambda facts, done: plan.deploy(work.site, facts, version, done), before
        )
    return facts if keeping is work else _patiently(work)


def scale(work: Work, colour: Colour, size: int) -> Facts:
    """Bring a system to a size.

    Raises Refused when it is not built, or is live and the guard says no; QuotaExceeded before
    anything is changed.
    """
    seen = work.observe()
    guard.may_scale(seen, work.site.group, colour, size)
    before = _preflight(work, lambda facts: plan.scale(facts, colour, size), seen)
    certificate_state.check_change(work, before, plan.scale(before, colour, size))
    return _run(work, lambda facts, done: plan.scale(facts, colour, size, done), before)


def start_deploy(work: Work, version: str) -> None:
    """Have Heat begin to bring a version to the standby, and do not wait for it.

    Raises Refused while Heat is at work on the standby, and else as `deploy` does.
    """
    before = _preflight(work, lambda facts: plan.deploy(work.site, facts, version, frozenset()))
    certificate_state.check_deploy(work, before)
    stored.keep(work.cloud, work.site)
    _start(work, lambda facts, done: plan.deploy(work.site, facts, version, done))


def start_scale(work: Work, colour: Colour, size: int) -> None:
    """Have Heat begin to bring a system to a size, and do not wait for it.

    Raises Refused while Heat is at work on it, and else as `scale` does.
    """
    seen = work.observe()
    guard.may_scale(seen, work.site.group, colour, size)
    before = _preflight(work, lambda facts: plan.scale(facts, colour, size), seen)
    certificate_state.check_change(work, before, plan.scale(before, colour, size))
    _start(work, lambda facts, done: plan.scale(facts, colour, size, done))


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What a switch begins with, as it is looked for side by side."""

    at: float
    """Moment at which it was begun to look, on the work's clock."""
    facts: Future[Facts]
    findings: Future[Findings | None]
    """What the doctor has found."""


@contextmanager
def looking(work: Work, seen: Facts | None = None) -> Iterator[Looks]:
    """Look for what a switch begins with while the body runs; `seen` are facts of this moment."""
    work.forget_settings()
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="switch") as aside:
        at = work.clock.now()
        facts = aside.submit(lambda: seen or work.observe())
        findings = aside.submit(kept_findings.recall, work)
        yield Looks(at=at, facts=facts, findings=findings)


def switch(
    work: Work,
    wanted: Colour | None = None,
    options: SwitchOptions = switch_options.DEFAULT,
    looks: Looks | None = None,
) -> Facts:
    """Make another system live.

    `looks` are those that were begun right before, with the lock held; facts of theirs that have
    grown old meanwhile are observed anew.
    It is brought to the live system's size before, and that is looked at again right before
    production moves; not with `degraded` or `force`.
    Raises Refused when it may not go live; SwitchFailed when production did not
    answer from it, and then production is back on the old system. With `force`, and unless it
    `may_return`, production stays, and NotSeen is raised.
    """
    force = options.force
    with nullcontext(looks) if looks is not None else looking(work) as begun:
        before = begun.facts.result()
        findings = begun.findings.result()
    if work.clock.now() - begun.at > FRESH:
        before = work.observe()
    move = _planned_move(work, findings, options)
    guard.may_write(before)
    to = target(before, wanted)
    pause = SwitchPause.planned(work, before, options)

    def next_steps(work: Work, facts: Facts, done: Done) -> Plan:
        degraded = options.degraded or force
        compares = options.compares_monitor and not degraded
        if compares:
            guard.may_speak(work.site, facts)
            defining = (
                plan.listeners(work.site, facts, done, to)
                or plan.pools(work.site, facts, done, to)
                or plan.monitor(work.site, facts, to, done)
                or plan.previews(work.site, facts)
            )
            if defining:
                return defining
        wanting = () if degraded else plan.match(facts, to, done)
        if wanting:
            guard.may_build(facts, to)
            return wanting
        guard.may_go_live(facts, to, degraded=degraded, take_over=options.take_over)
        return pause.around(_move(work, facts, to, done, move), to, done)

    if not next_steps(work, before, frozenset()):
        return before
    if not force and before.live is not to:
        if options.compares_monitor:
            adopted_site.check_moved(work, before, to)
        certificate_state.check(work, before, to, back=not options.compares_monitor)
    with ExitStack() as meanwhile:
        keeping = (
            work if force else meanwhile.enter_context(scale_in_hold.hold_scale_in(work, before))
        )
        measurement = options.measurement
        measured = (
            meanwhile.enter_context(measurement(keeping, before, to)) if measurement else keeping
        )
        stays = force or not options.may_return or before.live in (None, to)
        # Errors of some seconds are better than a system that has no server left.
        leaves = not stays and before.systems[to.other].online
        errors = LiveErrors(measured, measured.probe, to) if measured.probe and leaves else None
        watched = errors.watched() if errors else measured
        try:
            facts = _run(watched, partial(next_steps, watched), before)
            if errors:
                errors.settle()
        except OnlyErrors as error:
            rescue(measured, to.other)
            raise _switch_back(measured, to.other, move, pause, error) from error
        except NotSeen as error:
            if stays or _patiently(work).live is not to:
                pause.tell(work)
                raise
            raise _switch_back(measured, to.other, move, pause, error) from error
        except AoError:
            pause.tell(work)
            raise
    return facts if keeping is work else _patiently(work)


def renew(work: Work, files: CertificateFiles | None = None) -> Facts:
    """Have production and the preview serve another certificate: of files, or of the site file.

    A certificate that the preview, or production, is not seen to serve is taken back. Certificates
    that Ao has stored and no listener serves any more are deleted at the end. Raises ConfigError,
    NotFound, Conflict and Refused before anything is changed; NotSeen; and what Octavia refuses.
    """
    facts = work.observe()
    guard.may_write(facts)
    _may_renew(work, facts)
    before = certificate.in_use(facts)
    wanted, expected = certificate.renewed(work, facts, files)
    if not renewal.serve_all(facts, wanted):
        work.note(message("%(site)s serves that certificate already.", site=work.site.name))
    try:
        return _run(work, lambda facts, done: renewal.renew(facts, wanted, expected, done), facts)
    except NotSeen as error:
        raise _serve_again(work, before, error) from error


def new_preview_key(work: Work) -> Facts:
    """Have requests reach the systems by new values, and by the old ones no more.

    Raises Refused where they do not reach them by what they say.
    """
    facts = work.observe()
    guard.may_write(facts)
    guard.may_key_preview(work.site, facts)
    preview_policy.define(work, facts, anew=True)
    return work.observe()


def _may_renew(work: Work, facts: Facts) -> None:
    """Refuse to renew what no listener serves, and where a load balancer takes no change."""
    if facts.adoption is not None:
        raise Refused(
            message(
                "the listeners of %(site)s are somebody else's, and so is their certificate",
                site=work.site.name,
            ),
            cure=message("Renew it where it was made: Ao writes nothing of it."),
        )
    places = [it for it in listeners.placed(facts) if it.terminates]
    if not places:
        raise Refused(
            message("no load balancer of %(site)s terminates TLS", site=work.site.name),
            cure=message(
                "With `load_balancer.protocol: TERMINATED_HTTPS` in the site file `ao up` builds "
                "one; in front of servers that terminate it themselves, give it to them."
            ),
        )
    for place in places:
        if place.balancer.failed:
            raise Refused(
                message(
                    "load balancer %(name)s is in provisioning status ERROR",
                    name=place.balancer.name,
                ),
                cure=guard.failover_cure(place.balancer, standby=None),
            )


def _serve_again(work: Work, before: References | None, error: NotSeen) -> NotSeen:
    """Return the listeners to the certificate from before; return what is told of it."""
    cure = error.cure or message(
        "`ao certificate show` tells what is served. If this machine cannot reach the address, "
        "run the command where it can."
    )
    facts = _patiently(work)
    steps = renewal.serve_all(facts, before) if before is not None else ()
    if not steps:
        return NotSeen(error.message, cure=cure)
    try:
        perform(work, facts, steps)
        served_certificate.sweep(work)
    except (CloudError, DeadlinePassed) as second:
        return NotSeen(
            message(
                "%(message)s. The certificate from before could not be served again: %(why)s",
                message=error.message,
                why=second.message,
            ),
            cure=cure,
        )
    return NotSeen(
        message("%(message)s. The one from before is served again.", message=error.message),
        cure=cure,
    )


def rescue(work: Work, to: Colour, *, online: bool = False) -> None:
    """Move production to a system at once, off one that answers nothing but errors.

    Nothing else is done before, but that with `online` a server of it has to pass the health
    check. A `switch` to the same system does what is left: production is seen, the other system
    drained, and alarms are set. A cloud that does not do it is told, and asked again by that.
    """
    move = Move(way=DrainWay.AFTER, quiet=work.site.drain.quiet, urgent=True)
    try:
        facts = _patiently(work)
        if facts.live is to.other and (facts.systems[to].online or not online):
            with work.hurried():
                perform(work, facts, method(work.site).plan(facts, to, frozenset(), move))
    except (CloudError, DeadlinePassed) as error:
        work.note(error.message)


def down(work: Work, colours: frozenset[Colour]) -> Facts:
    """Delete the site, or one system of it that is not live.

    Raises Refused when one system alone is to be deleted and it is live, and when a floating IP
    leads to one that is not of this site.
    """
    facts = work.observe()
    whole = colours == frozenset(Colour)
    if whole and facts.adoption is not None:
        raise Refused(
            message(
                "%(site)s is around a load balancer of somebody else's, whose users it may have",
                site=work.site.name,
            ),
            cure=message(
                "`ao disown` gives the listeners back and deletes what Ao has made; `ao disown "
                "--to live` leaves users where they are."
            ),
        )
    for colour in colours if not whole else ():
        guard.may_change(facts, colour, act="delete")
    if facts.adoption is not None:
        kept = facts.pools.items()
        staying = frozenset(pool_id for it, pool_id in kept if it not in colours)
        adopted_site.check_led(work, facts, staying)
    _may_delete(work, facts, colours, whole=whole)
    if not whole:
        certificate_state.check_change(work, facts, plan.down(facts, colours))
    if whole:
        trial_site.remove(work)
        kept_findings.forget(work.cloud, work.site)
        stored.forget(work.cloud, work.site)
    secure = work.site.load_balancer.terminates or any(map(facts.terminates, Colour))
    facts = _run(work, lambda facts, _done: plan.down(facts, colours))
    if whole and secure:
        # After the load balancers: Octavia reads a listener's certificate to delete it.
        served_certificate.sweep(work)
    return facts


def give_up(work: Work) -> Facts:
    """Give the adopted system up: its colour gets a pool of Ao's own, for the next version.

    Nothing is done where there is none any more. Raises Refused while users are led to it.
    """
    facts = work.observe()
    guard.may_write(facts)
    if facts.adopted is None:
        return facts
    steps = plan.give_up(facts)
    needed = quota.needs(work.site, facts, steps, stack_parameters.build_inputs(work).flavor)
    quota.check(needed, work.cloud.quotas(needed))
    return _run(work, lambda facts, _done: plan.give_up(facts), facts)


def disown(work: Work, *, to_live: bool) -> Facts:
    """Give somebody else's load balancer back, and delete what Ao has made around it.

    Its listeners are led to the adopted system before, as a switch does it, unless they stay where
    they lead `to_live`; a system of Ao's that users are led to then stays with its pool, without
    Ao's tags. With `to_live` also where the owner has deleted their floating IP since. Raises
    Refused, and NotFound.
    """
    try:
        facts = work.observe()
    except NotFound:
        adopt = work.site.adopt
        if adopt is None or adopt.floating_ip is None or not to_live:
            raise
        site = replace(
            work.site,
            adopt=replace(adopt, floating_ip=None),
            production_address=None,
            external_network=None,
        )
        work = replace(work, site=site, looks={}, found={})
        facts = work.observe()
    guard.may_write(facts)
    adoption.may_disown(facts, to_live=to_live)
    adopted = facts.adopted
    moves = not to_live and facts.stack is not None and facts.shared is not None
    led = {facts.live, *(facts.led(it) for it in facts.astray)}
    if moves and adopted is not None and (facts.live is None or adopted.colour.other in led):
        facts = switch(work, adopted.colour)
    _still_disowned(work, facts, to_live=to_live)
    if facts.stack is not None:
        adopted_site.take_off(work, facts)
        trial_site.remove(work)
    kept_findings.forget(work.cloud, work.site)

    def next_steps(facts: Facts, _done: Done) -> Plan:
        _still_disowned(work, facts, to_live=to_live)
        return plan.disown(facts)

    facts = _run(work, next_steps)
    stored.forget(work.cloud, work.site)
    return facts


def _still_disowned(work: Work, facts: Facts, *, to_live: bool) -> None:
    """Refuse to delete what somebody leads users to while a site is given back. Raises Refused."""
    adoption.stays_disowned(facts, to_live=to_live)
    live = facts.systems[facts.live].pool_id if facts.live else None
    adopted_site.check_led(work, facts, frozenset({live} if live else ()))


def _may_delete(work: Work, facts: Facts, colours: frozenset[Colour], *, whole: bool) -> None:
    """Refuse to delete load balancers that an address leads to which is not of the site."""
    addresses = (facts.production, facts.preview)
    own = {it.id for it in addresses if isinstance(it, FloatingIP)}
    going = [facts.shared] if whole else []
    if facts.method is Method.ADDRESS:
        going += [facts.systems[colour].load_balancer for colour in colours]
    balancers = [balancer for balancer in going if balancer is not None]
    ports = {balancer.vip_port_id for balancer in balancers if balancer.vip_port_id}
    leading = work.cloud.floating_ips.find("port_id", ports) if ports else ()
    strangers = [it for it in leading if it.id not in own]
    guard.may_delete(balancers, strangers)
    maintenance.check_deletion(work, balancers)


def _start(work: Work, next_steps: Callable[[Facts, Done], Plan]) -> None:
    """Begin what Heat does alone, after what stands still is cancelled; nothing else is begun."""
    facts = work.observe()
    steps = next_steps(facts, frozenset())
    stuck = tuple(step for step in steps if isinstance(step, CancelUpdate))
    if stuck:
        begin(work, facts, stuck)
        facts = work.observe()
        steps = next_steps(facts, frozenset(stuck))
    for step in steps:
        if isinstance(step, FollowStack):
            raise Refused(
                message(
                    "Heat is at work on %(stack)s (%(action)s)", stack=step.name, action=step.action
                ),
                cure=message("Wait for it (`ao status`), then ask again."),
            )
    begin(work, facts, tuple(it for it in steps if isinstance(it, HEATS)))


def _warn(work: Work, findings: Findings | None) -> None:
    """Tell what the site file says against the doctor's findings."""
    for warning in warnings(work.site, findings) if findings else ():
        work.note(warning)


def _planned_move(work: Work, findings: Findings | None, options: SwitchOptions) -> Move:
    """Return how production is moved, drained in a way that suits what the doctor has found."""
    _warn(work, findings)
    hangs = findings is not None and findings.address.fate is Fate.HANG
    return Move(
        way=way(work.site, hangs=hangs),
        quiet=work.site.drain.quiet if options.quiet is None else options.quiet,
        force=options.force,
    )


def _preflight(
    work: Work, first_steps: Callable[[Facts], Plan], seen: Facts | None = None
) -> Facts:
    """Refuse what the cloud cannot give, before anything is changed; return the facts.

    They are those that are `seen` at this moment, if any.
    """
    monitor.check_api(work)
    listener.check_api(work)
    found = stack_parameters.build_inputs(work, anew=True)
    facts = seen or work.observe()
    guard.may_write(facts)
    steps = first_steps(facts)
    adoption.may_adopt(work.site, facts)
    adopted.check(work, facts, steps)
    for step in steps:
        if isinstance(step, BuildSystem | RepairSystem | ScaleSystem):
            guard.may_build(facts, step.colour)
    networks.may_stay(work.site, facts, steps, found)
    for step in steps:
        if isinstance(step, BuildSystem):
            found = stack_parameters.inputs_of(work, step)
    for doubt in requirements.check(work.site, facts, steps, found):
        work.note(doubt)
    own_template.check(work, facts, steps, found)
    _refuse_names(work, facts, steps)
    if any(isinstance(step, SecureSite) for step in steps):
        previews.refuse_replacement(work, facts)
    if any(isinstance(step, BuildSite | BuildSystem | ListenSite | SecureSite) for step in steps):
        certificate.check(work, facts)
        pool_settings.check_names(work)
        if certificate.in_use(facts) is None:
            listener.check_clients(work, facts)
    defines = any(isinstance(step, BuildSystem) for step in steps)
    engine = stack_parameters.engine(work.cloud, work.site) if defines else Engine.NONE
    if engine is Engine.PROMETHEUS:
        _check_rules(work, found.flavor.vcpus)
    if any(_trusts(facts, step, engine) for step in steps):
        work.cloud.check_trusts()
    needed = quota.needs(work.site, facts, steps, found.flavor)
    if needed:
        quota.check(needed, work.cloud.quotas(needed))
    return facts


def _check_rules(work: Work, vcpus: int) -> None:
    """Refuse alarms on queries that Prometheus cannot read: Aodh would tell that nobody.

    A Prometheus that does not answer is no reason to build nothing.
    """
    scaling = work.site.autoscale
    for key, rule in (("out", scaling.out), ("in", scaling.inward)) if scaling else ():
        if rule.query is None:
            continue
        query = alarms.promql(rule, work.site, Colour.BLUE, vcpus)
        try:
            work.cloud.metrics.query(query.replace("$AO_GROUP", "group"))
        except (NotAuthenticated, Forbidden, NotFound, Unavailable):
            return
        except CloudError as error:
            raise ConfigError(
                message(
                    "%(where)s: %(why)s",
                    where=work.site.place(f"autoscale.{key}.query"),
                    why=error.message,
                ),
                cure=message("Nothing was changed."),
            ) from error


def _refuse_names(work: Work, facts: Facts, steps: Plan) -> None:
    """Refuse to build what has the name of something that is not of this site.

    A site that was built under a name which a new one may not have goes on.
    """
    site = work.site
    word = ending(site.name) if facts.stack is None else None
    if word and any(isinstance(step, BuildSite) for step in steps):
        raise Refused(
            message(
                "a new site cannot be called %(site)s: things of a site "
                "%(base)s would have the same names",
                site=site.name,
                base=site.name.removesuffix(f"-{word}"),
            ),
            cure=message(
                "Write another name in `site`; one that does not end in -%(word)s.", word=word
            ),
        )
    for name in (name for step in steps if (name := _creates(site, facts, step))):
        if work.cloud.stacks.get(name) is not None:
            raise Refused(
                message(
                    "there is a stack %(stack)s that does not carry the tag "
                    "%(tag)s; Ao touches nothing that it did not make",
                    stack=name,
                    tag=site.tag,
                ),
                cure=message("Give the site another name, or delete that stack."),
            )


def _creates(site: Site, facts: Facts, step: Step) -> str | None:
    """Return the name of the stack that a step creates; None when it creates none."""
    match step:
        case BuildSite():
            return site.stack
        case BuildSystem(colour) if facts.systems[colour].stack is None:
            return site.system_stack(colour)
    return None


def _trusts(facts: Facts, step: Step, engine: Engine) -> bool:
    """Return whether a step needs a trust of Keystone: a new stack does, and first alarms do."""
    match step:
        case BuildSite():
            return True
        case BuildSystem(colour):
            system = facts.systems[colour]
            return system.stack is None or (engine is not Engine.NONE and not system.alarmed)
    return False


def _move(work: Work, facts: Facts, to: Colour, done: Done, move: Move) -> Plan:
    """Return the next steps of making a system live, those that change its alarms among them.

    Both systems keep their sizes while production moves: the old one's alarms are switched off
    before, so none of its servers goes during the drain, and the new one's on right after. In
    an emergency production comes first.
    """
    moved = facts.live is to
    effect = Effect.GROWTH if work.holds_scale_in else Effect.BOTH
    first = move.force and not moved
    steps = () if first else plan.alarms(facts, to if moved else None, effect, done)
    return (
        steps
        or method(work.site).plan(facts, to, done, move)
        or plan.point_redirect(work.site, facts)
    )


def _switch_back(
    work: Work, old: Colour, move: Move, pause: SwitchPause, error: NotSeen | OnlyErrors
) -> SwitchFailed:
    """Return production to the old system after a switch that could not be seen."""
    work.note(
        message(
            "Production does not answer from %(new)s; switching back to %(old)s.",
            new=old.other,
            old=old,
        )
    )
    cure = message(
        "Look at %(colour)s on the preview address (`ao status`), then switch again.",
        colour=old.other,
    )
    try:
        with work.hurried():
            _run(
                work,
                lambda facts, done: pause.back(_move(work, facts, old, done, move), old, done),
                _patiently(work),
            )
    except DeadlinePassed as second:
        pause.tell(work)
        return SwitchFailed(
            message(
                "%(message)s. Switched back: %(why)s", message=error.message, why=second.message
            ),
            cure=second.cure,
        )
    return SwitchFailed(
        message(
            "%(message)s. Production is back on %(colour)s and answers from it.",
            message=error.message,
            colour=old,
        ),
        cure=cure,
    )


def _patiently(work: Work) -> Facts:
    """Observe in the midst of a command, which one failed request must not end."""
    return work.clock.until(
        lambda: Ready(work.observe()),
        what=message("OpenStack to answer"),
        deadline=work.site.deadlines.switch,
    )


def _only_looks(step: Step) -> bool:
    """Return whether a step changes nothing in the cloud, nor waits for what others change."""
    match step:
        case Confirm() | Drain(way=None | DrainWay.NONE):
            return True
    return False


def _only_points(step: Step) -> bool:
    """Return whether a step leads an address or a listener to a system, and sees that it does."""
    match step:
        case PointProduction(around=None) | PointPreview():
            return True
    return False


def _run(
    work: Work, next_steps: Callable[[Facts, Done], Plan], first: Facts | None = None
) -> Facts:
    """Observe, plan and perform until nothing is left to do; return the facts at the end.

    `first` are facts that were observed right before. After steps that only looked at addresses,
    and not for long, the facts from before them are good for another plan, unless that moves
    production. After production has moved they are too, with where it was seen to lead since: users
    are on the new system, and nothing comes before looking at it.
    """
    done: Done = frozenset()
    for _ in range(ROUNDS):
        facts = first or (_patiently(work) if done else work.observe())
        steps = next_steps(facts, done)
        if first and done and any(isinstance(step, PointProduction) for step in steps):
            facts = _patiently(work)
            steps = next_steps(facts, done)
        first, at = None, work.clock.now()
        if not steps:
            return facts
        # Load may add a server while others are waited for.
        again = {step for step in done.intersection(steps) if not isinstance(step, AwaitServers)}
        if again:
            raise BuildFailed(
                message("done, and still to do: %(step)s", step="; ".join(map(str, again))),
                cure=message("`ao status` shows what is; run the command again."),
            )
        # What was cancelled and begun anew may be slow: that waits until its time is over.
        anew = any(isinstance(step, CancelUpdate) for step in done)
        try:
            perform(replace(work, cancel_stuck=work.cancel_stuck and not anew), facts, steps)
        except StandsStill as error:
            # What is planned next cancels it.
            work.note(error.message)
            continue
        done |= frozenset(steps)
        if work.clock.now() - at > FRESH:
            continue
        if all(map(_only_looks, steps)):
            first = facts
        elif all(map(_only_points, steps)):
            first = work.noted()
    raise BuildFailed(
        message("not finished after %(count)s plans", count=ROUNDS),
        cure=message("Run the command again."),
    )
