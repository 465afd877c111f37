"""The `ao` program."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import Any

from cliff.app import App
from cliff.commandmanager import CommandManager

import ao


class Ao(App):
    """Blue-green releases of web applications on OpenStack."""

    NAME = "ao"

    def __init__(self) -> None:
        super().__init__(
            description=(self.__doc__ or "").strip(),
            version=ao.__version__,
            command_manager=CommandManager("ao.commands"),
            deferred_help=True,
        )

    def build_option_parser(
        self,
        description: str | None,
        version: str | None,
        argparse_kwargs: dict[str, Any] | None = None,
    ) -> argparse.ArgumentParser:
        """Add Ao's global options to cliff's."""
        parser = super().build_option_parser(description, version, argparse_kwargs)
        parser.add_argument(
            "--os-cloud",
            metavar="CLOUD",
            default=None,
            help="Cloud of clouds.yaml; goes before `cloud:` in the site file. Env: OS_CLOUD.",
        )
        parser.add_argument(
            "--config",
            metavar="FILE",
            type=Path,
            default=Path(os.environ.get("AO_CONFIG", "ao.yaml")),
            help="Site file. Default: ao.yaml. Env: AO_CONFIG.",
        )
        return parser

    def configure_logging(self) -> None:
        """Keep what the libraries tell of each request to --debug."""
        super().configure_logging()
        if not self.options.debug:
            logging.getLogger("httpx").setLevel(logging.WARNING)
            logging.getLogger("keystoneauth").setLevel(logging.ERROR)


def main(argv: list[str] | None = None) -> int:
    """Run `ao` with arguments; the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    return Ao().run(arguments or ["--help"])
