"""Plans: from facts and an intent to the next steps. Pure; nothing is asked or changed.

A plan is a tuple of steps that may run side by side. After they have run, facts are
read anew and the next plan is made from them, until nothing is left to do. So a
command that was killed goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ao.cloud import Stack
from ao.colour import Colour
from ao.errors import Refused
from ao.message import message
from ao.plan import adoption, guard, monitors, preview_policies
from ao.plan import listeners as listener_settings
from ao.plan import pools as pool_settings
from ao.plan.facts import Facts, System
from ao.plan.listeners import placed
from ao.plan.standstill import Standstill
from ao.site import DrainWay, Method, Site, checked_version
from ao.site.autoscale import Effect


@dataclass(frozen=True)
class Step:
    """Something to do, described by its text."""


@dataclass(frozen=True)
class FollowStack(Step):
    """Wait for what Heat is doing with a stack."""

    name: str
    action: str

    def __str__(self) -> str:
        return message(
            "wait for Heat to finish the %(action)s of %(name)s", action=self.action, name=self.name
        )


@dataclass(frozen=True)
class CancelUpdate(Step):
    """Have Heat stop what stands still of its work on a stack, so that it can begin anew."""

    name: str
    action: str

    def __str__(self) -> str:
        return message(
            "cancel the %(action)s of %(name)s, on which Heat does nothing",
            action=self.action,
            name=self.name,
        )


@dataclass(frozen=True)
class BuildSite(Step):
    """Create the site's own stack."""

    around: str = ""
    """ID of somebody else's load balancer that it is built around; empty for one of its own."""

    def __str__(self) -> str:
        if self.around:
            return message(
                "build the site around load balancer %(id)s: a pool of its own, and the lock",
                id=self.around,
            )
        return message("build the site: router, addresses, shared load balancer")


@dataclass(frozen=True)
class RepairSite(Step):
    """Allocate anew what is gone of the site's own stack."""

    def __str__(self) -> str:
        return message("repair the site's router and addresses")


@dataclass(frozen=True)
class SecureSite(Step):
    """Give the shared load balancer its listeners of HTTPS, or of the redirect to it."""

    def __str__(self) -> str:
        return message("give the shared load balancer its listeners of HTTPS")


@dataclass(frozen=True)
class ListenSite(Step):
    """Give the shared load balancer the listeners beside the main one that the site file names."""

    def __str__(self) -> str:
        return message("give the shared load balancer the listeners of the site file")


@dataclass(frozen=True)
class GiveUpAdopted(Step):
    """Give the adopted system's colour a pool of Ao's own: the adopted one is its owner's alone."""

    colour: Colour

    def __str__(self) -> str:
        return message(
            "give the adopted system up: %(colour)s gets a pool of its own", colour=self.colour
        )


@dataclass(frozen=True)
class LeaveSystem(Step):
    """Take Ao's marks off the stack of a system that users are led to, and leave it to them."""

    colour: Colour

    def __str__(self) -> str:
        return message("leave %(colour)s as it is, without Ao's tags", colour=self.colour)


@dataclass(frozen=True)
class LeaveSite(Step):
    """Keep nothing of the site's own stack but the pool that users are led to, and no tag."""

    colour: Colour

    def __str__(self) -> str:
        return message("leave nothing of the site but the pool of %(colour)s", colour=self.colour)


@dataclass(frozen=True)
class BuildSystem(Step):
    """Create or update a system's stack from the site file.

    Whoever says the version, Heat and the servers' user data get none that could not be given.
    Raises ConfigError.
    """

    colour: Colour
    version: str
    size: int
    """Servers that its group gets."""
    image: str = ""
    """ID of the image that it is built anew with; empty for that which the site names."""

    def __post_init__(self) -> None:
        checked_version(self.version)

    def __str__(self) -> str:
        return message(
            "build %(colour)s with version %(version)s", colour=self.colour, version=self.version
        )


