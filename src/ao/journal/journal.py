"""The journal of a site: what was done to it, by whom, when and why.

Each entry is a text that the project keeps in Heat. Everybody with a role in the project
reads it; entries are added and never changed. Members may also write what they like: what
breaks the rules of `heading` and `events` is told, and nothing is taken from it.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from ao.cloud import Cloud, SoftwareConfig
from ao.errors import AoError, NotFound
from ao.journal import entry, retention
from ao.journal.entry import Entry
from ao.journal.events import Begun, Ended, Event, Outcome, StepEnded
from ao.journal.heading import ALONE, LIMIT, Heading, is_free, prefix
from ao.journal.invalid import Invalid, InvalidEntry, sentences
from ao.journal.operation import Operation, operations
from ao.journal.summary import MigrationTold
from ao.message import message
from ao.redaction import redact
from ao.site import is_name
from ao.untrusted.texts import line
from ao.work import Work

BAD = frozenset({Outcome.ABORTED, Outcome.CHECK_FAILED, Outcome.FAILED, Outcome.ROLLED_BACK})
"""Outcomes of operations and steps whose cause is told beside them."""
READERS = 8
"""Texts that are asked for side by side."""


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The journal of one site."""

    def __init__(
        self,
        work: Work,
        *,
        site: str | None = None,
        now: Callable[[], datetime] = _now,
        text: Callable[[SoftwareConfig], str] | None = None,
    ) -> None:
        """Open the journal of the work's site, or of the site of the project that is named.

        `text` returns the text of a record, where it may be known already; it raises NotFound
        of one that is pruned. Without it Heat is asked.
        """
        self._cloud = work.cloud
        self._text = text or work.cloud.software_configs.read
        self._site = work.site.name if site is None else site
        self._who = work.cloud.user
        self._work = work
        self._now = now
        self._invalid: dict[str, InvalidEntry] = {}
        """Entries from which nothing was taken, by the IDs of their records."""
        self._unwritten: list[tuple[str, str]] = []
        """Names and texts that could not be added yet, oldest first."""

    def begin(self, begun: Begun) -> str:
        """Add the beginning of an operation; return its new ID, which sorts by time.

        Raises CloudError: what cannot be written down is not begun.
        """
        release = f"{self._now():%Y%m%d-%H%M}-{secrets.token_hex(8)}"
        self.write(begun, release)
        return release

    def add(self, event: Event, release: str = ALONE) -> None:
        """Add an entry, whatever the cloud says.

        An entry that cannot be added is told to the user, and added with the next one.
        """
        told = bool(self._unwritten)
        self._unwritten.append(self._composed(event, release))
        try:
            self._flush()
        except AoError as error:
            if not told:
                self._work.note(
                    message(
                        "The journal is behind: %(message)s. What it lacks is kept "
                        "here and added with the next entry.",
                        message=error.message,
                    )
                )

    def write(self, event: Event, release: str = ALONE) -> None:
        """Add an entry, or raise CloudError."""
        self._cloud.software_configs.add(*self._composed(event, release))

    @property
    def invalid(self) -> tuple[InvalidEntry, ...]:
        """Entries from which nothing was taken so far; each was told."""
        return tuple(self._invalid.values())

    def all_invalid(self) -> tuple[InvalidEntry, ...]:
        """Return all entries of the site from which nothing is taken, and those that tell no site.

        The text of each entry is read for that.
        """
        self._read(self._headings())
        _, of_project = headings(self._cloud, prefix())
        nowhere = [it for it in of_project if not it.site]
        return (*self.invalid, *nowhere)

    def entries(self, release: str | None = None) -> tuple[Entry, ...]:
        """Return the entries of an operation, or all of the site, oldest first, with their events.

        What breaks the journal's rules is told and left out.
        """
        return self._read(
            [
                (record, heading)
                for record, heading in self._headings()
                if release in (None, heading.release)
            ]
        )

    def chosen(
        self, choose: Callable[[Sequence[Heading]], Collection[Heading]]
    ) -> tuple[Entry, ...]:
        """Entries with their events, oldest first: those of the headings that `choose` returns.

        `choose` gets the headings of all entries of the site, oldest first; no other text is read.
        """
        found = self._headings()
        wanted = choose([heading for _, heading in found])
        return self._read([(record, heading) for record, heading in found if heading in wanted])

    def requests(self, release: str, seen: Collection[str] = ()) -> tuple[Entry, ...]:
        """Return what others ask of a release, oldest first, but for entries with IDs in `seen`."""
        return self._read(
            [
                (record, heading)
                for record, heading in self._headings()
                if (heading.kind, heading.release) == ("asked", release) and record.id not in seen
            ]
        )

    def operations(self) -> tuple[Operation, ...]:
        """Return the operations on the site, oldest first; in one request."""
        return operations(heading for _, heading in self._headings())

    def causes(self, of: Iterable[Operation]) -> Mapping[str, str]:
        """Why operations ended otherwise than well, by their IDs; those without a cause lack.

        It is what the end of an operation tells, or else its last step, if that has failed.
        """
        bad = {
            it.id for it in of if it.outcome in BAD or (it.steps and it.steps[-1].outcome in BAD)
        }
        if not bad:
            return {}
        return {
            it.heading.release: it.event.why
            for it in self.chosen(lambda headings: _last_words(headings, bad))
            if isinstance(it.event, StepEnded | Ended) and it.event.outcome in BAD and it.event.why
        }

    def may_go_back(self, version: str) -> bool | None:
        """Return whether there is a way back from a version, as was told when it went live.

        False when any entry tells another thing, or one that cannot be read; None when no entry
        tells of that version. In one request.
        """
        told = [
            it.may_go_back
            for it in (heading.summary for _, heading in self._headings())
            if isinstance(it, MigrationTold) and it.version == version
        ]
        return all(told) if told else None

    def prune(self, keep: int) -> int:
        """Remove all but the latest `keep` operations; return how many entries went.

        An operation that has not ended counts as any other, a lock by hand does not count.
        """
        old = retention.superseded(self._headings(), keep)
        for record in old:
            self._cloud.software_configs.remove(record)
        return len(old)

    def forget(self) -> None:
        """Remove all entries of the site, those that break the rules too."""
        for record in self._cloud.software_configs.all(prefix(self._site)):
            self._cloud.software_configs.remove(record)

    def _composed(self, event: Event, release: str) -> tuple[str, str]:
        """Return the name and the text of an event that happens now."""
        heading = Heading(
            site=self._site,
            at=self._now(),
            release=release,
            kind=event.kind,
            who=self._who,
            words=tuple(
                redact(word) if is_free(event.kind, place) else word
                for place, word in enumerate(event.words)
            ),
        )
        return heading.name, entry.write(socket.gethostname(), event)

    def _flush(self) -> None:
        while self._unwritten:
            self._cloud.software_configs.add(*self._unwritten[0])
            del self._unwritten[0]

    def _headings(self) -> list[tuple[SoftwareConfig, Heading]]:
        found, invalid = headings(self._cloud, prefix(self._site))
        self._note_invalid(invalid)
        return found

    def _read(self, found: list[tuple[SoftwareConfig, Heading]]) -> tuple[Entry, ...]:
        """Read the texts of entries; what is pruned meanwhile or breaks the rules is left out."""

        def look(record: SoftwareConfig, heading: Heading) -> Entry | InvalidEntry | None:
            try:
                return entry.read(record.id, heading, self._text(record))
            except NotFound:
                return None
            except Invalid as error:
                return _left_out(record, error)

        # An entry never changes: one that breaks the rules need not be read again.
        wanted = [pair for pair in found if pair[0].id not in self._invalid]
        with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="journal") as pool:
            read = list(pool.map(look, *zip(*wanted, strict=True))) if wanted else []
        self._note_invalid([it for it in read if isinstance(it, InvalidEntry)])
        return tuple(it for it in read if isinstance(it, Entry))

    def _note_invalid(self, found: Iterable[InvalidEntry]) -> None:
        """Note entries from which nothing is taken, and tell them."""
        self._invalid.update((it.id, it) for it in found)
        for sentence in sentences(self.invalid, self._cloud.known_as):
            self._work.tell_once(sentence)


