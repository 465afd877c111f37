"""Releases: a version is taken all the way, from the plan to the decision.

What has been done is read from the cloud and from the journal each time, so that a release
that was killed goes on with the same command, on this machine or another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NoReturn

from ao import lock
from ao.apply.maintenance import wish
from ao.checks.checks import CheckFailed
from ao.cloud import SoftwareConfigList
from ao.config import stored
from ao.cutover.measurement import Measurement
from ao.errors import AoError, Refused
from ao.hooks import hooks, migration
from ao.journal import Act, Ask, Begun, Ended, Journal, Judgement, Noted, Outcome, Stage
from ao.message import message
from ao.message.vocabulary import word
from ao.operations import maintenance, operations, scale_in_hold, way_back
from ao.operations.chosen_image import image_id
from ao.operations.locked_site import LockedSite, locked
from ao.operations.switch_options import SwitchOptions
from ao.plan import adoption, guard
from ao.plan.facts import Facts
from ao.release import production, tasks, text_quota, window_warning
from ao.release.control import SELDOM, AbortRequested
from ao.release.durations import durations
from ao.release.errors import Aborted, RolledBack, WaitingForApproval
from ao.release.open_releases import (
    is_running,
    open_release,
    request,
    require_open,
    wait_until_ended,
)
from ao.release.person import Person
from ao.release.run import Options, ReleaseRun
from ao.release.stage_plan import Plan, State, colours, plan_stages, reached
from ao.release.state import ReleaseState
from ao.site import Site, checked_version
from ao.site.left_out import OF_SWITCH_BACK, left_out
from ao.site.notify import Event
from ao.site.rules import After
from ao.watch import login, query_check
from ao.work import Work

TAKERS: Mapping[Stage, Callable[[ReleaseRun, Facts], None]] = {
    Stage.DEPLOY: tasks.deploy,
    Stage.CHECK: tasks.check,
    Stage.MATCH: tasks.match,
    Stage.APPROVE: tasks.approve,
    Stage.LOGOUT: tasks.log_out,
    Stage.SWITCH: production.switch,
    Stage.WATCH: production.watch,
    Stage.RETIRE: tasks.retire,
}
"""Functions that do the stages."""


def plan(
    work: Work, version: str, *, skip: frozenset[Stage] = frozenset(), image: str = ""
) -> Plan:
    """Return the stages that a release of a version would take now; nothing is changed."""
    chosen = image_id(work, image)
    journal = Journal(work)
    known = durations(journal.operations())
    unfinished = open_release(journal)
    so_far = unfinished if unfinished and unfinished.version == version else None
    facts = work.observe()
    _, new = colours(facts, so_far)
    return plan_stages(
        work.site,
        facts,
        version,
        so_far,
        known,
        skip=skip,
        no_return=migration.one_way(work, hooks.context(work, facts, new, version)),
        image=chosen,
    )


def release(work: Work, version: str, options: Options) -> Outcome | None:
    """Take a version all the way, or go on with the release of it that was begun.

    Return the outcome; None when stages are left to a later run. Raises ConfigError for what is no
    version, Locked, Refused while another release is open, CheckFailed, HookFailed, OutsideWindow,
    WaitingForApproval, RolledBack, Aborted, and as `reconcile.deploy` and `reconcile.switch` do.
    """
    checked_version(version)
    _refuse_without_file(work.site)
    if options.maintenance:
        wish(work.site)
    hooks.check(work.site)
    login.check(work.site)
    chosen = image_id(work, options.image)
    with _locked(work, f"release {version}", options, version) as site:
        held, journal, facts = site.work, site.journal, site.facts
        unfinished, begins = open_release(journal), False
        if unfinished is not None and unfinished.version != version:
            unfinished = _unless_over(site, unfinished, options)
        if unfinished is None:
            guard.may_write(facts)
            stored.check_format(held.cloud, held.site, site.texts)
            old, new = colours(facts, None)
            live = facts.systems[old]
            same = live.version == version and chosen in ("", live.image_id)
            if same and not facts.switching_to:
                held.note(
                    message("%(version)s is live already, on %(old)s.", version=version, old=old)
                )
                return Outcome.RELEASED
            if facts.switching_to:
                raise Refused(
                    message(
                        "a switch to %(colour)s was begun and is not finished",
                        colour=facts.switching_to,
                    ),
                    cure=message(
                        "`ao switch` finishes it, `ao up` calls it off if production has not moved."
                    ),
                )
            adoption.may_deploy(facts, new)
            query_check.check(held, new, version)
            stages = plan_stages(held.site, facts, version, skip=options.skip, image=chosen)
            text_quota.check(held, journal, stages, site.texts.count)
            releaser = Person(
                user=work.cloud.user, user_id=work.cloud.user_id, name=options.releaser
            )
            begun = Begun(
                act=Act.RELEASE,
                version=version,
                old=old,
                new=new,
                plan=tuple(it.text for it in stages),
                reason=options.reason,
                user_id=releaser.user_id,
                releaser=releaser.name,
                approve=held.site.rules.approve,
                image=chosen,
            )
            operation, begins = site.begin(begun), True
            unfinished = ReleaseState(
                id=operation.id,
                version=version,
                old=old,
                new=new,
                releaser=releaser,
                approve=held.site.rules.approve,
                image=chosen,
            )
        elif unfinished.version != version:
            raise Refused(
                message("the release of %(version)s has not ended", version=unfinished.version),
                cure=message("`ao release continue` goes on with it, `ao abort` ends it."),
            )
        elif chosen not in ("", unfinished.image):
            raise Refused(
                message("the release of %(version)s was begun with another image", version=version),
                cure=message(
                    "Without --image the same command goes on with it; `ao abort` ends it, and it "
                    "can be begun anew."
                ),
            )
        elif not _is_for(unfinished, options.releaser):
            raise Refused(
                message(
                    "the release of %(version)s was begun for %(releaser)s, not for %(wanted)s",
                    version=version,
                    releaser=unfinished.releaser,
                    wanted=options.releaser,
                ),
                cure=message(
                    "Without --releaser the same command goes on with it; `ao "
                    "abort` ends it, and it can be begun anew."
                ),
            )
        else:
            _check_queries(site, unfinished)
            operation = site.resume(unfinished.id)
        too_short = window_warning.window_warning(held, options.moment())
        if too_short:
            held.note(too_short)
        return _run(ReleaseRun(operation, unfinished, options, facts, new=begins))


def resume(work: Work, options: Options, *, named: str | None = None) -> Outcome | None:
    """Go on with the release that has not ended, which is no approval.

    Raises Refused when there is none, or another than the one that is named by its ID, how that
    begins, or its version; and as `release` does.
    """
    _refuse_without_file(work.site)
    hooks.check(work.site)
    login.check(work.site)
    with _locked(work, "release", options) as site:
        unfinished = require_open(open_release(site.journal), named)
        _check_queries(site, unfinished)
        return _run(ReleaseRun(site.resume(unfinished.id), unfinished, options, site.facts))


def back(work: Work, options: Options) -> None:
    """Make the system live again that was live before, with the version that it still has.

    One that was killed goes on to the same system when it is said again. An open release ends with
    it. Raises RolledBack when that one had moved production and Aborted when it had not; Refused
    when the standby is not what was live before; and as `operations.switch` does.
    """
    journal = Journal(work)
    if open_release(journal) is not None:
        abort(work, options)
        return
    facts = work.observe()
    known = journal.operations()
    to = way_back.begun(known, facts)
    if to is None:
        why = way_back.blocker(known, facts)
        if why or facts.live is None:
            raise Refused(
                message("there is no way back: %(why)s", why=why), cure=_without_way_back(facts)
            )
        to = facts.live.other
    else:
        work.note(message("Going on with the switch to %(colour)s that was broken off.", colour=to))
    with options.probes() if options.probes else nullcontext() as probe:
        measurement = Measurement(probe=probe) if probe else None
        now = operations.switch(
            work,
            to,
            SwitchOptions(quiet=options.quiet, measurement=measurement),
            i_know=options.i_know,
            reason=options.reason,
        )
    if maintenance.is_seen(work, now):
        maintenance.off(work, options.reason)


def _without_way_back(facts: Facts) -> str:
    """Return the cure that is told where `back` is refused."""
    if facts.live is None:
        return message("`ao up` builds the site; `ao switch blue` makes blue live.")
    if facts.switching_to is not None:
        return message(
            "`ao switch` finishes it; `ao switch %(name)s` goes to the other system.",
            name=facts.live.other.value,
        )
    return message(
        "`ao history` tells what was live; `ao switch %(name)s` "
        "makes %(colour)s live as it is, if that is what you want.",
        name=facts.live.other.value,
        colour=facts.live.other,
    )


def abort(work: Work, options: Options, *, version: str | None = None, wait: bool = False) -> None:
    """End the open release: production goes back to the system that was live before it.

    One that runs is asked to do so itself; with `wait` until it has, or has stopped, and then
    it is done here. Raises Aborted or RolledBack when it is done here, Refused without an open
    release, or one of that version, or ID, if one is told, Locked while something else runs.
    """
    if is_running(work):
        unfinished = request(work, Ask.ABORT, options.reason, version)
        work.note(
            message(
                "Asked the release of %(version)s to abort where it runs.",
                version=unfinished.version,
            )
        )
        if not wait:
            return
        wait_until_ended(work, unfinished.version)
        if open_release(Journal(work)) is None:
            return
    with _locked(work, "abort", options) as site:
        open_one = require_open(open_release(site.journal), version)
        running = ReleaseRun(site.resume(open_one.id), open_one, options)
        for note in left_out(running.work.site, OF_SWITCH_BACK):
            running.work.note(note)
            running.write(Noted(text=note))
        _abort(running, AbortRequested(work.cloud.user, options.reason))


def _unless_over(
    site: LockedSite, unfinished: ReleaseState, options: Options
) -> ReleaseState | None:
    """Return the open release, or None when all of it was done: then its end is written now.

    The last entry of a release may be lost, as when Heat does not answer, and nobody goes on with
    one that has done its work.
    """
    outcome = reached(site.work.site, site.work.observe(), unfinished)
    if outcome is None:
        return unfinished
    run = ReleaseRun(site.resume(unfinished.id), unfinished, options)
    run.end(outcome)
    run.work.note(
        message(
            "The release of %(version)s was %(outcome)s, which was not written down; it is now.",
            version=unfinished.version,
            outcome=word(outcome),
        )
    )
    return None


def _check_queries(site: LockedSite, unfinished: ReleaseState) -> None:
    """Ask the watch's queries once, if the release has not moved production. Raises ConfigError."""
    if Stage.SWITCH not in unfinished.done and unfinished.switched_at is None:
        query_check.check(site.work, unfinished.new, unfinished.version)


