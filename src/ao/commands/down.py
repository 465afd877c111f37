"""`ao down`."""

from __future__ import annotations

import argparse
import sys

from ao.colour import Colour
from ao.commands.site_command import SiteCommand
from ao.errors import Refused
from ao.message import message


class Down(SiteCommand):
    """Delete the site, or one system of it that is not live."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the colour and --yes."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "colour",
            nargs="?",
            metavar="COLOUR",
            choices=list(Colour),
            help="System to delete: blue or green. Default: the whole site.",
        )
        parser.add_argument("--yes", action="store_true", help="Do not ask.")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Ask, and delete."""
        from ao.operations import operations

        work = self.work()
        what = f"{parsed_args.colour} of site" if parsed_args.colour else "site"
        before = work.observe()
        built = before.stack or any(system.stack for system in before.systems.values())
        if not parsed_args.yes:
            _ask(f"Delete {what} {work.site.name}, where {before.live or 'no system'} is live?")
        colours = frozenset([Colour(parsed_args.colour)] if parsed_args.colour else Colour)
        operations.down(work, colours)
        done = "Deleted" if built else "Nothing was there to delete"
        work.note(f"{done}: {what} {work.site.name}.")


def _ask(question: str) -> None:
    """Raise Refused unless the user says yes."""
    if not sys.stdin.isatty():
        raise Refused(
            message("nobody is there to ask"), cure=message("--yes deletes without asking.")
        )
    print(f"{question} [yes/no] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() != "yes":
        raise Refused(message("nothing was deleted"))
