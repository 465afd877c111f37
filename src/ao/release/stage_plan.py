"""The plan of a release: its stages, what each will do, and which are done. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ao import duration
from ao.colour import Colour
from ao.errors import Refused
from ao.journal import Judgement, Outcome, Stage
from ao.message import message
from ao.plan.facts import Facts, System
from ao.release import approval
from ao.release.state import ReleaseState
from ao.site import Method, Site
from ao.site.hooks import Point
from ao.site.rules import After, Approve


class State(StrEnum):
    """How far a stage is."""

    DONE = "done"
    TODO = "to do"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """A stage of a release."""

    stage: Stage
    text: str
    """What it does, and what it changes."""
    state: State
    seconds: float | None
    """Seconds that it will take, by what it took before; None when that is not known."""


Plan = tuple[PlannedStage, ...]


def colours(facts: Facts, past: ReleaseState | None) -> tuple[Colour, Colour]:
    """Return the system that a release leaves, and the one that it goes to.

    Raises Refused when the site has no live system.
    """
    if past is not None:
        return past.old, past.new
    if facts.live is None:
        raise Refused(
            message("no system is live, so there is no standby to release to"),
            cure=message("`ao up` builds the site; `ao switch blue` makes blue live."),
        )
    return facts.live, facts.live.other


def plan_stages(
    site: Site,
    facts: Facts,
    version: str,
    past: ReleaseState | None = None,
    durations: Mapping[str, float] | None = None,
    *,
    skip: frozenset[Stage] = frozenset(),
    no_return: bool = False,
    image: str = "",
) -> Plan:
    """Return the stages of bringing a version live, from facts and what the journal says.

    `image` is the ID of that which is chosen for it, if the release has not begun yet.

    `durations` are seconds that stages took before, by their words; `no_return` says that the
    version changes the database one-way. Raises Refused when the
    site has no live system.
    """
    old, new = colours(facts, past)
    moved = facts.live is new
    # A switch that somebody else has begun passes no stage of this release.
    under_way = moved or (facts.switching_to is new and past is not None and past.switching)
    done = past.done if past else frozenset()
    known = durations or {}

    def planned(stage: Stage, text: str, finished: bool, wanted: bool = True) -> PlannedStage:
        before = under_way and stage not in {Stage.SWITCH, Stage.WATCH, Stage.RETIRE}
        if finished or (before and wanted):
            state = State.DONE
        else:
            state = State.TODO if wanted and stage not in skip else State.SKIPPED
        seconds = 0.0 if state is not State.TODO else _seconds(site, stage, known)
        return PlannedStage(stage=stage, text=text, state=state, seconds=seconds)

    def told(stage: Stage, after: Point) -> bool:
        """Return whether no hook is left to run after a stage whose work the cloud shows done."""
        return stage in done or not site.hooks.get(after)

    rules, live, standby = site.rules, facts.systems[old], facts.systems[new]
    chosen = past.image if past else image
    ready = _ready(standby, version, chosen) and facts.previewed is new
    # Heat may be at work on what was deployed, to scale it.
    scales = Stage.DEPLOY in done and standby.version == version and _is_busy(standby)
    deployed = ready or scales
    logout = site.logout
    return (
        planned(
            Stage.DEPLOY,
            _deployment(standby, version),
            deployed and told(Stage.DEPLOY, Point.AFTER_DEPLOY),
        ),
        planned(
            Stage.CHECK,
            message(
                "check %(colour)s on its preview: %(checks)s",
                colour=new,
                checks=_checks(len(site.checks.all)),
            ),
            ready and Stage.CHECK in done,
            bool(site.checks.all),
        ),
        planned(
            Stage.MATCH,
            message(
                "bring %(new)s to at least %(servers)s, as %(old)s has",
                new=new,
                servers=_servers(live.demand),
                old=old,
            ),
            ready and standby.size >= live.demand,
        ),
        planned(
            Stage.APPROVE,
            message("wait for approval"),
            past is not None and approval.counting(past, facts, rules.approve) is not None,
            rules.approve.stricter(past.approve if past else Approve.AUTO) is not Approve.AUTO,
        ),
        planned(
            Stage.LOGOUT,
            _logout(site),
            Stage.LOGOUT in done,
            logout is not None,
        ),
        planned(
            Stage.SWITCH,
            message(
                "switch production to %(new)s by %(how)s, drain %(old)s; "
                "%(version)s changes the database one-way: no return from here",
                new=new,
                how=_by(site),
                old=old,
                version=version,
            )
            if no_return
            else message(
                "switch production to %(new)s by %(how)s, drain %(old)s",
                new=new,
                how=_by(site),
                old=old,
            ),
            moved
            and facts.previewed is old
            and not facts.switching_to
            and told(Stage.SWITCH, Point.AFTER_SWITCH),
        ),
        planned(
            Stage.WATCH,
            message(
                "watch production for %(time)s; a breach switches back to %(colour)s",
                time=duration.show(site.watch.length),
                colour=old,
            ),
            past is not None and past.verdict is not None,
            site.watch.length > 0,
        ),
        planned(
            Stage.RETIRE,
            _retirement(site, old),
            Stage.RETIRE in done
            or (moved and _retired(site, live) and told(Stage.RETIRE, Point.AFTER_RETIRE)),
            rules.standby.after is not After.KEEP and not facts.systems[old].is_adopted,
        ),
    )


def reached(site: Site, facts: Facts, past: ReleaseState) -> Outcome | None:
    """Return the outcome of a release of which only the end is not written.

    None while anything of it is left to do, or what is live is not what it has decided for.
    """
    if facts.switching_to is not None:
        return None
    if past.verdict == Judgement.BACK:
        return Outcome.ROLLED_BACK if facts.live is past.old else None
    if facts.live is not past.new or facts.systems[past.new].version != past.version:
        return None
    stages = plan_stages(site, facts, past.version, past)
    return None if any(it.state is State.TODO for it in stages) else Outcome.RELEASED


def _ready(system: System, version: str, image: str) -> bool:
    has_image = image in ("", system.image_id)
    return system.version == version and has_image and system.obstacle() is None


def _is_busy(system: System) -> bool:
    return system.stack is not None and system.stack.busy


def _deployment(system: System, version: str) -> str:
    if system.stack is None:
        return message(
            "deploy %(version)s to %(colour)s: builds it anew",
            version=version,
            colour=system.colour,
        )
    return message(
        "deploy %(version)s to %(colour)s: replaces its %(servers)s of version %(before)s",
        version=version,
        colour=system.colour,
        servers=_servers(system.size),
        before=system.version or "?",
    )


def _retired(site: Site, old: System) -> bool:
    standby = site.rules.standby
    return old.stack is None if standby.after is After.EMPTY else old.size <= standby.size


def _retirement(site: Site, old: Colour) -> str:
    match site.rules.standby.after:
        case After.SHRINK:
            return message(
                "shrink %(colour)s to %(servers)s",
                colour=old,
                servers=_servers(site.rules.standby.size),
            )
        case After.EMPTY:
            return message("delete %(colour)s", colour=old)
    return message("keep %(colour)s as it is", colour=old)


def _by(site: Site) -> str:
    if site.switch.method is Method.POOL:
        return message("one PUT of the listener's default pool")
    return message("one PUT of the production address")


def _logout(site: Site) -> str:
    notice = site.logout.notice if site.logout else 0
    if not notice:
        return message("tell users and log them out")
    return message(
        "tell users and log them out, after %(time)s of notice", time=duration.show(notice)
    )


def _seconds(site: Site, stage: Stage, known: Mapping[str, float]) -> float | None:
    if stage is Stage.WATCH:
        return site.watch.length
    return known.get(str(stage))


def _servers(count: int) -> str:
    return message("1 server") if count == 1 else message("%(count)s servers", count=count)


def _checks(count: int) -> str:
    return message("1 check") if count == 1 else message("%(count)s checks", count=count)
