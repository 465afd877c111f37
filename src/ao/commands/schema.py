"""`ao schema`."""

from __future__ import annotations

import argparse
import json

from ao.commands.base import AoCommand


class Schema(AoCommand):
    """Print the JSON Schema of the site file, for editors and checks."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print it."""
        from ao import config

        self.app.stdout.write(json.dumps(config.schema(), indent=2) + "\n")
