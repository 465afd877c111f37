"""What users see in place of a site, in the table of its systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ao.commands.table_cell import Cell
from ao.message import message
from ao.plan.facts import Facts
from ao.plan.maintenance import Maintenance
from ao.plan.maintenance_sentences import sentence, told
from ao.site import Site

COLUMN = message("Maintenance")
"""The column of a site that has maintenance, or may have by its file."""


def widened(
    columns: tuple[str, ...],
    rows: Sequence[tuple[object, ...]],
    site: Site,
    facts: Facts,
    maintenance: Maintenance,
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return the table with a column of what users see in place of the live system."""
    if site.maintenance is None and not maintenance.policies:
        return columns, list(rows)
    cell = Cell(told(maintenance), sentence(maintenance) or "-")
    nothing = Cell(None, "-")
    lines = zip(facts.systems, rows, strict=True)
    return (*columns, COLUMN), [
        (*row, cell if facts.live in (colour, None) else nothing) for colour, row in lines
    ]


def notes(site: Site, maintenance: Maintenance) -> Iterator[str]:
    """Yield what the user should know of it."""
    if maintenance.is_on:
        yield message(
            "Users do not see %(site)s: it is in maintenance %(sentence)s. `ao maintenance off` "
            "ends it.",
            site=site.name,
            sentence=sentence(maintenance),
        )
    if maintenance.is_on and maintenance.besides:
        yield message(
            "Listeners that read no requests lead nobody elsewhere: users of %(names)s are on the "
            "site still.",
            names=", ".join(maintenance.besides),
        )
    if maintenance.policies and not (maintenance.is_on and maintenance.is_whole):
        yield message(
            "Not all listeners of %(site)s are in maintenance: `ao maintenance on` goes on with "
            "it, `ao maintenance off` takes it away.",
            site=site.name,
        )