@dataclass(frozen=True)
class RepairSystem(Step):
    """Replace what is broken in a system; its definition stays as it is."""

    colour: Colour
    size: int
    """Servers that its group has and keeps."""

    def __str__(self) -> str:
        return f"repair {self.colour}"


@dataclass(frozen=True)
class ScaleSystem(Step):
    """Give a system's group a size, its servers healthy; its definition stays as it is."""

    colour: Colour
    size: int

    def __str__(self) -> str:
        return message("bring %(colour)s to %(size)s servers", colour=self.colour, size=self.size)


@dataclass(frozen=True)
class SetAlarms(Step):
    """Switch a system's alarms on or off."""

    colour: Colour
    effect: Effect
    """What load may do to the system's size after the step."""

    def __str__(self) -> str:
        match self.effect:
            case Effect.NOTHING:
                return message("switch off the alarms of %(colour)s", colour=self.colour)
            case Effect.GROWTH:
                return message(
                    "let load add servers to %(colour)s and take none", colour=self.colour
                )
            case Effect.BOTH:
                return message("switch on the alarms of %(colour)s", colour=self.colour)


@dataclass(frozen=True)
class RemoveSystem(Step):
    """Delete a system's stack."""

    colour: Colour

    def __str__(self) -> str:
        return message("delete %(colour)s", colour=self.colour)


@dataclass(frozen=True)
class RemoveSite(Step):
    """Delete the site's own stack."""

    is_adopted: bool = False
    """Whether it is around a load balancer of somebody else's, whose network it has not."""

    def __str__(self) -> str:
        if self.is_adopted:
            return message("delete Ao's pool on the load balancer, and the lock")
        return message("delete the site's router and addresses")


@dataclass(frozen=True)
class AwaitServers(Step):
    """Wait for all servers of a system to pass the health check."""

    colour: Colour

    def __str__(self) -> str:
        return message(
            "wait for the servers of %(colour)s to pass the health check", colour=self.colour
        )


@dataclass(frozen=True)
class DefineMonitor(Step):
    """Have a system's health monitor name the site's host, or none."""

    colour: Colour
    host: str | None

    def __str__(self) -> str:
        if self.host is None:
            return message("have the health monitor of %(colour)s name no host", colour=self.colour)
        return message(
            "have the health monitor of %(colour)s name host %(host)s",
            colour=self.colour,
            host=self.host,
        )


@dataclass(frozen=True)
class DefineListener(Step):
    """Give a listener the settings that the site file tells."""

    listener_id: str
    name: str

    def __str__(self) -> str:
        return message("set how listener %(name)s serves", name=self.name)


@dataclass(frozen=True)
class DefinePool(Step):
    """Give a system's pool the settings that the site file tells."""

    colour: Colour
    deployed: bool = False
    """Whether the command has built the system, whose servers may speak TLS now, or none."""

    def __str__(self) -> str:
        return message("set how the pool of %(colour)s serves", colour=self.colour)


@dataclass(frozen=True)
class DefineRedirect(Step):
    """Have a listener of plain HTTP lead users to HTTPS."""

    listener_id: str
    name: str

    def __str__(self) -> str:
        return message("have listener %(name)s lead users to HTTPS", name=self.name)


@dataclass(frozen=True)
class DefinePreview(Step):
    """Have production's listener lead requests that say so to either system."""

    def __str__(self) -> str:
        return message("have requests reach either system by what they say")


@dataclass(frozen=True)
class ChangePreview(Step):
    """Build the preview's listener, or delete it, as the site file says."""

    by_request: bool

    def __str__(self) -> str:
        if self.by_request:
            return message("delete the preview's port: requests reach the standby by what they say")
        return message("give the preview its port")


@dataclass(frozen=True)
class RemovePreview(Step):
    """Have requests reach the standby by what they say no more."""

    def __str__(self) -> str:
        return message("have no request reach the standby by what it says")


