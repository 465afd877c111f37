"""The commands of `ao`: found, and listed in its help, without what they need to run."""

from __future__ import annotations

import argparse
from importlib.metadata import distribution
from typing import TYPE_CHECKING

import autopage.argparse
from cliff.commandmanager import CommandManager
from cliff.complete import CompleteCommand
from cliff.help import HelpCommand

from ao.commands.help_formatter import TranslatedHelp, description
from ao.message import message
from ao.message.translation import spoken

if TYPE_CHECKING:
    from cliff.app import App

DISTRIBUTION = "ao-bluegreen"
"""What Ao is called where it is installed; its entry points name the commands."""


class Commands(CommandManager):
    """The commands that Ao's own entry points name."""

    def load_commands(self, namespace: str) -> None:
        """Add the commands of a group of entry points; the modules of none is imported yet.

        cliff would look for them in all distributions that are installed.
        """
        self.group_list.append(namespace)
        for entry in distribution(DISTRIBUTION).entry_points.select(group=namespace):
            self.commands[entry.name.replace("_", " ")] = entry


class Complete(TranslatedHelp, CompleteCommand):
    """Print the command that completes `ao` in bash."""


class Help(TranslatedHelp, HelpCommand):
    """Print detailed help for another command."""

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Print the help of a command, or of the program where none is named."""
        if parsed_args.cmd:
            return super().take_action(parsed_args)
        print_help(self.app)
        return 0


def print_help(app: App) -> None:
    """Print the help of the program with a list of its commands.

    A command says what it does by its class. cliff would make each of them, and ask of which
    distribution each is, for which it reads the lists of files of all that are installed.
    """
    pager = autopage.argparse.help_pager(app.stdout)
    color = pager.to_terminal()
    autopage.argparse.use_color_for_parser(app.parser, color)
    underlined, cyan, plain = ("\033[4m", "\033[36m", "\033[0m") if color else ("", "", "")
    with pager as out:
        app.parser.print_help(out)
        out.write(f"\n{underlined}{spoken(message('Commands'))}{plain}:\n")
        for name, entry in sorted(app.command_manager):
            does = spoken(description(entry.load())).split("\n")[0].rstrip(".")
            out.write(f"  {cyan}{name:<13}{plain}  {does}\n")
