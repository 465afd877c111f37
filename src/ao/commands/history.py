"""`ao history`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ao.commands.listing import AoLister
from ao.commands.site_command import SiteCommand
from ao.errors import CloudError
from ao.message import message
from ao.message.translation import spoken
from ao.message.vocabulary import word

if TYPE_CHECKING:
    from ao.journal import Operation
    from ao.work import Work

COLUMNS = (
    message("Release"),
    message("Begun"),
    message("Act"),
    message("Version"),
    message("From"),
    message("To"),
    message("Who"),
    message("Took"),
    message("Lost"),
    message("Outcome"),
    message("Why"),
    message("Approver"),
    message("Cause"),
)

INVALID = (
    message("ID"),
    message("Name"),
    message("Why"),
)


class History(SiteCommand, AoLister):
    """List what was done to the site: releases, switches and deploys alone, locks by hand."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the limit."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--limit",
            type=int,
            default=20,
            metavar="N",
            help=message("How many at most. Default: 20."),
        )
        parser.add_argument(
            "--invalid",
            action="store_true",
            help=message(
                "List the entries that break the journal's rules and are left out, all of them."
            ),
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Read the journal, and list it, latest first."""
        from ao.journal import Journal

        def row(release: Operation) -> tuple[object, ...]:
            from ao import duration

            return (
                release.id,
                f"{release.begun:%Y-%m-%d %H:%M:%SZ}",
                word(release.act),
                release.version,
                release.old or "",
                release.new or "",
                f"{release.who} ({release.releaser})" if release.releaser else release.who,
                "" if release.on_lock else duration.show(release.seconds),
                "" if release.lost is None else release.lost,
                _state(release),
                release.reason,
                release.approver,
                causes.get(release.id, ""),
            )

        work = self.work(quiet=True)
        if parsed_args.invalid:
            return INVALID, [(it.id, it.name, it.why) for it in Journal(work).all_invalid()]
        journal = Journal(work)
        latest = [*reversed(_settled(work, journal.operations()))][: max(0, parsed_args.limit)]
        causes = journal.causes(latest)
        return COLUMNS, [row(release) for release in latest]


def _state(release: Operation) -> object:
    """Return what came of an operation, or where it stands."""
    return word(release.outcome or release.standstill) or message(
        "at: %(step)s", step=release.step or message("work")
    )


def _settled(work: Work, releases: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Return the operations as the lock tells them; it is asked only where one has not ended."""
    from ao.journal import settled
    from ao.release import is_running

    if all(release.outcome is not None for release in releases):
        return releases
    try:
        return settled(releases, held=is_running(work))
    except CloudError as error:
        told = message("Not known whether anything is at work: %(why)s", why=error.message)
        print(spoken(told), file=sys.stderr)
        return releases