@dataclass(frozen=True)
class PointRedirect(Step):
    """Have what the listener of plain HTTP lets through reach a system."""

    colour: Colour

    def __str__(self) -> str:
        return message("point ACME challenges to %(colour)s", colour=self.colour)


@dataclass(frozen=True)
class PointProduction(Step):
    """Have production reach a system, or none, in one request."""

    colour: Colour | None
    around: Colour | None = None
    """System whose load balancer is reloaded right before and right after that, and gets
    the preview address in between; None for none."""
    cut: bool = False
    """Whether production is taken off the old system first, which cuts its clients."""

    def __str__(self) -> str:
        if self.colour is None:
            return message("point production to nothing")
        return message("point production to %(colour)s", colour=self.colour)


@dataclass(frozen=True)
class PointPreview(Step):
    """Have the preview reach a system, or none, in one request."""

    colour: Colour | None
    switching_to: Colour | None = None
    """Target of the switch under way, noted so that a killed switch can go on."""

    def __str__(self) -> str:
        if self.colour is None:
            return message("point the preview to nothing")
        return message("point the preview to %(colour)s", colour=self.colour)


@dataclass(frozen=True)
class Drain(Step):
    """Get the clients that are still on a system over to the other one."""

    colour: Colour
    way: DrainWay | None
    """How; None where the move of production itself gets them over."""
    quiet: float
    """Seconds in which the system must have served nobody to count as drained."""

    def __str__(self) -> str:
        return message("drain %(colour)s", colour=self.colour)


@dataclass(frozen=True)
class Confirm(Step):
    """See production or the preview answer from a system on a new connection."""

    role: str
    """`production` or `preview`."""
    colour: Colour

    def __str__(self) -> str:
        if self.role == "preview":
            return message("see preview answer from %(colour)s", colour=self.colour)
        return message("see production answer from %(colour)s", colour=self.colour)


Plan = tuple[Step, ...]
Done = frozenset[Step]
"""Steps that this command has already run."""


def up(site: Site, facts: Facts, done: Done) -> Plan:
    """Next steps towards a whole site: what is missing built, what is broken repaired.

    A whole system is left as it is, whatever the site file says now: changes of the
    site file reach a system with its next deploy. Raises Refused when the live
    system cannot be repaired without deleting it.
    """
    adoption.may_adopt(site, facts)
    return (
        _site_stack(site, facts)
        or _secure(site, facts)
        or _requests(site, facts)
        or _listen(site, facts)
        or _way_of_preview(site, facts)
        or listeners(site, facts, done, *Colour)
        or pools(site, facts, done, *Colour)
        or _production(facts)
        or _monitors(site, facts, done)
        or _leave_stuck(facts)
        or _repair(site, facts, done)
        or alarms(facts, facts.live, done=done)
        or _await_servers(facts, *Colour)
        or _preview(facts)
        or _end_of_requests(site, facts)
        or point_redirect(site, facts)
        or _confirm(site, facts, done)
    )


def _secure(site: Site, facts: Facts) -> Plan:
    """Have the shared load balancer listen for HTTPS as the site file says.

    Octavia changes the protocol of no listener, so the one for HTTPS comes beside that of HTTP.
    Raises Refused for what would take users their listener.
    """
    if facts.method is not Method.POOL or facts.stack is None or facts.adoption is not None:
        return ()
    guard.may_secure(site, facts)
    guard.may_proxy(site, facts)
    if not site.load_balancer.terminates:
        return ()
    redirects = facts.redirect_listener.port if facts.redirect_listener else 0
    wanted = site.redirect.port if site.redirect else 0
    return () if facts.is_secure and redirects == wanted else (SecureSite(),)


