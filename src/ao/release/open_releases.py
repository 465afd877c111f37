"""The open release: whether there is one, and what other processes ask of it."""

from __future__ import annotations

from collections.abc import Callable

from ao import lock
from ao.clock import Ready, Waiting
from ao.errors import AoError, Forbidden, Refused
from ao.journal import Ask, Asked, Journal, Stage, Unreadable
from ao.message import message
from ao.message.vocabulary import word
from ao.plan.facts import Facts
from ao.release import approval
from ao.release.control import INTERVAL, RARELY
from ao.release.person import Person, are_two
from ao.release.stage_plan import reached
from ao.release.state import ReleaseState, read_state
from ao.site.rules import Approve
from ao.text_format import UPGRADE
from ao.work import Work


def open_release(journal: Journal) -> ReleaseState | None:
    """Return the release that was begun and has not ended, or None.

    One whose beginning cannot be read, or breaks the journal's rules, opens none. Raises Refused
    if entries of it have a newer format: this version of Ao does not know where it is.
    """
    for it in reversed(journal.open_releases()):
        entries = journal.entries(it.id)
        for entry in entries:
            if isinstance(entry.event, Unreadable) and entry.event.newer is not None:
                raise Refused(
                    message(
                        "release %(release)s is open, and its entry %(id)s %(why)s",
                        release=it.id,
                        id=entry.id,
                        why=entry.event.newer,
                    ),
                    cure=UPGRADE,
                )
        state = read_state(entries)
        if state is not None:
            return state
    return None


def note(work: Work, facts: Callable[[], Facts]) -> str | None:
    """Return a sentence on the open release for who looks at the site; None without one.

    `facts` gives those of the site once they are needed, and may raise; what the journal and the
    lock do not tell is said instead.
    """
    try:
        unfinished = open_release(Journal(work))
        running = unfinished is not None and is_running(work)
    except AoError as error:
        return message("%(sentence)s.", sentence=error.message)
    if unfinished is None:
        return None
    if running:
        return message(
            "Release %(id)s of %(version)s runs: `ao pause` and `ao abort` reach it.",
            id=unfinished.id,
            version=unfinished.version,
        )
    outcome = reached(work.site, facts(), unfinished)
    if outcome is None:
        return message(
            "Release %(id)s of %(version)s is open: `ao release continue` goes on with it, "
            "`ao abort` ends it.",
            id=unfinished.id,
            version=unfinished.version,
        )
    return message(
        "Release %(id)s of %(version)s was %(outcome)s, which is not written down: "
        "`ao release continue` or the next release does that.",
        id=unfinished.id,
        version=unfinished.version,
        outcome=word(outcome),
    )


def require_open(unfinished: ReleaseState | None, named: str | None = None) -> ReleaseState:
    """Return the open release, which must be the one that is named if one is.

    A name is its ID, how that begins, or its version. Raises Refused.
    """
    if unfinished is None:
        raise Refused(
            message("no release is open")
            if named is None
            else message("no release of %(version)s is open", version=named),
            cure=message("`ao release VERSION` begins one."),
        )
    if named is not None and not unfinished.is_called(named):
        raise Refused(
            message(
                "no release of %(version)s is open: release %(release)s of %(number)s is",
                version=named,
                release=unfinished.id,
                number=unfinished.version,
            ),
            cure=message(
                "`ao show %(release)s` tells of it; name it so if you mean it.",
                release=unfinished.id,
            ),
        )
    return unfinished


def is_running(work: Work) -> bool:
    """Return whether a process works on the site at this moment, on a release or otherwise."""
    return _process(work) is not None


def _process(work: Work) -> lock.Holder | None:
    """Return the process that holds the site's lock, or None."""
    holder = lock.holder(work)
    return None if holder is None or holder.over or holder.by_hand else holder


def _runs(holder: lock.Holder | None, version: str) -> bool:
    """Return whether a lock's holder is at work on the release of a version, or aborts it."""
    claim = holder.claim if holder is not None else None
    if claim is None:
        return False
    if claim.release is None:
        # Ao 0.1.0 tells it by its purpose alone, and knows a newer Ao by the same words.
        return claim.purpose in {"release", f"release {version}", "abort"}
    return claim.release in {"", version}


def pause(work: Work, reason: str = "") -> ReleaseState:
    """Have the release that runs wait, wherever it runs. Raises as `request`."""
    return request(work, Ask.PAUSE, reason)


