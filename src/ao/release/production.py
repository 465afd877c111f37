"""Production in a release: it is moved, watched, and moved back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NoReturn

from ao.checks import checks
from ao.clock import Ready, Waiting
from ao.colour import Colour
from ao.cutover import measurement
from ao.cutover.measurement import Measurement, Probe
from ao.errors import DeadlinePassed, Refused
from ao.hooks import migration
from ao.interrupt import unbroken
from ao.journal import (
    SWITCH_BACK,
    Ended,
    Judged,
    Judgement,
    Measured,
    Outcome,
    Overridden,
    Switched,
)
from ao.message import message
from ao.operations import reconcile
from ao.operations.live_errors import LiveErrors
from ao.operations.switch_options import SwitchOptions
from ao.plan.facts import Facts
from ao.plan.observation import with_members
from ao.progress import Silent, Status
from ao.release.errors import RolledBack
from ao.release.run import ReleaseRun
from ao.report import report_files, sentences
from ao.site.hooks import Point
from ao.site.notify import Event
from ao.site.window import Outside
from ao.watch import decision_window
from ao.watch.sample import Baseline
from ao.watch.sampling import Sampler
from ao.watch.verdict import Decision
from ao.window import window

BEFORE = 3.0
"""Seconds that a probe looks at production right before a switch."""
MINUTE = 60.0


def await_window(run: ReleaseRun) -> None:
    """Come back when production may be switched. Raises OutsideWindow where that is the rule."""
    rules, moment = run.work.site.window, run.options.moment
    while window.open_at(rules, moment()) is None:
        refusal = window.outside(rules, moment())
        if run.options.override:
            run.write(Overridden(what=refusal.message, reason=run.options.override))
            return
        opening = window.next_opening(rules, moment())
        if rules.outside is Outside.REFUSE or opening is None:
            raise refusal
        left = opening.begin - moment()
        run.countdown(message("the maintenance window opens"))(left)
        # Nobody looks at the seconds of hours, and each look asks the cloud.
        run.attention.work.clock.sleep(min(1.0 if left < MINUTE else 10.0, left))


def switch(run: ReleaseRun, facts: Facts) -> None:
    """Make the new system live, measured, and note what production was like before."""
    if facts.live is run.past.old:
        await_window(run)
        run.hook(Point.BEFORE_SWITCH)
        _note_baseline(run, facts)
        run.work.forget_settings()
        _await_health(run)
    may_return = _may_return(run)
    answer = None if run.options.i_know else not may_return
    for event in migration.told(run.work, run.past.version, answer):
        run.write(event)
    with unbroken():
        _move(run, run.past.new, may_return=may_return)
    run.past = replace(run.past, switched_at=run.options.moment())
    run.notify(Event.SWITCH)
    run.hook(Point.AFTER_SWITCH)


def _await_health(run: ReleaseRun) -> None:
    """Come back when all servers of the new system pass the health check.

    One may fail it for a moment. After `deadlines.serve` the switch itself refuses. Where all of
    them passed a moment ago, the members alone are looked at anew: the switch goes by the facts of
    that moment, too.
    """

    def look() -> Ready[None] | Waiting:
        known = run.fresh
        before = known.systems[run.past.new] if known else None
        passed = known if before and before.online >= before.size else None
        facts = with_members(run.work.cloud, passed, run.past.new) if passed else run.observe()
        system = facts.systems[run.past.new]
        hopeless = system.stack is None or system.stack.failed
        if hopeless or system.online >= system.size:
            return Ready(None)
        seen = message(
            "%(online)s of %(size)s servers of %(new)s pass the health check",
            online=system.online,
            size=system.size,
            new=run.past.new,
        )
        run.work.progress.emit(Status(seen))
        run.seen(None)
        return Waiting(seen)

    with suppress(DeadlinePassed):
        run.attention.work.clock.until(
            look,
            what=message("the servers of %(colour)s to pass the health check", colour=run.past.new),
            deadline=run.work.site.deadlines.serve,
        )


def watch(run: ReleaseRun, facts: Facts) -> None:
    """Watch production for the decision window. Raises RolledBack after a breach."""
    rules, new = run.work.site.watch, facts.systems[run.past.new]
    baseline = run.past.baseline or Baseline.of(new, None, rules.requests)
    now = run.options.moment()
    # By the journal, which may be of a machine whose clock is ahead, or of a forger.
    begun = min(run.past.switched_at or now, now)
    tell = run.countdown(message("the decision window ends"))
    with _probing(run, facts) as probe:
        look = Sampler(
            work=run.work,
            watch=rules,
            baseline=baseline,
            new=new,
            probe=probe,
            checks=lambda: failing(run),
            moment=run.options.moment,
        )
        errors = LiveErrors(run.work, probe, run.past.new, compared=True) if probe else None
        verdict = decision_window.watch(
            run.attention.work,
            rules,
            baseline,
            look,
            begun + rules.length,
            countdown=lambda left, _findings: tell(left),
            only_errors=errors.look if errors else lambda: None,
            moment=run.options.moment,
        )
        returns = verdict.decision is Decision.BACK and _may_return(run)
        hooked = bool(run.work.site.hooks.get(Point.BEFORE_SWITCH_BACK))
        # Not even the journal is written before: users have nothing but errors.
        if verdict.only_errors and returns and not hooked:
            _rescue(run)
    if verdict.decision is Decision.BACK:
        _go_back(run, verdict.reason, returns=returns, urgent=verdict.only_errors)
    _judge(run, Judgement.KEEP, verdict.reason)


def _rescue(run: ReleaseRun) -> None:
    """Move production back at once, where a server is there to answer."""
    run.seen(None)
    with unbroken():
        reconcile.rescue(run.work, run.past.old, online=True)


def go_back(run: ReleaseRun, why: str) -> NoReturn:
    """Switch production back.

    Raises RolledBack when that is done, Refused past a one-way change of the database.
    """
    _go_back(run, why, returns=_may_return(run))


def _go_back(run: ReleaseRun, why: str, *, returns: bool, urgent: bool = False) -> NoReturn:
    """Switch production back if it `returns`; with `urgent` it moves before all but the hooks."""
    old, version = run.past.old, run.past.version
    if not returns:
        _judge(run, Judgement.NO_RETURN, why)
        raise migration.refusal(version, old)
    if run.past.verdict != Judgement.BACK:
        _judge(run, Judgement.BACK, why)
    with run.part(SWITCH_BACK, message("switch production back to %(colour)s", colour=old)):
        run.hook(Point.BEFORE_SWITCH_BACK)
        if urgent:
            _rescue(run)
        with unbroken():
            _move(run, old)
        run.hook(Point.AFTER_SWITCH_BACK)
    run.notify(Event.SWITCH_BACK)
    run.write(Ended(outcome=Outcome.ROLLED_BACK, why=why))
    raise RolledBack(
        message(
            "%(version)s was switched back, production is on %(colour)s: %(why)s",
            version=version,
            colour=old,
            why=why,
        ),
        cure=message(
            "`ao show %(release)s` tells more; %(colour)s has %(version)s still.",
            release=run.past.id,
            colour=run.past.new,
            version=version,
        ),
    )


def failing(run: ReleaseRun) -> tuple[str, ...]:
    """Run the site's checks on production; return a sentence for each that fails."""
    quietly = replace(run.work, progress=Silent())
    results = checks.run(quietly, run.context().url, run.past.new, run.past.version)
    return tuple(f"{it.name}: {it.why}" for it in results.results if not it.passed)