def _listen(site: Site, facts: Facts) -> Plan:
    """Have the shared load balancer listen as the site file says, beside the main listener.

    Raises Refused for what would take users a listener, and while they are led to two systems.
    """
    if facts.method is not Method.POOL or facts.stack is None or facts.adoption is not None:
        return ()
    guard.may_listen(site, facts)
    if _listens(site, facts):
        return ()
    guard.may_touch(facts)
    guard.may_check(site, facts)
    return (ListenSite(),)


def _listens(site: Site, facts: Facts) -> bool:
    """Return whether the shared load balancer has the listeners and pools that it is to have."""
    there = {(it.name, it.preview_built) for it in facts.further}
    previews = {it.name: it.preview.port for it in facts.further if it.preview and it.preview.port}
    wanted = {(it.name, it.preview_port is not None) for it in site.listeners}
    moved = any(previews.get(it.name, it.preview_port) != it.preview_port for it in site.listeners)
    pools = {it.key for system in facts.systems.values() for it in system.further_pools}
    return there == wanted and not moved and pools == {*kept_pools(facts), *_keys(site)}


def _keys(site: Site) -> frozenset[str]:
    return frozenset(it.key for it in site.backends)


def kept_pools(facts: Facts) -> frozenset[str]:
    """Return the keys of the pools beside the main ones that servers of a system are in."""
    return frozenset(
        it.key for system in facts.systems.values() for it in system.further_pools if it.is_served
    )


def _way_of_preview(site: Site, facts: Facts) -> Plan:
    """Have the preview asked as the site file says: on a port, or by what requests say.

    The pools of both systems are led to, and so checked, at each moment: policies come before the
    listener goes, and go after it has come and leads to the standby.
    """
    if facts.method is not Method.POOL or facts.stack is None:
        return ()
    by_request = site.switch.previews_by_request
    defined = _requests(site, facts)
    if defined or facts.previews_by_request is by_request:
        return defined
    # A load balancer that takes no change has no policies yet: its port stays.
    ready = not by_request or preview_policies.are_kept(site, facts)
    return (ChangePreview(by_request),) if ready else ()


def _requests(site: Site, facts: Facts) -> Plan:
    """Have requests reach both systems by what they say, where the site file wants it.

    Before the listeners of previews go: a pool that nothing leads to is not checked.
    """
    if facts.stack is None or not site.switch.previews_by_request:
        return ()
    return (DefinePreview(),) if preview_policies.is_amiss(site, facts) else ()


def _end_of_requests(site: Site, facts: Facts) -> Plan:
    """Remove the policies that lead requests to the standby, once it has a port again."""
    if site.switch.previews_by_request or facts.previews_by_request:
        return ()
    there = preview_policies.can_change(facts) and preview_policies.own(facts)
    return (RemovePreview(),) if there else ()


def previews(site: Site, facts: Facts) -> Plan:
    """Have requests reach both systems as they did, where somebody has changed that.

    From a port to that, and back, is `up`'s to change.
    """
    amiss = facts.previews_by_request and preview_policies.is_amiss(site, facts)
    return (DefinePreview(),) if amiss else ()


def listeners(site: Site, facts: Facts, done: Done, *colours: Colour) -> Plan:
    """Next steps of having the listeners of systems serve as the site file says.

    That of plain HTTP leads users to HTTPS only once production has answered by HTTPS, if they have
    it already.
    """
    places = [it for it in placed(facts) if it.systems.intersection(colours)]
    defined = tuple(
        DefineListener(it.listener.id, it.listener.name)
        for it in places
        if listener_settings.is_amiss(site, facts, it)
    )
    if defined:
        return defined
    leading = [it for it in places if listener_settings.leads_amiss(site, facts, it)]
    steps = tuple(DefineRedirect(it.listener.id, it.listener.name) for it in leading)
    live = facts.live
    served = any(live in it.systems for it in leading)
    if not steps or live is None or not served or not facts.systems[live].online:
        return steps
    seen = Confirm("production", live)
    return steps if seen in done else (seen,)


