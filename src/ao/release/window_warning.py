"""Whether a release fits its maintenance window, told before it begins."""

from __future__ import annotations

from ao.journal import MOVING, Journal
from ao.window import window
from ao.work import Work


def window_warning(work: Work, moment: float) -> str | None:
    """Return a warning when the open or next window is too short for a release; else None.

    The times are those that the journal's latest releases took.
    """
    site = work.site
    if not site.window.every:
        return None
    opening = window.open_at(site.window, moment) or window.next_opening(site.window, moment)
    if opening is None:
        return None
    # It loads numpy, which a release without a window has no need of.
    from ao.timetable import default_procedure, fit, history

    journal = Journal(work)
    releases = [it for it in journal.operations() if it.act in MOVING]
    latest = releases[-history.LATEST :]
    entries = [entry for release in latest for entry in journal.entries(release.id)]
    known = default_procedure.default_procedure(
        forced_logout=site.logout.notice if site.logout else 0.0, watch=site.watch.length
    )
    known, _ = history.applied(known, history.measured(latest, history.drains(entries)))
    return fit.warning(known, opening.end - max(moment, opening.begin))
