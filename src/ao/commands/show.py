"""`ao show`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ao.commands.listing import AoLister
from ao.commands.site_command import SiteCommand
from ao.errors import NotFound
from ao.message import message
from ao.message.translation import spoken

if TYPE_CHECKING:
    from ao.journal import Entry

COLUMNS = (
    message("Time"),
    message("Who"),
    message("Event"),
    message("Text"),
    message("Took"),
    message("Result"),
)


class Show(SiteCommand, AoLister):
    """Show a release as the journal has it: steps, times, checks, requests, outcome."""

    piped_width = 160

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the release and the files."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "release",
            nargs="?",
            metavar="RELEASE",
            help=message(
                "Its ID, or how that begins; `ao history` lists them. Default: the latest "
                "but for locks by hand."
            ),
        )
        parser.add_argument(
            "--report",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help=message(
                "Write the report of its last switch to FILE: .json, .html, .svg or .png. "
                "May be given again."
            ),
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Read the journal; list, and write what is to be written."""
        from ao.commands import journal_table
        from ao.journal import Journal
        from ao.report import report_files

        for path in parsed_args.report:
            report_files.check(path)
        journal, wanted = Journal(self.work(quiet=True)), parsed_args.release
        found = [
            release.id
            for release in journal.operations()
            if (release.id.startswith(wanted) if wanted else not release.on_lock)
        ]
        if not found:
            raise NotFound(
                message("the journal has no release %(wanted)s", wanted=wanted)
                if wanted
                else message("the journal has no release"),
                cure=message("`ao history` lists the releases."),
            )
        told = journal.entries(found[-1])
        self._report(told, found[-1], parsed_args.report)
        return COLUMNS, [row for it in told for row in journal_table.rows(it)]

    def _report(self, told: tuple[Entry, ...], release: str, paths: list[Path]) -> None:
        """Write the last cut-over to the files."""
        from ao.journal import Switched
        from ao.report import report_files

        switches = [it.event for it in told if isinstance(it.event, Switched)]
        if paths and not switches:
            raise NotFound(
                message("release %(release)s has no switch that could be reported", release=release)
            )
        for cut in switches[-1].cut if switches else ():
            left_out = message("Too large to be kept whole: %(what)s were left out.", what=cut)
            print(spoken(left_out), file=sys.stderr)
        for path in paths:
            report_files.write(switches[-1].cutover, path)
            print(spoken(message("wrote %(path)s", path=path)), file=sys.stderr)
