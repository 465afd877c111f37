"""Room in Heat for the texts of a release, looked at before it begins."""

from __future__ import annotations

from collections.abc import Sequence

from ao.errors import AoError, QuotaExceeded
from ao.journal import Journal
from ao.journal.folding import ARCHIVES
from ao.message import message
from ao.release.stage_plan import PlannedStage, State
from ao.work import Work

BESIDES = 16
"""Entries that a release writes besides those of its stages: its beginning and its end, its checks,
the baseline, the switch, the migration, the verdict, an override, a lock that is taken over; the
beginning and end of the way back and its switch; and some that others ask for."""
FULL = 0.75
"""Part of the limit from which on it is told what to do."""


def needed(stages: Sequence[PlannedStage]) -> int:
    """Return how many texts a release of these stages writes at most, before it is folded."""
    return 2 * sum(it.state is State.TODO for it in stages) + BESIDES + ARCHIVES


def check(work: Work, journal: Journal, stages: Sequence[PlannedStage], used: int) -> None:
    """Refuse a release whose texts would not fit into the project; tell when few more do.

    The project has `used` texts. Where more do not fit, the site's own journal is folded first.
    Raises QuotaExceeded.
    """
    limit, more = work.site.rules.texts, needed(stages)
    if limit < 0:
        return
    if used + more > limit:
        used = _folded(work, journal)
    if used + more > limit:
        raise QuotaExceeded(
            message(
                "Heat keeps %(limit)s texts of a project (max_software_configs_per_tenant), this "
                "one has %(used)s, and a release writes up to %(needed)s; nothing was changed",
                limit=limit,
                used=used,
                needed=more,
            ),
            cure=message(
                "`openstack software config list` shows them, `openstack software config delete "
                "ID` removes what nobody needs; once there is room, `ao up` folds the journal of "
                "each site. Or have the cloud's operator raise the limit, and write it into the "
                "site file as `journal: quota`."
            ),
        )
    if used + more >= FULL * limit:
        work.note(
            message(
                "The project has %(used)s of the %(limit)s texts that Heat keeps of it "
                "(max_software_configs_per_tenant). `ao up` folds the journal of a site, which "
                "takes 20 texts at most then; `openstack software config list` shows what else is "
                "there. Or have the cloud's operator raise the limit, and write it into the site "
                "file as `journal: quota`.",
                used=used,
                limit=limit,
            )
        )


def _folded(work: Work, journal: Journal) -> int:
    """Fold the journal as far as there is room, and return how many texts are left."""
    try:
        journal.fold(work.site.rules.keep)
    except AoError as error:
        work.note(message("The journal was not folded: %(message)s.", message=error.message))
    return work.cloud.software_configs.listing().count
