"""What all commands on a site have in common."""

from __future__ import annotations

import argparse
import logging
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cliff.app import App
from cliff.command import Command
from cliff.lister import Lister

from ao.errors import AoError

if TYPE_CHECKING:
    from ao.facts import Facts
    from ao.site import Site
    from ao.work import Work

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


class AoCommand(Command):
    """A command whose errors are told in Ao's way and end in Ao's exit codes."""

    log = logging.getLogger("ao")

    def __init__(self, app: App, app_args: argparse.Namespace | None, **kwargs: Any) -> None:
        super().__init__(app, app_args, **kwargs)
        self.cleanup = ExitStack()
        """Closed before an error is told."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; the exit code."""
        try:
            with self.cleanup:
                return super().run(parsed_args)
        except AoError as error:
            if self.app.options.debug:
                self.log.exception("The error came from here:")
            print(f"ao: {error}", file=sys.stderr)
            return error.exit_code
        except KeyboardInterrupt:
            print(
                "ao: interrupted; nothing is undone. The same command goes on where this one "
                "stopped, `ao status` shows what is.",
                file=sys.stderr,
            )
            return INTERRUPTED


class SiteCommand(AoCommand):
    """A command on the site of the site file."""

    def site(self) -> Site:
        """The site that the site file describes."""
        from ao import config

        return config.load(self.app.options.config)

    def work(self, *, quiet: bool = False) -> Work:
        """The site with its cloud, telling progress on standard error unless quiet."""
        from ao.cloud import connect
        from ao.commands.progress import progress
        from ao.work import Work

        if self.app.options.debug:
            import openstack

            openstack.enable_logging(debug=True)
        site = self.site()
        listener = self.cleanup.enter_context(
            progress(quiet=quiet or self.app.options.verbose_level == 0)
        )
        return Work(
            cloud=connect(self.app.options.os_cloud or site.cloud),
            site=site,
            progress=listener,
        )


class SystemLister(SiteCommand, Lister):
    """A command on a site that ends with a table of its systems."""

    def table(self, work: Work, facts: Facts) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Columns and rows of the systems; what is odd is told on standard error."""
        from ao.commands import systems

        for note in systems.notes(work.site, facts):
            print(note, file=sys.stderr)
        return systems.COLUMNS, systems.rows(work.site, facts)
