"""The open release: whether there is one, and what other processes ask of it."""

from __future__ import annotations

from ao import lock
from ao.errors import Refused
from ao.journal import Ask, Asked, Journal
from ao.release.attention import INTERVAL
from ao.release.past import Past, past
from ao.work import Work


def open_release(journal: Journal) -> Past | None:
    """The release that was begun and has not ended, or None.

    One whose beginning cannot be read, or breaks the journal's rules, opens none.
    """
    open_ones = [it for it in journal.releases() if it.act == "release" and it.outcome is None]
    found = (past(journal.entries(it.id)) for it in reversed(open_ones))
    return next((it for it in found if it is not None), None)


def present(unfinished: Past | None, version: str | None = None) -> Past:
    """The open release, of that version if one is told; raises Refused without."""
    if unfinished is None or version not in (None, unfinished.version):
        which = "no release" if version is None else f"no release of {version}"
        raise Refused(f"{which} is open", cure="`ao release VERSION` begins one.")
    return unfinished


def runs(work: Work) -> bool:
    """Whether a process runs a release, or something else, on the site at this moment."""
    holder = lock.holder(work)
    return holder is not None and not holder.over and not holder.by_hand


def pause(work: Work, reason: str = "") -> None:
    """Have the release that runs wait, wherever it runs. Raises Refused without one."""
    ask(work, Ask.PAUSE, reason)


def go_on(work: Work, reason: str = "") -> None:
    """Approve of the release that runs, and end its pause. Raises Refused without one."""
    ask(work, Ask.APPROVE, reason)


def ask(work: Work, what: Ask, reason: str, version: str | None = None) -> Past:
    """Ask something of the open release, which it is; raises as `present`."""
    journal = Journal(work)
    unfinished = present(open_release(journal), version)
    journal.write(Asked(ask=what, reason=reason), unfinished.id)
    return unfinished


def await_end(work: Work) -> None:
    """Come back when no process runs a release any more."""
    work.clock.until(
        lambda: None if runs(work) else True,
        what="the release to end where it runs",
        deadline=work.site.deadlines.build,
        interval=INTERVAL,
        cure="`ao status` shows what is, `ao abort` asks again.",
    )