def _is_for(unfinished: ReleaseState, releaser: str) -> bool:
    """Return whether a release was begun for the person, or nobody is named."""
    return not releaser or releaser.casefold() == unfinished.releaser.name.casefold()


def _refuse_without_file(site: Site) -> None:
    """Refuse to release with what the cloud keeps of a site file: it has no checks and hooks."""
    if site.folder is None:
        raise Refused(
            message(
                "a release of %(name)s needs its site file, whose checks and hooks it runs",
                name=site.name,
            ),
            cure=message("Name it with --config."),
        )


@dataclass(frozen=True, kw_only=True)
class ReleaseSite(LockedSite):
    """A site whose lock a release holds."""

    facts: Facts
    """Facts that were observed once the lock was held."""
    texts: SoftwareConfigList
    """The project's texts, listed once the lock was held."""


@contextmanager
def _locked(work: Work, purpose: str, options: Options, version: str = "") -> Iterator[ReleaseSite]:
    """Hold the site's lock while the body runs, and have no load take servers meanwhile.

    It is for the release of a version, or for the open one.
    """

    def now() -> datetime:
        return datetime.fromtimestamp(options.moment(), UTC)

    with locked(work, purpose, release=version, now=now) as site:
        facts = site.work.observe()
        texts = site.work.cloud.software_configs.listing()
        site.journal.know(texts)
        with scale_in_hold.hold_scale_in(replace(site.work, texts=texts), facts) as held:
            yield ReleaseSite(
                work=held,
                journal=site.journal,
                taken_over=site.taken_over,
                facts=facts,
                texts=texts,
            )