def pools(site: Site, facts: Facts, done: Done, *colours: Colour) -> Plan:
    """Next steps of having the pools of systems serve as the site file says.

    Whether TLS is spoken to the servers changes only of a system that the command has built.
    """
    built = {step.colour for step in done if isinstance(step, BuildSystem)}
    return tuple(
        DefinePool(colour, colour in built)
        for colour in colours
        if pool_settings.is_amiss(site, facts, colour, deployed=colour in built)
    )


def point_redirect(site: Site, facts: Facts) -> Plan:
    """Have ACME challenges reach the live system, by the pool method; by the other they do."""
    lets_through = site.redirect is not None and site.redirect.acme_challenge
    listener = facts.redirect_listener
    if not lets_through or listener is None or facts.live is None:
        return ()
    if listener.default_pool_id == facts.systems[facts.live].pool_id:
        return ()
    return (PointRedirect(facts.live),)


def alarms(
    facts: Facts, of: Colour | None, effect: Effect = Effect.BOTH, done: Done = frozenset()
) -> tuple[SetAlarms, ...]:
    """Steps after which load may do that to the size of one system, or of none.

    None is taken twice: an Aodh that fails, or undoes it, stands in nothing's way.
    """
    steps = (SetAlarms(colour, effect if colour is of else Effect.NOTHING) for colour in Colour)
    return tuple(
        step for step in steps if step not in done and facts.systems[step.colour].amiss(step.effect)
    )


def _monitors(site: Site, facts: Facts, done: Done) -> Plan:
    """Have the health monitors name the site's host.

    That of a live system which serves users is changed only once production has answered well to
    a request that names it: else no server of it might pass any more.
    """
    steps = tuple(
        DefineMonitor(colour, site.host)
        for colour in Colour
        if monitors.is_amiss(site, facts, colour)
    )
    seen = Confirm("production", facts.live) if facts.live else None
    if seen is None or seen in done or not facts.systems[seen.colour].online:
        return steps
    others = tuple(step for step in steps if step.colour is not seen.colour)
    return others or ((seen,) if steps else ())


def monitor(site: Site, facts: Facts, colour: Colour, done: Done) -> Plan:
    """Next steps of having the health monitor of a standby name the site's host.

    Once it is changed, its servers are waited for: they may have failed the check before.
    """
    if facts.live is colour:
        return ()
    step = DefineMonitor(colour, site.host)
    if monitors.is_amiss(site, facts, colour):
        return (step,)
    return _await_servers(facts, colour) if step in done else ()


def _repair(site: Site, facts: Facts, done: Done) -> Plan:
    """Build and repair the systems.

    A repair says the group's size, so no alarm of the system may change it meanwhile.
    """
    steps = tuple(step for colour in Colour for step in _build(site, facts, colour))
    sized = {step.colour for step in steps if isinstance(step, RepairSystem)}
    return tuple(it for it in alarms(facts, None, done=done) if it.colour in sized) or steps


def builds(site: Site, facts: Facts) -> Plan:
    """Return the steps of all that `up` builds or repairs, in no order, for the quota preflight."""
    return (
        *(
            _site_stack(site, facts)
            or _secure(site, facts)
            or _listen(site, facts)
            or _way_of_preview(site, facts)
        ),
        *(step for colour in Colour for step in _build(site, facts, colour)),
    )


def _site_stack(site: Site, facts: Facts) -> Plan:
    if facts.stack is None:
        around = facts.shared.id if facts.adoption is not None and facts.shared else ""
        return (BuildSite(around),)
    if facts.stack.busy:
        return (follow(facts.stack, facts.standstill),)
    if facts.stack.failed and facts.stack.action == "DELETE":
        return (RemoveSite(),)
    return (RepairSite(),) if facts.stack.failed or facts.broken else ()


