"""`ao schema`."""

from __future__ import annotations

import argparse
import json

from ao.commands.site_command import AoCommand
from ao.message import message


class Schema(AoCommand):
    """Print the JSON Schema of the site file, for editors and checks."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the other form."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--markdown",
            action="store_true",
            help=message("Print tables of all keys as Markdown instead."),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print it."""
        from ao import config
        from ao.config import markdown

        if parsed_args.markdown:
            self.app.stdout.write(markdown.markdown(config.SiteFile))
        else:
            self.app.stdout.write(json.dumps(config.schema(), indent=2) + "\n")