def go_on(work: Work, reason: str = "", named: str | None = None) -> ReleaseState:
    """End the pause of the release that runs, which is no approval. Raises as `request`."""
    return request(work, Ask.RESUME, reason, named)


def approve(
    work: Work, reason: str = "", *, named: str | None = None, approver: str = ""
) -> ReleaseState:
    """Approve of the open release's switch, as it is deployed now; return the release.

    `approver` is the person for whom the user approves, as a CI names one. Nothing is written
    when it is approved already. Raises Refused as `require_open`, when there is nothing to approve,
    and when the site asks for two people and these are not known to be two.
    """
    journal = Journal(work)
    unfinished = require_open(open_release(journal), named)
    facts, rule = work.observe(), work.site.rules.approve.stricter(unfinished.approve)
    person = Person(user=work.cloud.user, user_id=work.cloud.user_id, name=approver)
    if approval.counting(unfinished, facts, rule) is not None:
        return unfinished
    new, version = unfinished.new, unfinished.version
    if new in (facts.live, facts.switching_to):
        raise Refused(
            message(
                "there is nothing to approve: production has moved to %(new)s already", new=new
            ),
            cure=message("`ao release continue` goes on, `ao abort` goes back."),
        )
    standby = facts.systems[new]
    is_there = Stage.DEPLOY in unfinished.done and standby.version == version
    if is_there and standby.stack and standby.stack.busy:
        raise Refused(
            message("there is nothing to approve yet: Heat is at work on %(new)s", new=new),
            cure=message("Wait for it (`ao status`), then approve."),
        )
    if not approval.is_deployed(unfinished, facts):
        raise Refused(
            message(
                "there is nothing to approve yet: %(new)s has not got %(version)s",
                new=new,
                version=version,
            ),
            cure=message(
                "`ao release %(version)s` brings it there; approve of it when it waits for that.",
                version=version,
            ),
        )
    if rule is Approve.TWO_PEOPLE and not are_two(unfinished.releaser, person):
        raise Refused(
            message(
                "%(who)s has begun the release of %(version)s, and the site "
                "asks for another person to approve: %(name)s is not known to "
                "be one",
                who=unfinished.releaser,
                version=version,
                name=person,
            ),
            cure=message(
                "Have somebody else approve, with an OpenStack user of their "
                "own. Where one user acts for all, as in a CI, name the "
                "people: `ao release --releaser NAME` begins it, `ao approve "
                "--approver NAME` approves."
            ),
        )
    event = Asked(
        ask=Ask.APPROVE, reason=reason, approval=approval.wanted(unfinished, facts, person)
    )
    try:
        journal.write(event, unfinished.id)
    except Forbidden as error:
        raise Forbidden(
            message("your roles do not let you approve: %(message)s", message=error.message),
            cure=message("Somebody with the role of a member of the project may approve."),
        ) from error
    _mark(work)
    return unfinished


def request(work: Work, what: Ask, reason: str, named: str | None = None) -> ReleaseState:
    """Ask something of the open release, and return that release; raises as `require_open`.

    Raises Locked while a process of something else holds the site's lock: the release does not
    run then, and would not hear it.
    """
    journal = Journal(work)
    unfinished = require_open(open_release(journal), named)
    holder = _process(work)
    if holder is not None and not _runs(holder, unfinished.version):
        raise lock.refusal(work.site, holder)
    journal.write(Asked(ask=what, reason=reason), unfinished.id)
    _mark(work)
    return unfinished


def _mark(work: Work) -> None:
    """Have the process that runs the release hear at once what the journal has; a failure is told.

    It hears that all the same, later.
    """
    try:
        lock.mark(work)
    except AoError as error:
        work.note(
            message(
                "%(message)s. The release hears of it where it runs within %(seconds)s s.",
                message=error.message,
                seconds=round(RARELY),
            )
        )


def wait_until_ended(work: Work, version: str) -> None:
    """Come back when no process runs the release of a version any more."""
    work.clock.until(
        lambda: Waiting() if _runs(_process(work), version) else Ready(None),
        what=message("the release to end where it runs"),
        deadline=work.site.deadlines.build,
        interval=INTERVAL,
        cure=message("`ao status` shows what is, `ao abort` asks again."),
    )
