"""Folding of a journal: which of its entries go into archives, and how they fit. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ao.cloud import SoftwareConfig
from ao.journal import archive, entry
from ao.journal.act import Act
from ao.journal.archive import Folded
from ao.journal.events import Switched
from ao.journal.heading import ALONE, Heading
from ao.journal.invalid import Invalid
from ao.journal.operation import Operation, operations
from ao.journal.truncation import truncations

ARCHIVES = 4
"""Archives that a site has at most."""
LATEST = 5
"""Latest closed operations whose beginnings and ends stay texts of their own beside the archives:
a list of all sites, and a version of Ao that knows no archives, see these."""
TEXTS = 18
"""Texts that a site's journal has at most while no operation is open: the archives, these
beginnings and ends, and what a few locks by hand have written since. With the kept site file and
the doctor's findings a site has 20."""
PART = 250
"""Entries that one command folds at most."""
ENDS = ("begun", "end")
"""Kinds of the entries that stay, in the order in which they are deleted later: a release of which
only the beginning is there would be an open one."""
TOLD_BY_NAME = frozenset({"step begun", "baseline", "checks", "note", "asked", "override"})
"""Kinds of entries whose texts are left out before any other."""

Pair = tuple[SoftwareConfig, Heading]


def foldable(found: Sequence[Pair]) -> tuple[Collection[str], Collection[str]]:
    """Return the releases whose entries may be folded, and those of which two stay beside them.

    An open release may not: what others ask of it is read again and again.
    """
    acts = operations(heading for _, heading in found)
    closed = [it for it in acts if _is_closed(it)]
    latest = [it.id for it in closed if not it.on_lock][-LATEST:]
    return {ALONE, *(it.id for it in closed)}, set(latest)


def _is_closed(operation: Operation) -> bool:
    """Return whether nothing is added to an operation any more, as far as the lock's holder knows.

    One that was killed is closed, unless it is a release, or an act of a later version of Ao.
    """
    known = isinstance(operation.act, Act) or not operation.act
    return operation.outcome is not None or (known and operation.act != Act.RELEASE)


def in_deleting_order(loose: Sequence[Pair], latest: Collection[str]) -> list[list[SoftwareConfig]]:
    """Return the records of entries that archives hold, and that go, in groups.

    Those of a group may be deleted side by side, each group after the one before it.
    """
    going = [
        (record, heading)
        for record, heading in loose
        if not (heading.release in latest and heading.kind in ENDS)
    ]
    groups = [[record for record, it in going if it.kind not in ENDS]]
    return [*groups, *([record for record, it in going if it.kind == kind] for kind in ENDS)]


Packed = Mapping[tuple[Folded, ...], str]
"""What each archive holds, with its text."""
SHARE = (archive.CAP - 100) * 3 // 4 * 9 // 10
"""Packed bytes of entries that an archive is given: some room is left, as they are estimated."""


def packed(entries: Sequence[Folded]) -> Packed:
    """Return as much of the entries, which are in the order of writing, as archives can hold.

    What is left out of them until they fit is, the oldest first: of each switch lost requests,
    clients and calls after the first hundred; then what its probe saw; then the texts of entries
    whose names tell most; then whole entries.
    """
    whole = archive.write(entries)
    if whole is not None:
        return {tuple(entries): whole} if entries else {}
    kept: dict[int, Folded] = dict(enumerate(entries))
    sizes = _sizes(entries)
    total, room = sum(sizes), ARCHIVES * SHARE
    cuts = _cuts(entries)
    while kept:
        if total <= room:
            places = sorted(kept)
            chunks = _chunks([kept[it] for it in places], [sizes[it] for it in places])
            if chunks is not None:
                return chunks
            room = room * 9 // 10
            continue
        place, smaller = next(cuts)
        size = _size(smaller) if smaller else 0
        if smaller is None:
            del kept[place]
        elif size < sizes[place]:
            kept[place] = smaller
        total -= max(0, sizes[place] - size)
        sizes[place] = min(sizes[place], size)
    return {}


Cut = tuple[int, Folded | None]
"""Place of an entry, and what stays of it; None for nothing."""


def _sizes(entries: Iterable[Folded]) -> list[int]:
    """Return how many bytes each entry takes in an archive, about, after those before it."""
    packer = zlib.compressobj(6)
    return [
        _at_least(
            it,
            len(packer.compress(f"{it.name}{it.text}".encode(errors="replace")))
            + len(packer.flush(zlib.Z_SYNC_FLUSH)),
        )
        for it in entries
    ]


def _size(entry: Folded) -> int:
    """Return how many bytes an entry takes in an archive at most, about."""
    return _sizes([entry])[0]


def _at_least(entry: Folded, size: int) -> int:
    """Return the size, or more for an entry that takes more of what else an archive has room for.

    That is a number of bytes before they are packed, and a number of entries.
    """
    plain = len(entry.name) + len(entry.text) + 60
    return max(size, plain * SHARE // archive.UNPACKED, SHARE // archive.MOST + 1)


def _cuts(entries: Sequence[Folded]) -> Iterator[Cut]:
    """Yield what may be left out, in the order in which it is."""
    switches = [(place, it) for place, it in enumerate(entries) if it.heading.kind == "switch"]
    smaller = {place: found for place, it in switches if (found := _smaller(it))}
    for round_ in (-2, -1):
        for place, texts in smaller.items():
            yield place, replace(entries[place], text=texts[round_])
    for place, it in enumerate(entries):
        if it.heading.kind in TOLD_BY_NAME:
            yield place, replace(it, text="")
    for place in range(len(entries)):
        yield place, None


def _smaller(folded: Folded) -> list[str]:
    """Return the texts of a switch with less of it each time; none where it cannot be read."""
    try:
        read = entry.read("", folded.heading, folded.text)
    except Invalid:
        return []
    if not isinstance(read.event, Switched) or read.event.cutover.recording is None:
        return []
    return [entry.write(read.host, it) for it in truncations(read.event)]


def _chunks(entries: Sequence[Folded], sizes: Sequence[int]) -> Packed | None:
    """Return the entries in as many parts as there are archives at most; None if they do not fit.

    Each part but the last is about as long as an archive takes.
    """
    chunks: dict[tuple[Folded, ...], str] = {}
    begin = 0
    while begin < len(entries):
        end, taken = begin, 0
        while end < len(entries) and (end == begin or taken + sizes[end] <= SHARE):
            taken += sizes[end]
            end += 1
        text = archive.write(entries[begin:end])
        while text is None and end > begin + 1:
            end -= max(1, (end - begin) // 10)
            text = archive.write(entries[begin:end])
        if text is None or len(chunks) == ARCHIVES:
            return None
        chunks[tuple(entries[begin:end])] = text
        begin = end
    return chunks
