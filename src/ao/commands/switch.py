"""`ao switch`."""

from __future__ import annotations

import argparse

from ao.colour import Colour
from ao.commands.base import SystemLister


class Switch(SystemLister):
    """Make the standby live; again, and the system before is live again.

    A switch that was killed goes on to the same system.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the colour and the overrides."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "colour",
            nargs="?",
            metavar="COLOUR",
            choices=list(Colour),
            help="System to make live: blue or green. Default: the standby.",
        )
        parser.add_argument(
            "--degraded",
            action="store_true",
            help="Switch even if only some of its servers pass the health check.",
        )
        parser.add_argument(
            "--take-over",
            action="store_true",
            help="Take the production address from a port that is not of this site.",
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Switch, and list."""
        from ao import release

        work = self.work()
        facts = release.switch(
            work,
            Colour(parsed_args.colour) if parsed_args.colour else None,
            degraded=parsed_args.degraded,
            take_over=parsed_args.take_over,
        )
        return self.table(work, facts)
