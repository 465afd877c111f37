"""Entries that are left out: somebody wrote them by hand, and they break the journal's rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FEW = 3
"""Entries that are told one by one."""


class Invalid(ValueError):
    """What is kept as an entry breaks the journal's rules; the message says which."""


@dataclass(frozen=True, kw_only=True)
class InvalidEntry:
    """An entry from which nothing is taken."""

    id: str
    """ID of its record."""
    why: str
    """What rule it breaks; safe to print."""

    def __str__(self) -> str:
        """What it is, and how somebody may remove it."""
        return (
            f"Entry {self.id} of the journal breaks its rules and is left out: {self.why}. "
            f"`openstack software config delete {self.id}` removes it, unless a later version "
            "of Ao wrote it."
        )


def sentences(invalid: Sequence[InvalidEntry]) -> Iterator[str]:
    """What is to be told of entries: a sentence for each of the first few, and how many more."""
    yield from map(str, invalid[:FEW])
    more = len(invalid) - FEW
    if more > 0:
        yield (
            f"{more} more of the journal's entries break its rules and are left out; "
            "`openstack software config list` lists all."
        )
