"""`ao lock`."""

from __future__ import annotations

import argparse

from ao import duration
from ao.commands.site_command import SiteCommand
from ao.errors import ConfigError
from ao.message import message


class Lock(SiteCommand):
    """Hold the site's lock by hand: no release and no switch until it ends or is freed."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the reason and the time."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--reason", metavar="TEXT", required=True, help=message("Why, for all who are refused.")
        )
        parser.add_argument(
            "--for",
            dest="length",
            metavar="TIME",
            default="2h",
            help=message("How long, for example 30m. Default: 2h."),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Hold it, and tell until when."""
        from ao import lock
        from ao.operations import operations

        try:
            seconds = duration.parse(parsed_args.length)
        except ValueError as error:
            raise ConfigError(message("--for: %(error)s", error=error)) from None
        if not seconds:
            raise ConfigError(message("--for: a lock for no time holds nobody off"))
        if seconds > lock.LONGEST:
            raise ConfigError(
                message("--for: a lock lasts %(time)s at most", time=duration.show(lock.LONGEST))
            )
        work = self.work()
        holder = operations.hold(work, parsed_args.reason, seconds)
        work.note(
            message(
                "Locked site %(name)s: %(holder)s. `ao unlock` frees it.",
                name=work.site.name,
                holder=holder,
            )
        )