def _judge(run: ReleaseRun, verdict: Judgement, why: str) -> None:
    run.write(Judged(verdict=verdict, why=why))
    run.past = replace(run.past, verdict=verdict)
    run.work.note(
        message(
            "Decision: %(what)s: %(why)s.",
            what=verdict,
            why=why,
        )
    )


def _may_return(run: ReleaseRun) -> bool:
    """Return whether production may leave the version again: it changed no database one-way."""
    return run.options.i_know or not migration.one_way(run.work, run.context())


def _move(run: ReleaseRun, to: Colour, *, may_return: bool = False) -> None:
    """Switch production, measured; one that is not whole is taken where there is no better."""
    work = replace(run.work, draining=run.draining)
    with _measured(run) as measurement:
        options = SwitchOptions(
            may_return=may_return,
            compares_monitor=to is not run.past.old,
            quiet=run.options.quiet,
            maintenance=run.options.maintenance,
            measurement=measurement,
        )
        before = run.fresh
        run.seen(None)
        try:
            with reconcile.looking(work, before) as looks:
                run.seen(reconcile.switch(work, to, options, looks))
        except Refused as error:
            if to is not run.past.old:
                raise
            run.work.note(
                message(
                    "%(message)s. Switching back to the servers that pass.", message=error.message
                )
            )
            run.seen(reconcile.switch(work, to, replace(options, degraded=True)))


@contextmanager
def _measured(run: ReleaseRun) -> Iterator[Measurement | None]:
    """Give what measures a switch, if anything does, and keep its result in the journal."""
    if run.options.probes is None:
        yield None
        return
    with run.options.probes() as probe:
        measurement = Measurement(probe=probe)
        try:
            yield measurement
        finally:
            if measurement.cutover is not None:
                run.write(Switched(cutover=measurement.cutover))
                run.work.note(sentences.verdict(measurement.cutover))
                for path in run.options.reports:
                    report_files.write(measurement.cutover, path)


@contextmanager
def _probing(run: ReleaseRun, facts: Facts) -> Iterator[Probe | None]:
    """Have a probe ask production while the body runs; give None where it does not answer."""
    if run.options.probes is None:
        yield None
        return
    with run.options.probes() as probe:
        moved = facts.live is run.past.new
        why_not = measurement.begin(run.work, facts, probe, moved=moved)
        yield None if why_not else probe


def _note_baseline(run: ReleaseRun, facts: Facts) -> None:
    """Look at production as it is before the switch."""
    rules, new = run.work.site.watch, facts.systems[run.past.new]
    if not rules.length:
        return
    with _probing(run, facts) as probe:
        if probe is not None:
            run.attention.work.clock.sleep(BEFORE)
        baseline = Baseline.of(new, probe.sample() if probe else None, rules.requests)
    run.past = replace(run.past, baseline=baseline)
    run.write(
        Measured(
            error_rate=baseline.error_rate,
            latency_p95=baseline.latency_p95,
            online=baseline.online,
        )
    )
