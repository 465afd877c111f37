"""The `ao` program."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cliff.app import App
from cliff.help import HelpExit

import ao
from ao.commands import log
from ao.commands.argument_errors import WRONG, translate
from ao.commands.command_list import Commands, Complete, Help, print_help
from ao.commands.help_formatter import HelpFormatter, description
from ao.message import message
from ao.message.translation import spoken
from ao.redaction import redact_log

THRESHOLD = 50_000
"""Objects made and not freed, after which Python looks for garbage in cycles. What a command
imports lives as long as it does, and each look at it delays the first request."""


class Ao(App):
    """Blue-green releases of web applications on OpenStack."""

    NAME = "ao"
    LOG = logging.getLogger("ao")

    def __init__(self) -> None:
        self._arguments: list[str] = []
        self._logging = ExitStack()
        super().__init__(
            description=description(type(self)),
            version=ao.__version__,
            command_manager=Commands("ao.commands"),
            deferred_help=True,
        )
        self.command_manager.add_command("help", Help)
        self.command_manager.add_command("complete", Complete)

    def build_option_parser(
        self,
        description: str | None,
        version: str | None,
        argparse_kwargs: dict[str, Any] | None = None,
    ) -> argparse.ArgumentParser:
        """Add Ao's global options to cliff's, and put its own in the place of some."""
        more = {
            **(argparse_kwargs or {}),
            "conflict_handler": "resolve",
            "formatter_class": HelpFormatter,
        }
        parser = super().build_option_parser(description, version, more)
        translate(parser)
        parser.add_argument("--version", action="version", version=f"{self.NAME} {version}")
        parser.add_argument(
            "--log-file",
            metavar="FILE",
            type=Path,
            default=None,
            help=message("Log requests to OpenStack, steps and notes to FILE, without secrets."),
        )
        parser.add_argument(
            "--log-format",
            choices=list(map(str, log.Form)),
            default=str(log.Form.TEXT),
            help=message("How FILE is written; json: an object in a line. Default: text."),
        )
        parser.add_argument(
            "--debug",
            action="store_true",
            help=message("Log the same to standard error, with the tracebacks of errors."),
        )
        parser.add_argument(
            "--os-cloud",
            metavar="CLOUD",
            default=None,
            help=message(
                "Cloud of clouds.yaml; goes before `cloud:` in the site file. Env: OS_CLOUD."
            ),
        )
        parser.add_argument(
            "--config",
            metavar="FILE",
            type=Path,
            default=Path(os.environ.get("AO_CONFIG", "ao.yaml")),
            help=message("Site file. Default: ao.yaml. Env: AO_CONFIG."),
        )
        return parser

    def run(self, argv: list[str]) -> int:
        """Run a command and close its log; the exit code."""
        self._arguments = argv
        with self._logging:
            return super().run(argv)

    def run_subcommand(self, argv: list[str]) -> int:
        """Run the command that arguments begin with; the exit code."""
        try:
            self.command_manager.find_command(argv)
        except ValueError:
            what = message(
                "%(words)s is no command. `ao --help` lists all.", words=repr(" ".join(argv))
            )
            lines = [f"{self.NAME}: {spoken(what)}"]
            if near := self.get_fuzzy_matches(argv[0]):
                lines += [
                    spoken(message("Did you mean one of these?")),
                    *(f"  {it}" for it in near),
                ]
            print("\n".join(lines), file=sys.stderr)
            return WRONG
        return super().run_subcommand(argv)

    def print_help_if_requested(self) -> None:
        """Print the program's help, and exit, where it is asked for."""
        if self.options.deferred_help:
            print_help(self)
            raise HelpExit

    def configure_logging(self) -> None:
        """Log as the options say, instead of as cliff does, which would log secrets."""
        options = self.options
        level = logging.WARNING
        if options.debug or options.verbose_level > self.DEFAULT_VERBOSE_LEVEL:
            everything = options.debug or options.verbose_level > self.DEFAULT_VERBOSE_LEVEL + 1
            level = logging.DEBUG if everything else logging.INFO
        try:
            file = (options.log_file, log.open_log(options.log_file)) if options.log_file else None
        except OSError as error:
            why = error.strerror or error
            self.parser.error(f"argument --log-file: {options.log_file}: {why}")
        form = log.Form(options.log_format)
        self._logging.enter_context(
            log.logging_to(self.stderr, level, file, form, tracebacks=options.debug)
        )

    def initialize_app(self, argv: list[str]) -> None:
        """Log what is run."""
        said = redact_log(shlex.join(self._arguments))
        fields = {"version": ao.__version__, "arguments": said}
        self.LOG.info("ao %s: %s", ao.__version__, said, extra={"fields": fields})


def main(argv: list[str] | None = None) -> int:
    """Run `ao` with arguments; the exit code."""
    gc.set_threshold(THRESHOLD, *gc.get_threshold()[1:])
    arguments = sys.argv[1:] if argv is None else argv
    return Ao().run(arguments or ["--help"])
