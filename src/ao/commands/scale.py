"""`ao scale`."""

from __future__ import annotations

import argparse

from ao.colour import Colour
from ao.commands.site_command import SystemLister, add_cancel_stuck
from ao.message import message


class Scale(SystemLister):
    """Bring a system to a number of servers, within the site's bounds."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the colour and the number."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "colour",
            metavar="COLOUR",
            choices=list(map(str, Colour)),
            help=message("System: blue or green."),
        )
        parser.add_argument(
            "servers",
            metavar="N",
            type=int,
            help=message("Number of servers that the system gets."),
        )
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why, for the journal.")
        )
        add_cancel_stuck(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Scale, and list."""
        from ao.operations import operations

        work = self.work()
        colour, size = Colour(parsed_args.colour), parsed_args.servers
        return self.table(work, operations.scale(work, colour, size, parsed_args.reason))