def _run(run: ReleaseRun) -> Outcome | None:
    """Take all stages that are to do."""
    if run.options.known is not None:
        run.options.known(run.past.id, run.past.version)
    run.notify(Event.START)
    try:
        return _stages(run)
    except AbortRequested as asked:
        _abort(run, asked)
    except (RolledBack, WaitingForApproval, Aborted):
        raise
    except AoError as error:
        _failed(run, error)
        raise
    except KeyboardInterrupt:
        run.write(Noted(text=message("interrupted")))
        raise


def _stages(run: ReleaseRun) -> Outcome | None:
    _mind_return(run)
    for stage in Stage:
        keeps = run.work.site.rules.standby.after is After.KEEP
        if stage is Stage.RETIRE and keeps and run.options.until is not stage:
            # Nothing is to do whatever the facts are, and they are not read for that.
            break
        facts = run.facts()
        found = plan_stages(run.work.site, facts, run.past.version, run.past, skip=run.options.skip)
        planned = next(it for it in found if it.stage is stage)
        if planned.state is State.TODO:
            run.listen(0.0 if stage is Stage.SWITCH else SELDOM)
            # A pause may have taken hours.
            facts = run.facts()
            if stage is Stage.WATCH and run.options.detach:
                run.work.note(
                    message("The decision window is open; `ao watch` watches and decides.")
                )
                return None
            with run.part(stage, planned.text):
                TAKERS[stage](run, facts)
            run.finished(stage)
        elif stage is Stage.SWITCH and planned.state is State.DONE:
            # A run that was killed may have moved production and left its users elsewhere.
            maintenance.end_of_switch(run.work, facts)
        if stage is run.options.until:
            run.work.note(
                message("Stopped after %(stage)s; the same command goes on.", stage=stage)
            )
            return None
    run.listen()
    run.end(Outcome.RELEASED)
    return Outcome.RELEASED