@dataclass(frozen=True, kw_only=True)
class Journals:
    """The journals of all sites of a project, as far as the names of their entries tell."""

    releases: Mapping[str, tuple[Operation, ...]]
    """Releases and other acts of each site, oldest first."""
    invalid: tuple[InvalidEntry, ...]
    """Entries from which nothing was taken."""


def everywhere(cloud: Cloud) -> Journals:
    """Return the journals of all sites of the project, in one request."""
    found, invalid = headings(cloud, prefix())
    by_site: dict[str, list[Heading]] = {}
    for _, heading in found:
        by_site.setdefault(heading.site, []).append(heading)
    return Journals(
        releases={site: operations(of_site) for site, of_site in by_site.items()}, invalid=invalid
    )


def headings(
    cloud: Cloud, beginning: str
) -> tuple[list[tuple[SoftwareConfig, Heading]], tuple[InvalidEntry, ...]]:
    """Return records that are entries, in the order of writing, and those that break the rules.

    The order is by Heat's clock, which tells seconds, and within one by the writer's. One that
    was written twice, because Heat's answer was lost, counts once.
    """
    found: dict[str, tuple[SoftwareConfig, Heading]] = {}
    invalid: dict[str, InvalidEntry] = {}
    for record in cloud.software_configs.all(beginning):
        try:
            heading = Heading.read(record.name)
        except Invalid as error:
            invalid[record.name] = _left_out(record, error)
            continue
        if heading is not None:
            found[record.name] = record, heading
    ordered = sorted(found.values(), key=lambda pair: (pair[0].created_at, pair[1].at))
    return ordered, tuple(invalid.values())


def _last_words(headings: Sequence[Heading], ids: Collection[str]) -> Collection[Heading]:
    """Return the ends of operations, and those of their last steps."""
    last = {
        (it.release, it.kind): it
        for it in headings
        if it.release in ids and it.kind in {"step ended", "end"}
    }
    return set(last.values())


def _left_out(record: SoftwareConfig, error: Invalid) -> InvalidEntry:
    """Return what is told of a record from which nothing is taken, by the rule that it breaks."""
    site = record.name[:LIMIT].removeprefix(prefix()).partition("/")[0]
    return InvalidEntry(
        id=record.id,
        why=str(error),
        site=site if is_name(site) else "",
        name=line(record.name),
    )
