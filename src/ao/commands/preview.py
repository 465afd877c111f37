"""`ao preview`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ao.commands.listing import AoLister
from ao.commands.site_command import SiteCommand
from ao.message import message

if TYPE_CHECKING:
    from ao.colour import Colour
    from ao.plan.facts import Facts
    from ao.site import Site

COLUMNS = (
    message("System"),
    message("Role"),
    message("Version"),
    message("URL"),
    message("Header"),
)


class Preview(SiteCommand, AoLister):
    """Tell how the standby is asked before it is live, and the live system beside it.

    Where that is by header or cookie, the value is a secret: whoever has it sees the standby. It is
    told to nobody where the site file names networks that may reach the standby.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the option for new values, and the reason."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--new-key",
            action="store_true",
            help=message("Have both systems reached by new values, and by the old ones no more."),
        )
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why, for the journal.")
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Change the values if asked, and list."""
        from ao.colour import Colour
        from ao.operations import operations
        from ao.plan import guard

        work = self.work(quiet=not parsed_args.new_key)
        site = work.site
        if parsed_args.new_key:
            facts = operations.new_preview_key(work, parsed_args.reason)
            if site.switch.preview_sources:
                work.note(message("The values are new, and told to nobody."))
                return COLUMNS, []
        else:
            facts = work.observe()
        guard.may_tell_preview(site, facts)
        rows = [_row(site, facts, it) for it in Colour if facts.has_servers(it)]
        return COLUMNS, [it for it in rows if it is not None]


def _row(site: Site, facts: Facts, colour: Colour) -> tuple[object, ...] | None:
    """Return the row of a system; None where nobody can ask it."""
    from ao.plan import preview

    version = facts.systems[colour].version or "?"
    live = facts.live is colour
    role = message("live") if live else message("standby")
    address = site.host or (facts.preview.address if facts.preview else "")
    if facts.previews_by_request:
        said = preview.header(facts, colour)
        if said is None or not address:
            return None
        return colour, role, version, site.url(address, "/"), ": ".join(said)
    if live or facts.previewed is not colour or facts.preview is None:
        return None
    named = address if facts.preview is facts.production else facts.preview.address
    return colour, role, version, site.preview_url(named, "/"), ""