def _mind_return(run: ReleaseRun) -> None:
    """Go on with a way back that was begun, and end a release whose version was left otherwise.

    A process that was killed may have moved production away from errors, which comes before the
    verdict; and somebody may have switched back by hand, which no release undoes. Raises RolledBack
    in each of these cases.
    """
    begun_before = message("it was begun before")
    if run.past.verdict == Judgement.BACK:
        production.go_back(run, begun_before)
    if Stage.SWITCH not in run.past.done:
        return
    facts, old = run.facts(), run.past.old
    if facts.live is not old or facts.switching_to is run.past.new:
        return
    if facts.switching_to is old:
        production.go_back(run, begun_before)
    why = message("production was moved back to %(colour)s already", colour=old)
    run.end(Outcome.ROLLED_BACK, why)
    raise RolledBack(
        message("the release of %(version)s has ended: %(why)s", version=run.past.version, why=why),
        cure=message(
            "`ao history` tells who did; `ao release %(version)s` begins it anew.",
            version=run.past.version,
        ),
    )


def _abort(run: ReleaseRun, asked: AbortRequested) -> NoReturn:
    """End a release as somebody asks. Raises Aborted, or RolledBack when production had moved."""
    facts = run.observe()
    moving = facts.live is run.past.new or facts.switching_to is run.past.new
    # A way back that was killed in between has users on two systems, or leaves the preview behind.
    moving = moving or (run.past.switching and facts.switching_to is run.past.old)
    # What is live may have come there otherwise than by this release.
    if moving and facts.systems[run.past.new].version == run.past.version:
        try:
            production.go_back(run, str(asked))
        except RolledBack:
            maintenance.lift(run.work, run.observe())
            raise
    maintenance.lift(run.work, facts)
    run.end(Outcome.ABORTED, str(asked))
    raise Aborted(
        message(
            "the release of %(version)s was %(asked)s; production is on %(colour)s",
            version=run.past.version,
            asked=asked,
            colour=facts.live,
        ),
        cure=message("`ao release %(version)s` begins it anew.", version=run.past.version),
    )


def _failed(run: ReleaseRun, error: AoError) -> None:
    """Write down that a release stopped.

    It stays open once production has moved, while it is on its way back, and when the lock is lost.
    """
    run.notify(Event.FAILURE, why=error.message)
    if isinstance(error, lock.LockLost):
        # Who has the lock now may go on with the release, and must not find it ended.
        run.write(Noted(text=message("stopped: %(message)s", message=error.message)))
        return
    facts = run.observe()
    returning = run.past.verdict == Judgement.BACK and facts.switching_to is run.past.old
    if facts.live is run.past.new or facts.switching_to is run.past.new or returning:
        run.write(Noted(text=message("stopped: %(message)s", message=error.message)))
        run.work.note(
            message(
                "Production is on %(live)s. `ao release continue` goes on, `ao abort` goes back.",
                live=facts.live,
            )
        )
        return
    outcome = Outcome.CHECK_FAILED if isinstance(error, CheckFailed) else Outcome.FAILED
    run.write(Ended(outcome=outcome, why=error.message))
    run.work.note(
        message(
            "The release of %(version)s has ended, production is on "
            "%(live)s. `ao release %(version)s` begins it anew.",
            version=run.past.version,
            live=facts.live or "nothing",
        )
    )
