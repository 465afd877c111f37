"""`ao history`."""

from __future__ import annotations

import argparse

from cliff.lister import Lister

from ao.commands.base import SiteCommand

COLUMNS = (
    "Release",
    "Begun",
    "Act",
    "Version",
    "From",
    "To",
    "Who",
    "Took",
    "Lost",
    "Outcome",
    "Why",
)


class History(SiteCommand, Lister):
    """List what was done to the site: releases, and switches and deploys alone."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the limit."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--limit", type=int, default=20, metavar="N", help="How many at most. Default: 20."
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Read the journal, and list it, latest first."""
        from ao.journal import Journal, Release

        def row(release: Release) -> tuple[object, ...]:
            from ao import duration

            return (
                release.id,
                f"{release.begun:%Y-%m-%d %H:%M:%SZ}",
                release.act,
                release.version,
                release.old or "",
                release.new or "",
                release.who,
                duration.show(release.seconds),
                "" if release.lost is None else release.lost,
                release.outcome or f"at: {release.step or 'work'}",
                release.reason,
            )

        latest = reversed(Journal(self.work(quiet=True)).releases())
        return COLUMNS, [row(release) for release in latest][: max(0, parsed_args.limit)]
