"""Events: entries of a site's journal whose texts its page shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from django.core.cache import cache

from ao.cloud import Cloud, SoftwareConfig
from ao.journal import ALONE, Entry, Heading, Journal, Outcome, entry, summary
from ao.work import Work

KINDS = frozenset({"asked", "override", "take-over"})
"""Kinds of entries that are always shown."""
NOTE, STEP = "note", "step begun"
ENDS = frozenset({Outcome.ABORTED, Outcome.ROLLED_BACK})
"""Outcomes of which somebody or something else than the operation itself is the reason."""
DAY = 86_400
"""Seconds for which a text is remembered."""
STEPS = 60
"""Steps of the last operation whose texts are read."""


def events(journal: Journal, most: int) -> tuple[Entry, ...]:
    """Return the latest `most` events of a site and the beginnings of its last operation's steps.

    What tells only that an operation began, or ended well, is told by its name alone. Entries
    never change, so Heat is asked for a text once a day, and only for those who see its name.
    """
    return journal.chosen(partial(_shown, most=most))


def remembered(work: Work) -> Journal:
    """Return the journal of a site, of which Heat is asked for a text once a day."""
    return Journal(work, text=_remembered(work.cloud))


def _remembered(cloud: Cloud) -> Callable[[SoftwareConfig], str]:
    """Return what reads the text of a record, from Django's cache where it has been read."""

    def text(record: SoftwareConfig) -> str:
        key = f"ao-entry-{record.id}"
        known: str | None = cache.get(key)
        if known is None:
            # A text that is too long is told by its first characters, too.
            known = cloud.software_configs.read(record)[: entry.CAP + 1]
            cache.set(key, known, DAY)
        return known

    return text


def _shown(headings: Sequence[Heading], *, most: int) -> Collection[Heading]:
    """Return the headings of the entries that are shown."""
    latest = sorted(filter(_is_event, headings), key=lambda heading: heading.at)[-most:]
    begun = [heading for heading in headings if heading.kind == STEP]
    last = begun[-1].release if begun else ""
    steps = [heading for heading in begun if heading.release == last][-STEPS:]
    return {*latest, *steps}


def _is_event(heading: Heading) -> bool:
    """Return whether an entry is shown with its text, whatever operation it is of."""
    if isinstance(heading.summary, summary.Ended):
        return heading.summary.outcome in ENDS
    if heading.kind == NOTE:
        return heading.release == ALONE
    return heading.kind in KINDS
