"""`ao sites`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cliff.lister import Lister

from ao.colour import Colour
from ao.commands.site_command import CloudCommand
from ao.errors import Unavailable
from ao.message import message

if TYPE_CHECKING:
    from ao.operations.overview import Glance, SystemGlance

COLUMNS = ("Site", "Live", "Blue", "Blue up", "Green", "Green up", "Address", "Lock", "Last act")


class Sites(CloudCommand, Lister):
    """List the sites of the project: what is live in which version, and who is at work."""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Look at all of them, and list; what did not answer is told on standard error.

        Raises Unavailable when no answer tells which sites there are: a list of none would be
        taken for that.
        """
        from ao.operations.overview import overview

        found = overview(self.cloud())
        if not found.answered:
            raise Unavailable(
                found.unknown[0],
                cure=message(
                    "No site can be listed. `openstack catalog list` shows where the services "
                    "are asked; run the command again."
                ),
            )
        for sentence in found.unknown:
            print(f"Not known: {sentence}", file=sys.stderr)
        for sentence in found.invalid:
            print(sentence, file=sys.stderr)
        return COLUMNS, [_row(glance) for glance in found.sites]


def _row(glance: Glance) -> tuple[object, ...]:
    systems = (glance.systems[colour] for colour in Colour)
    cells = [cell for system in systems for cell in (system.version or "-", _up(system))]
    release = glance.release
    return (
        glance.name,
        glance.live or "-",
        *cells,
        glance.address or "-",
        str(glance.holder) if glance.holder else "-",
        f"{release.act} {release.version}: {release.outcome or release.step or 'at work'}".strip()
        if release
        else "-",
    )


def _up(system: SystemGlance) -> str:
    if system.wanted is None:
        return "-"
    return f"{'some' if system.up is None else system.up} of {system.wanted}"
