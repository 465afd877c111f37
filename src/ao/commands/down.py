"""`ao down`."""

from __future__ import annotations

import argparse

from ao.colour import Colour
from ao.commands import question
from ao.commands.site_command import SiteCommand
from ao.errors import Refused
from ao.message import Message, message


class Down(SiteCommand):
    """Delete the site, or one system of it that is not live."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the colour and --yes."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "colour",
            nargs="?",
            metavar="COLOUR",
            choices=list(map(str, Colour)),
            help=message("System to delete: blue or green. Default: the whole site."),
        )
        parser.add_argument("--yes", action="store_true", help=message("Delete without asking."))
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Ask, and delete."""
        from ao.operations import operations

        work = self.work()
        before = work.observe()
        built = before.stack or any(system.stack for system in before.systems.values())
        if not parsed_args.yes:
            question.ask(
                _question(work.site.name, before.live, parsed_args.colour),
                unasked=Refused(
                    message("nobody is there to ask"),
                    cure=message("--yes deletes without asking."),
                ),
                declined=message("nothing was deleted"),
            )
        colours = frozenset([Colour(parsed_args.colour)] if parsed_args.colour else Colour)
        operations.down(work, colours)
        work.note(_deleted(work.site.name, parsed_args.colour, built=bool(built)))


def _question(site: str, live: Colour | None, colour: str | None) -> Message:
    """Return what is asked before a site, or a system of it, is deleted."""
    where = live or message("no system")
    if colour is None:
        return message("Delete site %(name)s, where %(live)s is live?", name=site, live=where)
    return message(
        "Delete %(colour)s of site %(name)s, where %(live)s is live?",
        colour=Colour(colour),
        name=site,
        live=where,
    )


def _deleted(site: str, colour: str | None, *, built: bool) -> Message:
    """Return what is told of a site, or of a system of it, that is gone."""
    what = message("site %(name)s", name=site)
    if colour is not None:
        what = message("%(colour)s of site %(name)s", colour=Colour(colour), name=site)
    if built:
        return message("Deleted: %(what)s.", what=what)
    return message("Nothing was there to delete: %(what)s.", what=what)
