"""What the stages of a release do, before production is switched and after it is kept."""

from __future__ import annotations

from ao.checks import checks, junit
from ao.hooks import logout
from ao.journal import Ask, Asked, Checked, CheckResult
from ao.message import message
from ao.operations import reconcile
from ao.plan import guard
from ao.plan.facts import Facts
from ao.release import approval, production
from ao.release.errors import WaitingForApproval
from ao.release.person import Person
from ao.release.run import ReleaseRun
from ao.site.hooks import Point
from ao.site.notify import Event
from ao.site.rules import After, Approve


def deploy(run: ReleaseRun, facts: Facts) -> None:
    """Bring the version to the standby."""
    run.hook(Point.BEFORE_DEPLOY)
    seen = run.fresh
    run.seen(None)
    run.seen(reconcile.deploy(run.attention.work, run.past.version, seen))
    run.hook(Point.AFTER_DEPLOY)


def check(run: ReleaseRun, facts: Facts) -> None:
    """Check the standby on its preview. Raises CheckFailed."""
    run.hook(Point.BEFORE_CHECK)
    work, version = run.attention.work, run.past.version
    told = run.context()
    results = checks.run(work, told.preview_url, run.past.new, version, told.preview_header)
    run.write(
        Checked(
            results=tuple(
                CheckResult(name=it.name, passed=it.passed, seconds=it.seconds, why=it.why)
                for it in results.results
            )
        )
    )
    if run.options.junit is not None:
        junit.write(results, run.options.junit, work.site, version)
    checks.raise_failed(results)
    run.hook(Point.AFTER_CHECK)


def match(run: ReleaseRun, facts: Facts) -> None:
    """Bring the standby to at least the live system's size, its servers healthy."""
    size = max(system.size for system in facts.systems.values())
    run.seen(None)
    run.seen(reconcile.scale(run.attention.work, run.past.new, size))


def approve(run: ReleaseRun, facts: Facts) -> None:
    """Have somebody approve. Raises WaitingForApproval where nobody has.

    Whoever is at the terminal approves for themselves, unless it takes two people.
    """
    old, new, version, release = run.past.old, run.past.new, run.past.version, run.past.id
    rule = run.work.site.rules.approve.stricter(run.past.approve)
    run.notify(Event.WAITING, approve=message("ao approve %(release)s", release=release))
    if rule is not Approve.TWO_PEOPLE and run.options.ask is not None:
        question = message(
            "Switch production from %(old)s to %(new)s with version %(version)s?",
            old=old,
            new=new,
            version=version,
        )
        if run.options.ask(question):
            here = Person(user=run.work.cloud.user, user_id=run.work.cloud.user_id)
            given = approval.wanted(run.past, facts, here)
            run.write(Asked(ask=Ask.APPROVE, reason=message("at the terminal"), approval=given))
            return
    run.listen(0.0)
    if approval.counting(run.past, run.facts(), rule) is not None:
        return
    for it in run.past.approvals:
        why = approval.objection(it, run.past, facts, rule)
        run.work.note(
            message(
                "An approval by %(person)s %(why)s: it lets nothing through.",
                person=it.person,
                why=why,
            )
        )
    raise WaitingForApproval(
        message(
            "the release of %(version)s waits for approval; production is on %(old)s",
            version=version,
            old=old,
        ),
        cure=message(
            "Somebody else than %(releaser)s approves with `ao approve %(release)s`, then "
            "`ao release continue %(release)s` goes on; `ao abort` ends it.",
            releaser=run.past.releaser,
            release=release,
        )
        if rule is Approve.TWO_PEOPLE
        else message(
            "`ao approve %(release)s` approves, then `ao release continue %(release)s` goes on; "
            "`ao abort` ends it.",
            release=release,
        ),
    )


def log_out(run: ReleaseRun, facts: Facts) -> None:
    """Tell users, wait, log them out."""
    production.await_window(run)
    logout.run(run.attention.work, run.context(), run.countdown(message("users are logged out")))


def retire(run: ReleaseRun, facts: Facts) -> None:
    """Make a small standby of the old system, or delete it."""
    guard.may_change(facts, run.past.old, act="retire")
    run.hook(Point.BEFORE_RETIRE)
    standby, old = run.work.site.rules.standby, run.past.old
    run.seen(None)
    if standby.after is After.EMPTY:
        reconcile.down(run.attention.work, frozenset({old}))
    else:
        reconcile.scale(run.attention.work, old, standby.size)
    run.hook(Point.AFTER_RETIRE)
