"""`ao deploy`."""

from __future__ import annotations

import argparse

from ao.commands.giving_up import add_answers, settle
from ao.commands.site_command import SystemLister, add_cancel_stuck
from ao.commands.version_argument import add_image, check_version, chosen_version
from ao.message import message


class Deploy(SystemLister):
    """Bring a version to the standby; production is not touched."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the version."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "version",
            nargs="?",
            metavar="VERSION",
            help=message("Version that the standby gets."),
        )
        add_image(parser)
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why; journalled.")
        )
        add_cancel_stuck(parser)
        add_answers(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Deploy, and list."""
        from ao.operations import operations

        image = parsed_args.image
        check_version(parsed_args.version, image)
        work = self.work()
        version = chosen_version(work, parsed_args.version, image)
        settle(work, version, parsed_args, releases=False)
        return self.table(work, operations.deploy(work, version, parsed_args.reason, image))
