"""`ao sites`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ao.colour import Colour
from ao.commands.listing import AoLister
from ao.commands.site_command import CloudCommand, logging_in
from ao.commands.table_cell import Cell
from ao.errors import Unavailable
from ao.message import message
from ao.message.translation import spoken
from ao.message.vocabulary import word

if TYPE_CHECKING:
    from ao.journal import Operation
    from ao.operations.overview import Glance, SystemGlance

COLUMNS = (
    message("Site"),
    message("Live"),
    message("Blue"),
    message("Blue up"),
    message("Green"),
    message("Green up"),
    message("Address"),
    message("Lock"),
    message("Last act"),
    message("Maintenance"),
)


class Sites(CloudCommand, AoLister):
    """List the sites of the project: what is live in which version, and who is at work."""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Look at all of them, and list; what did not answer is told on standard error.

        Raises Unavailable when no answer tells which sites there are: a list of none would be
        taken for that.
        """
        cloud = self.cloud()
        try:
            with logging_in(cloud):
                from ao.operations.overview import overview
        except Unavailable as error:
            raise _none_listed(error.message) from error
        found = overview(cloud)
        if not found.answered:
            raise _none_listed(found.unknown[0])
        for sentence in found.unknown:
            print(spoken(message("Not known: %(what)s", what=sentence)), file=sys.stderr)
        for sentence in found.invalid:
            print(spoken(sentence), file=sys.stderr)
        return COLUMNS, [_row(glance) for glance in found.sites]


def _none_listed(why: str) -> Unavailable:
    """Return the error that no site can be listed."""
    return Unavailable(
        why,
        cure=message(
            "No site can be listed. See that the address is right (`auth_url` of "
            "clouds.yaml, `openstack catalog list`) and that the service runs; run the "
            "command again."
        ),
    )


def _row(glance: Glance) -> tuple[object, ...]:
    from ao.plan.maintenance_sentences import sentence, told

    systems = (glance.systems[colour] for colour in Colour)
    cells = [cell for system in systems for cell in (_version(system), _up(system))]
    return (
        glance.name,
        message("mixed") if glance.is_mixed else glance.live or "-",
        *cells,
        glance.address or "-",
        str(glance.holder) if glance.holder else "-",
        _last(glance.release) if glance.release else "-",
        Cell(told(glance.maintenance), sentence(glance.maintenance) or "-"),
    )


def _version(system: SystemGlance) -> str | Cell:
    """Return a system's version; of an adopted one programs read that there is none."""
    return Cell("-", message("adopted")) if system.is_adopted else system.version or "-"


def _last(release: Operation) -> str:
    """Return what was done last, and what came of it."""
    return message(
        "%(act)s %(version)s: %(state)s",
        act=word(release.act),
        version=release.version,
        state=word(release.outcome or release.step or "at work"),
    )


def _up(system: SystemGlance) -> str:
    if system.wanted is None:
        return "-"
    if system.up is None:
        return message("some of %(wanted)s", wanted=system.wanted)
    return message("%(up)s of %(wanted)s", up=system.up, wanted=system.wanted)
