"""What all commands on a site have in common."""

from __future__ import annotations

import argparse
import logging
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cliff.app import App

from ao.commands import program
from ao.commands.help_formatter import TranslatedHelp
from ao.commands.listing import AoLister
from ao.errors import AoError
from ao.interrupt import terminable
from ao.message import message
from ao.message.translation import spoken
from ao.redaction import redact_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    from ao.cloud import Cloud
    from ao.colour import Colour
    from ao.commands.program import Program
    from ao.plan.facts import Facts
    from ao.plan.maintenance import Maintenance
    from ao.plan.scaling_state import ScalingState
    from ao.progress import Progress
    from ao.site import Site
    from ao.work import Work

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells have it for the first."""


class AoCommand(TranslatedHelp):
    """A command whose errors are told in Ao's way and end in Ao's exit codes."""

    log = logging.getLogger(__name__)

    def __init__(self, app: App, app_args: argparse.Namespace | None, **kwargs: Any) -> None:
        super().__init__(app, app_args, **kwargs)
        self.cleanup = ExitStack()
        """Closed before an error is told."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; return the exit code."""
        try:
            with terminable(), self.cleanup:
                exit_code = super().run(parsed_args)
            self._log_end(exit_code)
            return exit_code
        except AoError as error:
            self._log_end(error.exit_code, error)
            print(f"ao: {spoken(error.text)}", file=sys.stderr)
            return error.exit_code
        except KeyboardInterrupt:
            self._log_end(INTERRUPTED)
            print(
                spoken(
                    message(
                        "ao: interrupted; nothing is undone. The same command goes on where this "
                        "one stopped, `ao status` shows what is."
                    )
                ),
                file=sys.stderr,
            )
            return INTERRUPTED

    def _log_end(self, exit_code: int, error: AoError | None = None) -> None:
        """Log how the command ended; the user is told an error besides."""
        fields: dict[str, object] = {"exit_code": exit_code}
        text = f"exit code {exit_code}"
        if error is not None:
            fields |= {"error": type(error).__name__, "request_id": error.request_id or None}
            text += f": {error}"
        traceback = error if self.app.options.debug else None
        self.log.info("%s", redact_log(text), exc_info=traceback, extra={"fields": fields})


class CloudCommand(AoCommand):
    """A command on a cloud."""

    auth_required = True
    """What tells `openstack` to log in."""

    @property
    def program(self) -> Program:
        """The program that the command runs in."""
        return program.of(self.app)

    def cloud(self) -> Cloud:
        """Return the cloud that the user names."""
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
        """Run the command; return the exit code."""
        self.given = parsed_args
        return super().run(parsed_args)

    def site(self) -> Site:
        """Return the site that the command is for."""
        return self.program.site(self.given)

    def work(self, *, quiet: bool = False, listener: Progress | None = None) -> Work:
        """Return the work on the site; progress is told on standard error, or to a listener.

        If quiet, notes alone are told; what is logged on standard error is not told twice.
        """
        from ao.commands.progress import progress
        from ao.commands.progress_log import LoggedProgress
        from ao.progress import Note, Silent
        from ao.work import Work

        site = self.site()
        silent = self.app.options.verbose_level == 0
        if listener is None and (self.app.options.debug or self.app.options.verbose_level > 1):
            listener = Silent()
        if listener is None:
            listener = self.cleanup.enter_context(progress(quiet=quiet or silent, notes=not silent))
        cloud, told = self.program.cloud(site), LoggedProgress(listener)
        work = Work(
            cloud=cloud,
            site=site,
            cancel_stuck=getattr(self.given, "cancel_stuck_update", False),
            progress=told,
        )
        return replace(work, clock=replace(work.clock, notice=lambda text: told.emit(Note(text))))


@contextmanager
def logging_in(cloud: Cloud) -> Iterator[None]:
    """Log in to a cloud while the body runs, which imports what is needed once that is done.

    Raises NotAuthenticated, and Unavailable when Keystone does not answer.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="login") as aside:
        login = aside.submit(lambda: cloud.user)
        yield
        login.result()


def add_cancel_stuck(parser: argparse.ArgumentParser) -> None:
    """Add the argument by which an operator has what stands still cancelled."""
    parser.add_argument(
        "--cancel-stuck-update",
        action="store_true",
        help=message(
            "Cancel an update of Heat's of which nothing has changed for two minutes, as when its "
            "engine has ended, and go on; without, Ao waits until Heat's time for it is over."
        ),
    )


@contextmanager
def observing(work: Work) -> Iterator[Future[Facts]]:
    """Log in and observe a site while the body runs, which imports what is needed after that.

    What that fails with is raised by the future's `result`.
    """
    from concurrent.futures import ThreadPoolExecutor

    def observe() -> Facts:
        # By itself, as observing asks several services at once.
        _ = work.cloud.user
        return work.observe()

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="observe") as aside:
        yield aside.submit(observe)


class SystemLister(SiteCommand, AoLister):
    """A command on a site that ends with a table of its systems."""

    def table(
        self,
        work: Work,
        facts: Facts,
        loads: Mapping[Colour, ScalingState] | None = None,
        maintenance: Maintenance | None = None,
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Return columns and rows of the systems; what is odd is told on standard error.

        What users see in place of the site is among it where it was asked for.
        """
        from ao.commands import maintenance_table, systems_table

        for note in systems_table.notes(work.site, facts, loads):
            print(spoken(note), file=sys.stderr)
        columns = systems_table.columns(
            work.site, loads, listeners=systems_table.has_listeners(work.site, facts)
        )
        rows = systems_table.rows(work.site, facts, loads)
        if maintenance is None:
            return columns, rows
        for note in maintenance_table.notes(work.site, maintenance):
            print(spoken(note), file=sys.stderr)
        return maintenance_table.widened(columns, rows, work.site, facts, maintenance)