def _production(facts: Facts) -> Plan:
    """Give production a system as soon as there is one, when it has none.

    Before all repairs: it may have lost the one that was live, and one healthy server
    is better than none. That system is the one that the preview address does not show.
    """
    if facts.production is None or facts.live or facts.foreign:
        return ()
    live = facts.previewed.other if facts.previewed else Colour.BLUE
    if facts.systems[live].obstacle(degraded=True):
        return ()
    return (PointProduction(live),)


def _build(site: Site, facts: Facts, colour: Colour) -> Iterator[Step]:
    system = facts.systems[colour]
    version = system.version or site.version
    if system.is_adopted:
        return
    if system.stack is None:
        yield BuildSystem(colour, version, _size(site, system))
    elif system.stack.busy:
        yield follow(system.stack, system.standstill)
    elif system.stack.failed and colour is facts.live:
        if system.stack.action == "DELETE":
            raise Refused(
                message(
                    "the stack of %(colour)s, which is live, is DELETE_FAILED: "
                    "Heat can only delete it",
                    colour=colour,
                ),
                cure=message(
                    "`ao deploy VERSION` brings one to %(colour)s, `ao switch %(name)s` makes it "
                    "live; then `ao up`.",
                    colour=colour.other,
                    name=colour.other.value,
                ),
            )
        yield RepairSystem(colour, system.size)
    elif system.stack.failed:
        if system.stack.action == "DELETE" or system.is_stuck:
            yield RemoveSystem(colour)
        else:
            guard.may_proxy(site, facts, colour)
            yield BuildSystem(colour, version, _size(site, system), system.image_id)
    elif system.broken:
        yield RepairSystem(colour, system.size)


def follow(stack: Stack, standstill: Standstill | None) -> Step:
    """Step by which Heat's work on a stack comes to its end.

    A deletion is not cancelled, but asked for again, by whoever follows it.
    """
    if standstill is not None and standstill.to_cancel and stack.action != "DELETE":
        return CancelUpdate(stack.name, stack.action)
    return FollowStack(stack.name, stack.action)


def _size(site: Site, system: System) -> int:
    """Return the size of a group within its bounds; that of a new one if there is none."""
    if system.size == 0:
        return site.group.size
    return max(site.group.minimum, min(system.size, site.group.maximum))


def _await_servers(facts: Facts, *colours: Colour) -> Plan:
    systems = (facts.systems[colour] for colour in colours)
    return tuple(
        AwaitServers(system.colour)
        for system in systems
        if system.online < system.size and not system.is_adopted
    )


def _preview(facts: Facts) -> Plan:
    """Give the preview the standby; blue while a stranger has production."""
    unknown = facts.foreign and not facts.previewed and facts.adoption is None
    to = Colour.BLUE if unknown else facts.standby
    if to is None or facts.is_mixed:
        return ()
    if facts.systems[to].is_adopted and facts.systems[to].pool_id is None:
        return ()
    reached = facts.previews_by_request or facts.previewed is to
    if reached and not facts.switching_to and not facts.previews_astray:
        return ()
    return (PointPreview(to),)


def _confirm(site: Site, facts: Facts, done: Done) -> Plan:
    """See production and the preview, but for a system that speaks another protocol than the file.

    By the address method each has that which it was deployed with.
    """
    seen = [("production", facts.live), ("preview", facts.previewed)]
    if facts.method is Method.POOL and not facts.connected:
        return ()
    terminates = site.load_balancer.terminates
    steps = tuple(
        Confirm(address, colour)
        for address, colour in seen
        if colour and facts.terminates(colour) is terminates
    )
    return tuple(step for step in steps if step not in done)


