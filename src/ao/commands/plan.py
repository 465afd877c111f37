"""`ao plan release`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ao import duration
from ao.commands.listing import AoLister
from ao.commands.site_command import SiteCommand
from ao.message import joined, message

if TYPE_CHECKING:
    from ao.release import Plan


COLUMNS = (
    message("Stage"),
    message("State"),
    message("Estimate"),
    message("What"),
)


class PlanRelease(SiteCommand, AoLister):
    """Show what a release of a version would do now, and how long it will take."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the version."""
        parser = super().get_parser(prog_name)
        parser.add_argument("version", metavar="VERSION", help=message("Version to release."))
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Plan, and list."""
        from ao import release
        from ao.commands.version_argument import version_argument

        version = version_argument(parsed_args.version)
        course = release.plan(self.work(), version)
        return COLUMNS, [(it.stage, it.state, _estimate(it.seconds), it.text) for it in course]


def lines(course: Plan) -> Iterator[str]:
    """Yield the plan in lines: each stage, its state, and how long all of it may take."""
    for it in course:
        parts = ["  ", it.state, " " * (9 - len(it.state)), it.text]
        yield joined("", [*parts, ", ", _estimate(it.seconds)] if it.seconds else parts)
    known = [it.seconds for it in course if it.seconds is not None]
    if len(known) == len(course):
        total = message("about %(time)s in all, as it was before", time=duration.show(sum(known)))
        yield joined("", ["  ", total])


def _estimate(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return message("about %(time)s", time=duration.show(seconds)) if seconds else ""
