"""`ao init`."""

from __future__ import annotations

import argparse
from importlib import resources
from pathlib import Path

from ao.commands.site_command import AoCommand
from ao.errors import ConfigError
from ao.message import message
from ao.message.translation import spoken


class Init(AoCommand):
    """Write a commented site file and user data to begin with."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the two files, unless one is there."""
        config: Path = self.app.options.config
        starter = resources.files("ao").joinpath("starter")
        files = {config: "ao.yaml", config.parent / "user-data.sh": "user-data.sh"}
        for path in files:
            if path.exists():
                raise ConfigError(
                    message("%(path)s is there already; nothing was written", path=path),
                    cure=message("Move it away, or name another place with --config."),
                )
        for path, name in files.items():
            path.write_text(starter.joinpath(name).read_text(encoding="utf-8"), encoding="utf-8")
            self.app.stdout.write(spoken(message("wrote %(path)s", path=path)) + "\n")
        after = message(
            "Next: fill in cloud, image, flavor, external_network and provider, then `ao up`."
        )
        self.app.stdout.write(spoken(after) + "\n")
