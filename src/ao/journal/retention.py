"""Which entries of a journal are kept: those of its latest operations. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ao.cloud import SoftwareConfig
from ao.journal.heading import ALONE, Heading
from ao.journal.operation import operations


def superseded(
    entries: Sequence[tuple[SoftwareConfig, Heading]], keep: int
) -> list[SoftwareConfig]:
    """Return the entries that are older than the latest `keep` operations.

    An operation that has not ended counts as any other. One that only took the lock by hand
    or freed it does not count: its entries, and those of no operation, go once they are older
    than all that is kept.
    """
    acts = operations(heading for _, heading in entries)
    kept = [act for act in acts if not act.on_lock][-keep:] if keep else []
    ids, since = {act.id for act in kept}, min((act.begun for act in kept), default=None)
    aside = {ALONE, *(act.id for act in acts if act.on_lock)}
    return [
        record
        for record, heading in entries
        if (heading.release not in ids and heading.release not in aside)
        or (heading.release in aside and since is not None and heading.at < since)
    ]