def deploy(site: Site, facts: Facts, version: str, done: Done) -> Plan:
    """Next steps of bringing a version to the standby.

    Raises Refused when no system is live, a switch is not finished, or Heat is at
    work on the standby with another version.
    """
    standby = facts.standby
    if standby is None:
        raise Refused(
            message("no system is live, so there is no standby to deploy to"),
            cure=message("`ao up` builds the site; `ao status` shows what there is."),
        )
    adoption.may_deploy(facts, standby)
    guard.may_touch(facts)
    if facts.switching_to:
        raise Refused(
            message(
                "a switch to %(colour)s was begun and is not finished", colour=facts.switching_to
            ),
            cure=message(
                "`ao switch` finishes it, `ao up` calls it off if production has not moved."
            ),
        )
    guard.may_speak(site, facts)
    guard.may_proxy(site, facts, standby)
    guard.may_deploy_listeners(site, facts)
    if facts.method is Method.ADDRESS:
        guard.may_listen(site, facts, standby)
    steps = (
        _leave_stuck(facts)
        or _define(site, facts.systems[standby], version, done)
        or listeners(site, facts, done, standby)
        or pools(site, facts, done, standby)
        or monitor(site, facts, standby, done)
        or previews(site, facts)
        or _await_servers(facts, standby)
    )
    if steps:
        return steps
    if facts.previews_by_request and facts.previewed is not standby:
        raise Refused(
            message("no request reaches %(colour)s before it is live", colour=standby),
            cure=message("`ao up` repairs it."),
        )
    if facts.previewed is not standby or facts.previews_astray:
        return (PointPreview(standby),)
    seen = Confirm("preview", standby)
    return () if seen in done else (seen,)


def _leave_stuck(facts: Facts) -> Plan:
    """Take the preview address off a system whose stack Heat can only delete.

    A router keeps an interface that a floating IP needs
    (neutron/db/l3_db.py: _confirm_router_interface_not_in_use).
    """
    system = facts.systems[facts.previewed] if facts.previewed else None
    if facts.method is Method.POOL or system is None or system.colour is facts.live:
        return ()
    failed = system.stack is not None and system.stack.failed
    return (PointPreview(None),) if failed and system.is_stuck else ()


def _define(site: Site, system: System, version: str, done: Done) -> Plan:
    """Build or update the standby's stack; Heat finds what differs."""
    stack = system.stack
    if stack is not None and stack.busy:
        step = follow(stack, system.standstill)
        # A deletion that stands still is asked for again, by whoever follows it.
        still = system.standstill is not None and stack.action == "DELETE"
        if system.version != version and not (still or isinstance(step, CancelUpdate)):
            raise Refused(
                message(
                    "Heat is at work on %(colour)s (%(action)s of version %(version)s)",
                    colour=system.colour,
                    action=stack.action,
                    version=system.version or "?",
                ),
                cure=cure_of_work(
                    system.standstill,
                    message("Wait for it (`ao status`), then run the command again."),
                ),
            )
        return (step,)
    if stack is not None and stack.failed and (stack.action == "DELETE" or system.is_stuck):
        return (RemoveSystem(system.colour),)
    if any(isinstance(step, BuildSystem) for step in done):
        return ()
    return (BuildSystem(system.colour, version, _size(site, system)),)


def cure_of_work(standstill: Standstill | None, wait: str) -> str:
    """Return what to do about Heat's work on a stack: wait, or cancel what stands still."""
    if standstill is None:
        return wait
    return message(
        "Its work stands still: %(standstill)s. The same command with --cancel-stuck-update "
        "cancels it and goes on; without, from %(moment)s on.",
        standstill=standstill.text,
        moment=standstill.deadline,
    )


