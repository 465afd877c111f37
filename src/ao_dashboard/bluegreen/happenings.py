"""Happenings: entries of the journal that tell of more than the beginnings and ends of acts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache

from ao.cloud import Cloud, Record
from ao.errors import NotFound
from ao.journal import ALONE, Entry, Heading, Outcome, entry
from ao.journal.heading import prefix

KINDS = frozenset({"asked", "override", "take-over"})
ENDS = frozenset({Outcome.ABORTED, Outcome.ROLLED_BACK})
"""Ends of which somebody or something else than the act itself is the reason."""
DAY = 86_400
READERS = 8
"""Texts that are asked for side by side."""


def happenings(cloud: Cloud, site: str, most: int) -> tuple[Entry, ...]:
    """The latest so many of a site, newest first.

    Entries never change, so a text is asked for once, and only by those who see its name.
    """
    found = {
        record.id: (record, heading)
        for record in cloud.records.all(prefix(site))
        if (heading := Heading.read(record.name)) is not None and _counts(heading)
    }
    latest = sorted(found.values(), key=lambda pair: pair[1].at, reverse=True)[:most]

    def look(pair: tuple[Record, Heading]) -> Entry | None:
        record, heading = pair
        key = f"ao-entry-{record.id}"
        text: str | None = cache.get(key)
        if text is None:
            try:
                text = cloud.records.read(record)
            except NotFound:
                return None
            cache.set(key, text, DAY)
        return entry.read(record.id, heading, text)

    with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="happenings") as pool:
        return tuple(it for it in pool.map(look, latest) if it is not None)


def _counts(heading: Heading) -> bool:
    match heading.kind:
        case "end":
            return bool(ENDS.intersection(heading.words))
        case "note":
            return heading.release == ALONE
    return heading.kind in KINDS
