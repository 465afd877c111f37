"""Help of commands in the user's language."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterable
from typing import Any

from cliff._argparse import SmartHelpFormatter
from cliff.command import Command

from ao.commands.argument_errors import translate
from ao.message import Message, message
from ao.message.translation import spoken
from ao.message.wrapping import columns, wrapped

_PROVIDED = re.compile(r"This command is provided by the (\S+) plugin\.")
_LIBRARIES = {
    str(it): it
    for it in (
        message("positional arguments"),
        message("options"),
        message("show this help message and exit"),
        message("show program's version number and exit"),
        message("Show help message and exit."),
        message("Increase verbosity of output. Can be repeated."),
        message("Suppress output except warnings and errors."),
        message("name of the command"),
        message("Command name to support with command completion"),
        message("Shell being used. Use none for data only (default: bash)"),
        message("output formatters"),
        message("output formatter options"),
        message("the output format, defaults to table"),
        message("specify the column(s) to include, can be repeated to show multiple columns"),
        message(
            "specify the column(s) to sort the data (columns specified first have a priority, "
            "non-existing columns are ignored), column names are case-insensitive and accept "
            "underscores for spaces, can be repeated"
        ),
        message("sort the column(s) in ascending order"),
        message("sort the column(s) in descending order"),
        message("CSV Formatter"),
        message("when to include quotes, defaults to nonnumeric"),
        message("json formatter"),
        message("whether to disable indenting the JSON"),
        message("shell formatter"),
        message('a format a UNIX shell can parse (variable="value")'),
        message("add a prefix to all variable names"),
        message("table formatter"),
        message(
            "Maximum display width, <1 to disable. You can also use the CLIFF_MAX_TERM_WIDTH "
            "environment variable, but the parameter takes precedence."
        ),
        message(
            "Fit the table to the display width. Implied if --max-width greater than 0. Set the "
            "environment variable CLIFF_FIT_WIDTH=1 to always enable"
        ),
        message("Print empty table if there is no data to show."),
    )
}
"""What argparse and cliff say in a help themselves, which have no Japanese."""


def description(command: type) -> Message:
    """Return what a command, or a program, says of itself: the docstring of its class."""
    return Message(inspect.getdoc(command) or "", {})


def _package(thing: object) -> str:
    """Return the name of the package that defines the class of a thing."""
    return type(thing).__module__.partition(".")[0]


def _said(text: str) -> str:
    """Say a text of ours, or one of argparse's or cliff's, in the user's language."""
    return spoken(text if isinstance(text, Message) else _LIBRARIES.get(text, text))


class TranslatedHelp(Command):
    """A command whose help and errors of arguments are in the user's language."""

    def get_description(self) -> str:
        """Return what the command does, in the user's language."""
        return spoken(description(type(self)))

    def get_epilog(self) -> str:
        """Return what stands below the help: which plugin the command is of."""
        if _package(self) == _package(self.app) and not list(self._hooks):
            # cliff reads the files of all distributions to find that it is the program's own.
            return self._epilog or ""
        said: str = super().get_epilog()
        return _PROVIDED.sub(
            lambda found: spoken(
                message("This command is provided by the %(plugin)s plugin.", plugin=found[1])
            ),
            said,
        )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return a parser whose help and errors are in the user's language."""
        parser = super().get_parser(prog_name)
        parser.formatter_class = HelpFormatter
        translate(parser)
        return parser


class HelpFormatter(SmartHelpFormatter):
    """Formats help in the user's language; Japanese has no spaces to break its lines at."""

    def start_section(self, heading: str | None) -> None:
        """Begin a group of arguments."""
        super().start_section(heading and _said(heading))

    def add_text(self, text: str | None) -> None:
        """Add a description."""
        super().add_text(_said(text) if text and text != argparse.SUPPRESS else text)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and _said(action.help)

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None,
    ) -> str:
        """Format the usage; argparse takes each character of what it begins with for a column."""
        before = spoken(message("usage: ")) if prefix is None else prefix
        wider = 0 if before.isascii() else columns(before) - len(before)
        self._width -= wider
        said: str = super()._format_usage(usage, actions, groups, before)
        self._width += wider
        return said.replace("\n ", f"\n {' ' * wider}")

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if text.isascii() else wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.isascii():
            return super()._fill_text(text, width, indent)
        return "\n".join(f"{indent}{line}" for line in wrapped(text, width - len(indent)))
