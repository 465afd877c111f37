"""`ao maintenance`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ao.commands.site_command import SystemLister
from ao.message import message

if TYPE_CHECKING:
    from ao.plan.facts import Facts
    from ao.work import Work

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]


class MaintenanceCommand(SystemLister):
    """A command on the maintenance of a site."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the reason."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why; journalled, and told.")
        )
        return parser

    def told(self, work: Work, facts: Facts) -> Table:
        """Return the table of the systems, with what users see now."""
        from ao.operations import maintenance

        return self.table(work, facts, maintenance=maintenance.state(work, facts))


class On(MaintenanceCommand):
    """Lead the site's users to the page that `maintenance` in the site file names.

    It lasts until `ao maintenance off`, `ao abort` or `ao back`, also when Ao has ended. Ao's own
    requests pass it.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add how long it is to last."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--for",
            dest="lasting",
            default="",
            metavar="DURATION",
            help=message("How long it is to last, such as 30m: it is told, and ends nothing."),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Begin it, and list."""
        from ao.operations import maintenance

        seconds = _seconds(parsed_args.lasting) if parsed_args.lasting else None
        work = self.work()
        return self.told(work, maintenance.on(work, parsed_args.reason, seconds))


class Off(MaintenanceCommand):
    """Let the site's users reach it again, whoever has led them elsewhere."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """End it, and list."""
        from ao.operations import maintenance

        work = self.work()
        return self.told(work, maintenance.off(work, parsed_args.reason))


def _seconds(text: str) -> float:
    """Return the seconds of a duration. Raises ConfigError."""
    from ao import duration
    from ao.errors import ConfigError

    try:
        return duration.parse(text)
    except ValueError as error:
        raise ConfigError(
            message("--for: it is a duration such as 30m or 2h"),
        ) from error
