"""`ao plan release` and `ao plan up`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ao import duration
from ao.commands.listing import AoLister
from ao.commands.site_command import SiteCommand
from ao.commands.version_argument import add_image, check_version, chosen_version
from ao.message import joined, message

if TYPE_CHECKING:
    from ao.release import Plan


COLUMNS = (
    message("Stage"),
    message("State"),
    message("Estimate"),
    message("What"),
)


CHANGES = (
    message("Stack"),
    message("Resource"),
    message("Type"),
    message("Change"),
    message("When"),
    message("Parameters"),
)


class PlanRelease(SiteCommand, AoLister):
    """Show what a release of a version would do now, and how long it will take."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the version."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "version", nargs="?", metavar="VERSION", help=message("Version to release.")
        )
        add_image(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Plan, and list."""
        from ao import release

        image = parsed_args.image
        check_version(parsed_args.version, image)
        work = self.work()
        version = chosen_version(work, parsed_args.version, image)
        course = release.plan(work, version, image=image)
        return COLUMNS, [(it.stage, it.state, _estimate(it.seconds), it.text) for it in course]


class PlanUp(SiteCommand, AoLister):
    """Show what `ao up` would do, and which changes of the site file it leaves to a deploy.

    Heat previews the stacks and changes nothing. What comes later is listed with what brings it.
    """

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Preview, and list."""
        from ao.operations import previews
        from ao.plan import stack_changes

        work = self.work()
        steps, changes = previews.changes(work)
        for step in steps:
            work.note(str(step))
        if work.site.adopt is not None:
            for sentence in previews.around(work):
                work.note(sentence)
        told = stack_changes.notice(changes)
        if told is not None:
            work.note(told)
        return CHANGES, [
            (it.stack, it.resource, it.type, it.change, it.when, " ".join(it.because))
            for it in changes
        ]


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
