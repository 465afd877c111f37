"""The journal of a site: what was done to it, by whom, when and why.

Each entry is a text that the project keeps in Heat, until its operation has closed and archives
hold it. Everybody with a role in the project reads it; entries are added and never changed.
Members may also write what they like: what breaks the rules of `heading`, `events` and `archive` is
told, and nothing is taken from it.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from ao.cloud import Cloud, SoftwareConfig, SoftwareConfigList
from ao.errors import AoError, NotFound
from ao.journal import archive, entry, folding, retention, summary
from ao.journal.archive import Folded
from ao.journal.entry import Entry
from ao.journal.events import Begun, Ended, Event, Outcome, StepEnded
from ao.journal.folding import Pair
from ao.journal.heading import ALONE, LIMIT, Heading, is_free, prefix
from ao.journal.invalid import Invalid, InvalidEntry, sentences
from ao.journal.operation import Operation, operations
from ao.journal.summary import MigrationTold
from ao.message import message
from ao.redaction import redact
from ao.site import is_name
from ao.text_format import NewerFormat
from ao.untrusted.texts import line
from ao.work import Work

T = TypeVar("T")
BAD = frozenset({Outcome.ABORTED, Outcome.CHECK_FAILED, Outcome.FAILED, Outcome.ROLLED_BACK})
"""Outcomes of operations and steps whose cause is told beside them."""
READERS = 8
"""Texts that are asked for, or deleted, side by side."""
LOOKS = 5
"""Times that the journal is listed while others fold it, so that archives go as they are read."""


CLOCKS = timedelta(seconds=120)
"""By how much the clocks of Heat's engines may differ, which tell when a text was written."""
COMMON = "ao."
"""Beginning of the names of entries and of archives."""


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
        self._written: dict[str, str] = {}
        """Texts of the entries that were added, by their names."""
        self._archives: dict[str, tuple[Folded, ...] | None] = {}
        """What archives hold, by their IDs; None of one from which nothing is taken."""
        self._folded: dict[SoftwareConfig, str] = {}
        """Texts of entries that archives hold."""
        self._known: SoftwareConfigList | None = None
        """The project's texts as far as they are known; None where all are to be listed."""
        self._is_new = False
        """Whether nothing newer need be looked for."""
        self.has_ended = False
        """Whether the end of an operation was added here."""

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
        self.has_ended = self.has_ended or isinstance(event, Ended)
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
        self._add(*self._composed(event, release))

    @property
    def invalid(self) -> tuple[InvalidEntry, ...]:
        """Entries from which nothing was taken so far; each was told."""
        return tuple(self._invalid.values())

    def all_invalid(self) -> tuple[InvalidEntry, ...]:
        """Return all entries of the site from which nothing is taken, and those that tell no site.

        The text of each entry is read for that.
        """
        self._read(self._whole())
        _, of_project = headings(self._cloud, prefix())
        nowhere = [it for it in of_project if not it.site]
        return (*self.invalid, *nowhere)

    def entries(self, release: str | None = None) -> tuple[Entry, ...]:
        """Return the entries of an operation, or all of the site, oldest first, with their events.

        What breaks the journal's rules is told and left out. Of an open release no archive is read:
        it is never folded.
        """
        found = None if release is None else self._of_open(release)
        if found is None:
            found = [
                (record, heading)
                for record, heading in self._whole()
                if release in (None, heading.release)
            ]
        return self._read(found)

    def know(self, listed: SoftwareConfigList, *, now: bool = True) -> None:
        """Take the project's texts as they are listed, and list only what is newer from then on.

        If they are listed `now`, they are good for the next look as they are. It is for whoever
        holds the site's lock, or is about to take it: nobody else folds the journal meanwhile.
        """
        self._known, self._is_new = listed, now

    def open_releases(self) -> tuple[Operation, ...]:
        """Return the releases that have not ended, oldest first; in one request."""
        found = operations(heading for _, heading in self._headings())
        return tuple(it for it in found if it.is_open_release)

    def chosen(
        self, choose: Callable[[Sequence[Heading]], Collection[Heading]]
    ) -> tuple[Entry, ...]:
        """Entries with their events, oldest first: those of the headings that `choose` returns.

        `choose` gets the headings of all entries of the site, oldest first; no other text is read.
        """
        found = self._whole()
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
        """Return the operations on the site, oldest first.

        In one request and one for each archive: one or two.
        """
        return operations(heading for _, heading in self._whole())

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
        tells of that version. In as many requests as `operations`.
        """
        told = [
            it.may_go_back
            for it in (heading.summary for _, heading in self._whole())
            if isinstance(it, MigrationTold) and it.version == version
        ]
        return all(told) if told else None

    def fold(self, keep: int, *, above: int = 0) -> None:
        """Fold closed operations into archives, and remove all but the latest `keep` operations.

        Nothing is done while the site has no more than `above` texts. Archives are written before
        what they hold is deleted, and nothing is deleted that no written archive holds, so that a
        process that is killed, and two at once, lose nothing: the next call goes on. One call
        folds a part of a journal that has very many entries. A lock by hand does not count among
        the operations that are kept; one that has not ended counts as any other.

        Raises CloudError.
        """
        for _ in range(LOOKS):
            loose, archives = self._records()
            if len(loose) + len(archives) <= above:
                return
            held = self._read_archives(archives)
            if held is not None:
                self._fold(keep, loose, held)
                return
            self._known = None

    def _fold(
        self,
        keep: int,
        records: Sequence[SoftwareConfig],
        archives: Mapping[SoftwareConfig, tuple[Folded, ...]],
    ) -> None:
        found = self._union(records, archives)
        old = {it.name for it in retention.superseded(found, keep)}
        self._remove([[record for record in records if record.name in old]])
        found = [pair for pair in found if pair[0].name not in old]
        closed, latest = folding.foldable(found)
        held = {it.name: it for own in [*archives.values()][::-1] for it in own}
        new = [
            (record, heading)
            for record, heading in found
            if heading.release in closed and record.name not in held
        ][: folding.PART]
        wanted = [
            *(
                replace(held[record.name], created_at=record.created_at)
                for record, _ in found
                if record.name in held
            ),
            *self._texts(new),
        ]
        packed = folding.packed(sorted(wanted, key=lambda it: (it.created_at, it.heading.at)))
        present: dict[tuple[Folded, ...], SoftwareConfig] = {}
        for record, own in archives.items():
            if own in packed:
                present.setdefault(own, record)
        for own, text in packed.items():
            if own not in present:
                self._cloud.software_configs.add(archive.name(self._site, self._now()), text)
        by_name = {it.name: it.heading for it in wanted}
        folded = [(it, by_name[it.name]) for it in records if it.name in by_name]
        self._remove(
            [
                [record for record in archives if record not in present.values()],
                *folding.in_deleting_order(folded, latest),
            ]
        )

    def _texts(self, found: Sequence[Pair]) -> list[Folded]:
        """Return entries as an archive holds them; what breaks the rules is told and left out."""

        def look(record: SoftwareConfig, heading: Heading) -> Folded | InvalidEntry | None:
            try:
                text = self._written.get(record.name) or self._text(record)
                entry.read(record.id, heading, text)
            except NotFound:
                return None
            except Invalid as error:
                return _left_out(record, error)
            return Folded(
                created_at=record.created_at, heading=heading, name=record.name, text=text
            )

        read = _side_by_side(look, [it for it in found if it[0].id not in self._invalid])
        self._note_invalid([it for it in read if isinstance(it, InvalidEntry)])
        return [it for it in read if isinstance(it, Folded)]

    def _remove(self, groups: Iterable[Sequence[SoftwareConfig]]) -> None:
        """Remove the records of each group side by side, group after group."""
        self._known = None
        with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="journal") as pool:
            for group in groups:
                list(pool.map(self._cloud.software_configs.remove, group))

    def forget(self) -> None:
        """Remove all entries of the site, those that break the rules too."""
        for records in self._records():
            for record in records:
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
            self._add(*self._unwritten[0])
            del self._unwritten[0]

    def _add(self, name: str, text: str) -> None:
        self._cloud.software_configs.add(name, text)
        self._written[name] = text

    def _headings(self) -> list[Pair]:
        """Return the entries that are texts of their own, in the order of writing."""
        return self._arranged(self._listed(prefix(self._site)))

    def _listed(self, beginning: str) -> tuple[SoftwareConfig, ...]:
        """Return the records whose names begin so, oldest first."""
        known = self._known
        if known is None or known.latest is None:
            return self._cloud.software_configs.all(beginning)
        if not self._is_new:
            newer = self._cloud.software_configs.since(known.latest - CLOCKS)
            self._known = known = known.with_newer(newer)
        self._is_new = False
        return known.named(beginning)

    def _arranged(self, records: Iterable[SoftwareConfig]) -> list[Pair]:
        found, invalid = arranged(records)
        self._note_invalid(invalid)
        return found

    def _whole(self) -> list[Pair]:
        """Return all entries, also those that archives hold, in the order of writing."""
        held: Mapping[SoftwareConfig, tuple[Folded, ...]] | None = None
        for _ in range(LOOKS):
            loose, archives = self._records()
            held = self._read_archives(archives)
            if held is not None:
                break
            self._known = None
        return self._union(loose, held or {})

    def _of_open(self, release: str) -> list[Pair] | None:
        """Return the entries of an open release; None where it is no such release."""
        found = [it for it in self._headings() if it[1].release == release]
        acts = operations(heading for _, heading in found)
        return found if any(it.is_open_release for it in acts) else None

    def _records(self) -> tuple[list[SoftwareConfig], list[SoftwareConfig]]:
        """Return the records of entries, and those of archives, oldest first; in one request."""
        records = self._listed(COMMON)
        return (
            [it for it in records if it.name.startswith(prefix(self._site))],
            [it for it in records if it.name.startswith(archive.prefix(self._site))],
        )

    def _read_archives(
        self, records: Sequence[SoftwareConfig]
    ) -> Mapping[SoftwareConfig, tuple[Folded, ...]] | None:
        """Return what archives hold; None when one is gone, as somebody else has folded meanwhile.

        An archive that breaks the rules, or is of a newer format, is told and left out.
        """

        def look(record: SoftwareConfig) -> tuple[Folded, ...] | NewerFormat | InvalidEntry | None:
            try:
                return archive.read(self._site, self._text(record))
            except NotFound:
                return None
            except Invalid as error:
                return _left_out(record, error)

        wanted = [it for it in records[: archive.READ] if it.id not in self._archives]
        for record, told in zip(wanted, _side_by_side(look, [(it,) for it in wanted]), strict=True):
            if told is None:
                return None
            if isinstance(told, InvalidEntry):
                self._note_invalid([told])
            elif isinstance(told, NewerFormat):
                self._work.tell_once(
                    message(
                        "Archive %(id)s of the journal of %(site)s %(why)s.",
                        id=record.id,
                        site=self._site,
                        why=told,
                    )
                )
            self._archives[record.id] = told if isinstance(told, tuple) else None
        why = Invalid(
            message("a site has %(count)s archives at most that are read", count=archive.READ)
        )
        self._note_invalid(_left_out(it, why) for it in records[archive.READ :])
        return {
            record: held
            for record in records
            if (held := self._archives.get(record.id)) is not None
        }

    def _union(
        self,
        records: Iterable[SoftwareConfig],
        archives: Mapping[SoftwareConfig, tuple[Folded, ...]],
    ) -> list[Pair]:
        """Return entries in the order of writing, each once.

        What an archive holds counts before a text of that name, and what an older one holds first.
        """
        loose = self._arranged(records)
        found: dict[str, Pair] = {}
        # An operation begins once. What tells another beginning of one that something older tells
        # of is by hand, and its time too: it comes as late as the archive was written.
        begun = {(it.release, record.created_at): it.name for record, it in loose if _begins(it)}
        oldest: dict[str, str] = {}
        for (release, _), name in sorted(begun.items(), reverse=True):
            oldest[release] = name
        for record, held in archives.items():
            for it in held:
                if it.name not in found:
                    own = it.record(record)
                    known = oldest.get(it.heading.release, it.name)
                    if _begins(it.heading) and known != it.name:
                        own = replace(own, created_at=max(own.created_at, record.created_at))
                    self._folded[own] = it.text
                    found[it.name] = own, it.heading
            for it in held:
                if _begins(it.heading):
                    oldest.setdefault(it.heading.release, it.name)
        for record, heading in loose:
            found.setdefault(record.name, (record, heading))
        return _in_order(found.values())

    def _read(self, found: list[Pair]) -> tuple[Entry, ...]:
        """Read the texts of entries; what is pruned meanwhile or breaks the rules is left out."""

        def look(record: SoftwareConfig, heading: Heading) -> Entry | InvalidEntry | None:
            folded = self._folded.get(record)
            try:
                return entry.read(
                    record.id, heading, self._text(record) if folded is None else folded
                )
            except NotFound:
                return None
            except Invalid as error:
                return _left_out(record, error, archived=folded is not None)

        # An entry never changes: one that breaks the rules need not be read again.
        wanted = [pair for pair in found if pair[0].id not in self._invalid]
        read = _side_by_side(look, wanted)
        self._note_invalid([it for it in read if isinstance(it, InvalidEntry)])
        return tuple(it for it in read if isinstance(it, Entry))

    def _note_invalid(self, found: Iterable[InvalidEntry]) -> None:
        """Note entries from which nothing is taken, and tell them."""
        self._invalid.update((it.key, it) for it in found)
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


def headings(cloud: Cloud, beginning: str) -> tuple[list[Pair], tuple[InvalidEntry, ...]]:
    """Return records that are entries, in the order of writing, and those that break the rules.

    Their names begin so.
    """
    return arranged(cloud.software_configs.all(beginning))


def arranged(records: Iterable[SoftwareConfig]) -> tuple[list[Pair], tuple[InvalidEntry, ...]]:
    """Return records that are entries, in the order of writing, and those that break the rules.

    One that was written twice, because Heat's answer was lost, counts once.
    """
    found: dict[str, Pair] = {}
    invalid: dict[str, InvalidEntry] = {}
    for record in records:
        try:
            heading = Heading.read(record.name)
        except Invalid as error:
            invalid[record.name] = _left_out(record, error)
            continue
        if heading is not None:
            found[record.name] = record, heading
    return _in_order(found.values()), tuple(invalid.values())


def _in_order(found: Iterable[Pair]) -> list[Pair]:
    """Return entries in the order of writing: by Heat's clock, which tells seconds.

    Within a second it is by the clock of whoever wrote.
    """
    return sorted(found, key=lambda pair: (pair[0].created_at, pair[1].at))


def _begins(heading: Heading) -> bool:
    return isinstance(heading.summary, summary.Begun)


def _side_by_side(look: Callable[..., T], of: Iterable[tuple[object, ...]]) -> list[T]:
    """Return what a function returns for each of some arguments, asked for side by side."""
    columns = list(zip(*of, strict=True))
    with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="journal") as pool:
        return list(pool.map(look, *columns)) if columns else []


def _last_words(headings: Sequence[Heading], ids: Collection[str]) -> Collection[Heading]:
    """Return the ends of operations, and those of their last steps."""
    last = {
        (it.release, it.kind): it
        for it in headings
        if it.release in ids and it.kind in {"step ended", "end"}
    }
    return set(last.values())


def _left_out(record: SoftwareConfig, error: Invalid, *, archived: bool = False) -> InvalidEntry:
    """Return what is told of a record from which nothing is taken, by the rule that it breaks.

    `archived` tells whether it is an entry that an archive holds, beside others.
    """
    _, _, rest = record.name[:LIMIT].partition("/")
    site = rest.partition("/")[0]
    return InvalidEntry(
        id=record.id,
        archived=archived,
        why=str(error),
        site=site if is_name(site) else "",
        name=line(record.name),
    )
