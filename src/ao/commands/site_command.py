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

from ao.commands import program
from ao.errors import AoError
from ao.interrupt import terminable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ao.cloud import Cloud
    from ao.colour import Colour
    from ao.commands.program import Program
    from ao.plan.facts import Facts
    from ao.plan.scaling_state import ScalingState
    from ao.site import Site
    from ao.work import Work

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells have it for the first."""


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
            with terminable(), self.cleanup:
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


class CloudCommand(AoCommand):
    """A command on a cloud."""

    auth_required = True
    """What tells `openstack` to log in."""

    @property
    def program(self) -> Program:
        """The program that it runs in."""
        return program.of(self.app)

    def cloud(self) -> Cloud:
        """The cloud that the user names."""
        return self.program.cloud(None)


class SiteCommand(CloudCommand):
    """A command on a site."""

    given: argparse.Namespace
    """The arguments that it runs with."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what names the site."""
        parser = super().get_parser(prog_name)
        self.program.add_site(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; the exit code."""
        self.given = parsed_args
        return super().run(parsed_args)

    def site(self) -> Site:
        """The site that it is for."""
        return self.program.site(self.given)

    def work(self, *, quiet: bool = False) -> Work:
        """The site with its cloud, telling progress on standard error, or notes alone if quiet."""
        from ao.commands.progress import progress
        from ao.work import Work

        site = self.site()
        silent = self.app.options.verbose_level == 0
        listener = self.cleanup.enter_context(progress(quiet=quiet or silent, notes=not silent))
        return Work(cloud=self.program.cloud(site), site=site, progress=listener)


class SystemLister(SiteCommand, Lister):
    """A command on a site that ends with a table of its systems."""

    def table(
        self, work: Work, facts: Facts, loads: Mapping[Colour, ScalingState] | None = None
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Columns and rows of the systems; what is odd is told on standard error."""
        from ao.commands import systems_table

        for note in systems_table.notes(work.site, facts, loads):
            print(note, file=sys.stderr)
        return systems_table.columns(work.site, loads), systems_table.rows(work.site, facts, loads)
