"""Entries that are left out: somebody wrote them by hand, and they break the journal's rules."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ao.message import message

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
    """The rule that it breaks, in words that are safe to print."""
    site: str = ""
    """Site whose journal it is in; empty where its name tells none."""
    name: str = ""
    """Name of its record; safe to print."""
    archived: bool = False
    """Whether an archive holds it beside other entries, and `id` is that of the archive."""

    @property
    def key(self) -> str:
        """What tells it from others: its ID, or in an archive its name too."""
        return f"{self.id}/{self.name}" if self.archived else self.id

    def __str__(self) -> str:
        """Return what `told` does for the cloud of the OS_* variables."""
        return self.told()

    def told(self, cloud: str = "") -> str:
        """Return what it is, and how somebody may remove it who names the cloud so."""
        journal = (
            message("the journal of %(site)s", site=self.site)
            if self.site
            else message("the journal")
        )
        if self.archived:
            return message(
                "Entry %(name)s of %(journal)s, in archive %(id)s, breaks its rules and is left "
                "out: %(why)s. It goes with the release that it is of.",
                name=self.name,
                journal=journal,
                id=self.id,
                why=self.why,
            )
        named = f" --os-cloud {shlex.quote(cloud)}" if cloud else ""
        return message(
            "Entry %(id)s of %(journal)s breaks its rules and is left out: "
            "%(why)s. `openstack%(named)s software config delete %(id)s` "
            "removes it, unless a later version of Ao wrote it.",
            id=self.id,
            journal=journal,
            why=self.why,
            named=named,
        )


def sentences(invalid: Sequence[InvalidEntry], cloud: str = "") -> Iterator[str]:
    """Yield a sentence for each of the first few entries, and one for how many more there are.

    `cloud` is what whoever reads it calls the cloud; empty for that of the OS_* variables.
    """
    yield from (it.told(cloud) for it in invalid[:FEW])
    more = invalid[FEW:]
    names = sorted({it.site for it in more if it.site})
    sites = ", ".join([*names[:FEW], *(["…"] if names[FEW:] else [])])
    if more and sites:
        yield message(
            "%(count)s more of the journal's entries break its rules and are left out; "
            "`ao history --invalid` lists all of %(names)s.",
            count=len(more),
            names=sites,
        )
    elif more:
        yield message(
            "%(count)s more of the journal's entries break its rules and are left out; "
            "`ao history --invalid` lists all.",
            count=len(more),
        )