def scale(facts: Facts, colour: Colour, size: int, done: Done = frozenset()) -> Plan:
    """Next steps of giving a system a size, its servers healthy.

    Load may give the live system another one again as soon as it has it. A stack whose update
    this command has cancelled is updated anew.

    Raises Refused when it is not built or its stack has failed, and for size 0: Heat takes a
    desired capacity of 0 for none (heat/engine/resources/aws/autoscaling/
    autoscaling_group.py: handle_update).
    """
    if size < 1:
        raise Refused(
            message(
                "%(colour)s cannot be scaled to %(size)s: Heat empties no group",
                colour=colour,
                size=size,
            ),
            cure=message("`ao down %(name)s` deletes the system.", name=colour.value),
        )
    adoption.may_change(facts, colour)
    system = facts.systems[colour]
    cancelled = any(
        isinstance(step, CancelUpdate)
        and system.stack is not None
        and step.name == system.stack.name
        for step in done
    )
    if system.stack is None or (system.stack.failed and not cancelled):
        raise Refused(
            message(
                "%(colour)s cannot be scaled: %(obstacle)s",
                colour=colour,
                obstacle=system.obstacle(),
            ),
            cure=message("`ao up` repairs it.")
            if colour is facts.live
            else message("`ao deploy VERSION` builds it anew."),
        )
    if system.stack.busy:
        return (follow(system.stack, system.standstill),)
    step = ScaleSystem(colour, size)
    wanting = system.stack.failed or system.size != size
    if wanting and not (colour is facts.live and step in done):
        return (step,)
    return _await_servers(facts, colour)


def match(facts: Facts, to: Colour, done: Done = frozenset()) -> Plan:
    """Next steps of bringing a standby to at least the live system's size.

    One that grew may fail a check once more when all of its servers have passed.
    """
    live = facts.systems[facts.live] if facts.live else None
    if live is None or live.colour is to or facts.systems[to].stack is None:
        return ()
    if facts.systems[to].size >= live.demand:
        grew = any(isinstance(step, ScaleSystem) for step in done)
        return _await_servers(facts, to) if grew else ()
    return scale(facts, to, live.demand, done)


def down(facts: Facts, colours: frozenset[Colour]) -> Plan:
    """Next steps of deleting systems; the site's own stack goes with the last of them.

    An address is taken off first: a router keeps an interface that a floating IP
    needs (neutron/db/l3_db.py: _confirm_router_interface_not_in_use), and Heat would
    ask again and again until the load balancer has gone.
    """
    owned = facts.adoption is not None
    production = (PointProduction(None),) if facts.live in colours and not owned else ()
    on_port = facts.previewed in colours and not facts.previews_by_request
    preview = (PointPreview(None),) if on_port else ()
    whole = colours == frozenset(Colour)
    # Octavia deletes no pool that a policy names.
    named = whole and preview_policies.can_change(facts) and preview_policies.own(facts)
    return (
        (*production, *preview)
        or ((RemovePreview(),) if named else ())
        or tuple(
            RemoveSystem(colour) for colour in Colour if colour in colours and facts.has(colour)
        )
        or ((RemoveSite(),) if whole and facts.stack else ())
    )


def give_up(facts: Facts) -> Plan:
    """Next steps of giving the adopted system up. Raises Refused while users are led to it."""
    if facts.stack is not None and facts.stack.busy:
        return (follow(facts.stack, facts.standstill),)
    adoption.may_give_up(facts)
    return (GiveUpAdopted(facts.adopted.colour),) if facts.adopted is not None else ()


def disown(facts: Facts) -> Plan:
    """Next steps of giving a load balancer back to its owner, with the pool that users are led to.

    What leads to a pool goes before it. Where that is a pool of Ao's, the servers in it are left.
    """
    for stack in facts.stacks.values():
        if stack.busy:
            systems = (it for it in facts.systems.values() if it.stack is stack)
            still = next((it.standstill for it in systems), facts.standstill)
            return (follow(stack, still),)
    if preview_policies.can_change(facts) and preview_policies.own(facts):
        return (RemovePreview(),)
    live = facts.live
    stays = live if live is not None and not facts.systems[live].is_adopted else None
    going = tuple(RemoveSystem(it) for it in Colour if facts.has(it) and it is not stays)
    if going:
        return going
    if stays is None:
        return (RemoveSite(is_adopted=True),) if facts.stack is not None else ()
    if facts.has(stays):
        return (LeaveSystem(stays),)
    return (LeaveSite(stays),) if facts.stack is not None else ()
