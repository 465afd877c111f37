"""`ao up`."""

from __future__ import annotations

import argparse

from ao.commands.site_command import SystemLister, add_cancel_stuck
from ao.message import message


class Up(SystemLister):
    """Build the whole site, or repair what is broken of it, in one action.

    Both systems are built side by side with the version of the site file. A system
    that is whole is left as it is: changes of the site file reach it with its next
    deploy.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is done beyond building and repairing."""
        parser = super().get_parser(prog_name)
        add_cancel_stuck(parser)
        parser.add_argument(
            "--failover",
            action="store_true",
            help=message(
                "First have Octavia build load balancers anew that are in provisioning status "
                "ERROR; its policy lets administrators do that."
            ),
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Build or repair, and list."""
        from ao.operations import operations

        work = self.work()
        return self.table(work, operations.up(work, failover=parsed_args.failover))
