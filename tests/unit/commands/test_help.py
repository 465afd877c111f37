"""Help of the commands: all of it in the user's language."""

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType, SimpleNamespace

import pytest
from cliff.command import Command
from cliff.lister import Lister
from cliff.show import ShowOne
from rich.cells import cell_len

from ao.commands.app import Ao
from ao.message import Message, translation
from ao.message.wrapping import wrapped

GROUPS = ("ao.commands", "openstack.bluegreen.v1")
COMMANDS = [entry for group in GROUPS for entry in entry_points(group=group)]
JAPANESE = re.compile(r"[\u3040-\u9fff]")
HEADERS = ("COLUMNS", "INVALID")
"""What modules of commands call the names of their tables' columns."""
OPENSTACK = SimpleNamespace(client_manager=None, NAME="openstack")
"""`openstack`, as far as a command's help asks for it."""


class Table(Lister):
    """Cliff's own command that lists."""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], list[str]]:
        """List nothing."""
        return (), []


class Thing(ShowOne):
    """Cliff's own command that shows one thing."""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[tuple[str, ...], list[str]]:
        """Show nothing."""
        return (), []


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user who reads Japanese, at a terminal of 80 columns."""
    monkeypatch.setenv("LANGUAGE", "ja")
    monkeypatch.setenv("COLUMNS", "80")
    translation.of_environment.cache_clear()
    yield
    translation.of_environment.cache_clear()


def parser(entry: EntryPoint) -> argparse.ArgumentParser:
    app = Ao() if entry.group == "ao.commands" else OPENSTACK
    return entry.load()(app, None).get_parser(entry.name.replace("_", " "))


def test_only_a_plugin_s_command_asks_which_distribution_it_is_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def distribution(module: ModuleType | None) -> str | None:
        asked.append(module)
        return module.__name__.partition(".")[0] if module else None

    asked: list[ModuleType | None] = []
    monkeypatch.setattr("cliff.command._get_distribution_for_module", distribution)
    own, plugged = (
        next(it for it in COMMANDS if it.group == group and it.name.endswith("switch"))
        for group in GROUPS
    )
    assert parser(own).epilog == ""
    assert not asked
    assert "provided by the ao plugin" in (parser(plugged).epilog or "")


def texts(parser: argparse.ArgumentParser) -> set[str]:
    """What a parser's help says of arguments and groups, but for what argparse says itself."""
    ours = [it.help for it in parser._actions if it.dest != "help" and it.help]
    groups = [text for it in parser._action_groups for text in (it.title, it.description) if text]
    return {*ours, *groups} - {it.title for it in argparse.ArgumentParser()._action_groups}


def cliffs(command: type[Command]) -> set[str]:
    """What cliff says itself in the help of a command."""
    return texts(command(SimpleNamespace(), None).get_parser("x"))


CLIFF = cliffs(Table) | cliffs(Thing)


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda it: it.name)
def test_every_argument_and_group_of_a_command_is_told_in_japanese(
    japanese: None, entry: EntryPoint
) -> None:
    ours = texts(parser(entry)) - CLIFF
    assert not [it for it in ours if not isinstance(it, Message)]
    assert not [it for it in ours if not JAPANESE.search(translation.spoken(it))]


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda it: it.name)
def test_every_column_of_a_command_is_told_in_japanese(japanese: None, entry: EntryPoint) -> None:
    module = sys.modules[entry.load().__module__]
    columns = [it for name in HEADERS for it in getattr(module, name, ())]
    assert not [it for it in columns if not isinstance(it, Message)]
    told = [it for it in columns if it not in {"ID", "URL"}]
    assert not [it for it in told if not JAPANESE.search(translation.spoken(it))]


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda it: it.name)
def test_every_command_says_in_japanese_what_it_does(japanese: None, entry: EntryPoint) -> None:
    made = parser(entry)
    description = made.description or ""
    assert JAPANESE.search(description)
    first = wrapped(description, 76)[0].split(" ")[0]
    assert first in made.format_help()


def test_the_program_lists_its_commands_and_options_in_japanese(
    japanese: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        Ao().run(["--help"])
    told = capsys.readouterr().out
    assert "OpenStack 上の Web アプリケーションの Blue-Green リリース。" in told
    assert "待機系にバージョンを配備します。" in told
    ours = texts(Ao().parser) - texts(super(Ao, Ao()).build_option_parser("", ""))
    assert not [it for it in ours if not JAPANESE.search(translation.spoken(it))]


def english(told: str) -> list[str]:
    """What of a help is English: headings without Japanese, and three words in a row.

    Commands between backticks are none, nor is the usage but for its beginning.
    """
    usage, _, rest = told.partition("\n\n")
    headings = [it for it in rest.splitlines() if it[:1].strip() and it.endswith(":")]
    rest = re.sub(r"`[^`]*`", "", " ".join(rest.split()))
    words = re.findall(r"\b[A-Za-z]+(?: [a-z]+){2,}", rest)
    return [
        *([usage] if usage.startswith("usage") else []),
        *(it for it in headings if not JAPANESE.search(it)),
        *words,
    ]


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize("entry", COMMANDS, ids=lambda it: it.name)
def test_no_english_is_left_in_the_help_of_a_command(entry: EntryPoint) -> None:
    assert not english(parser(entry).format_help())


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize("words", [["--help"], ["help"], ["help", "help"], ["help", "complete"]])
def test_no_english_is_left_in_the_help_of_the_program(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(SystemExit):
        Ao().run(words)
    assert not english(capsys.readouterr().out)


def test_a_heading_and_a_sentence_in_english_are_noticed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with suppress(SystemExit):
        Ao().run(["help", "switch"])
    left = english(capsys.readouterr().out)
    assert any(it.startswith("usage: ") for it in left)
    assert {"options:", "positional arguments:", "output formatters:"} <= set(left)


@pytest.mark.usefixtures("japanese")
def test_no_line_of_usage_is_wider_than_the_terminal() -> None:
    for entry in COMMANDS:
        usage = parser(entry).format_usage()
        lines = [line for line in usage.splitlines() if len(line.split(" [")) > 2]
        assert not [line for line in lines if cell_len(line) > 80]


@pytest.mark.usefixtures("japanese")
def test_no_line_of_help_is_wider_than_the_terminal() -> None:
    for entry in COMMANDS:
        made = parser(entry)
        usage = made.format_usage()
        said = made.format_help().removeprefix(usage)
        assert not [line for line in said.splitlines() if cell_len(line) > 80]


def test_help_is_english_where_the_locale_is_not_japanese(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        Ao().run(["--help"])
    told = capsys.readouterr().out
    assert "Bring a version to the standby; production is not touched" in told
    assert not JAPANESE.search(told)
