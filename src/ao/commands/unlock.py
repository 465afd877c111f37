"""`ao unlock`."""

from __future__ import annotations

import argparse

from ao.commands.site_command import SiteCommand
from ao.errors import ConfigError
from ao.message import message


class Unlock(SiteCommand):
    """Free the site's lock: one that you hold by hand, or with --force any."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the override."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--force",
            action="store_true",
            help=message(
                "Also free somebody else's: a release under way stops before its next step."
            ),
        )
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why, for the journal.")
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Free it, and tell whose it was."""
        from ao.operations import operations

        if parsed_args.force and not parsed_args.reason:
            raise ConfigError(
                message("--force needs --reason"), cure=message("It is written into the journal.")
            )
        work = self.work()
        before = operations.free(work, parsed_args.reason, force=parsed_args.force)
        if before is None:
            work.note(message("Nobody holds the lock of site %(name)s.", name=work.site.name))
            return
        work.note(message("Freed the lock of %(holder)s.", holder=before))
