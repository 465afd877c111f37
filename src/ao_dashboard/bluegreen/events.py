"""Events: entries of a site's journal whose texts its page shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache

from ao.cloud import SoftwareConfig
from ao.errors import NotFound
from ao.journal import (
    ALONE,
    Entry,
    Heading,
    Invalid,
    InvalidEntry,
    Outcome,
    entry,
    headings,
    sentences,
    summary,
)
from ao.journal.heading import prefix
from ao.work import Work

KINDS = frozenset({"asked", "override", "take-over"})
NOTE, STEP = "note", "step begun"
ENDS = frozenset({Outcome.ABORTED, Outcome.ROLLED_BACK})
"""Ends of which somebody or something else than the act itself is the reason."""
DAY = 86_400
READERS = 8
"""Texts that are asked for side by side."""
STEPS = 60
"""Steps of the last operation whose texts are read."""


def events(work: Work, most: int) -> tuple[Entry, ...]:
    """The latest so many of a site, newest first, and the beginnings of its last steps.

    What tells only that an operation began, or ended well, is told by its name alone. Entries
    never change, so a text is asked for once, and only by those who see its name. One that
    breaks the journal's rules is told and left out; of names, whoever reads the operations tells
    it.
    """
    found, _ = headings(work.cloud, prefix(work.site.name))
    counting = [(record, heading) for record, heading in found if _counts(heading)]
    latest = sorted(counting, key=lambda pair: pair[1].at, reverse=True)[:most]
    begun = [(record, heading) for record, heading in found if heading.kind == STEP]
    last = begun[-1][1].release if begun else ""
    steps = [pair for pair in begun if pair[1].release == last][-STEPS:]

    def look(pair: tuple[SoftwareConfig, Heading]) -> Entry | InvalidEntry | None:
        record, heading = pair
        key = f"ao-entry-{record.id}"
        text: str | None = cache.get(key)
        if text is None:
            try:
                text = work.cloud.software_configs.read(record)[: entry.CAP + 1]
            except NotFound:
                return None
            cache.set(key, text, DAY)
        try:
            return entry.read(record.id, heading, text)
        except Invalid as error:
            return InvalidEntry(id=record.id, why=str(error), site=work.site.name)

    with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="events") as pool:
        read = list(pool.map(look, [*latest, *steps]))
    for sentence in sentences([it for it in read if isinstance(it, InvalidEntry)]):
        work.tell_once(sentence)
    return tuple(it for it in read if isinstance(it, Entry))


def _counts(heading: Heading) -> bool:
    if isinstance(heading.summary, summary.Ended):
        return heading.summary.outcome in ENDS
    if heading.kind == NOTE:
        return heading.release == ALONE
    return heading.kind in KINDS
