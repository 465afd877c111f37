"""Errors of arguments: in the user's language, and in English as argparse has them."""

import argparse
import re
from collections.abc import Iterator

import pytest

from ao.commands.app import Ao
from ao.commands.argument_errors import said
from ao.message import Message, translation

JAPANESE = re.compile(r"[\u3040-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]+ [a-z]{2,} [a-z]{2,}")
"""Three words in a row."""
WRONG = (
    ("scale", "red", "3"),
    ("scale", "blue", "x"),
    ("scale", "blue"),
    ("status", "--nope"),
    ("down", "--yes=3"),
    ("--config",),
    ("--log-format", "xml", "status"),
    ("history", "--l", "1", "--limit"),
    ("status", "--fit-width", "--sort-a", "--sort-d"),
    ("status", "--sort"),
    ("-v", "-q", "status"),
    ("timetable", "fit", "a.yaml", "--window", "soon"),
    ("timetable", "fit", "a.yaml", "--window", "15"),
    ("--log-file", "/nowhere/ao.log", "status"),
)
"""Command lines that are wrong in the ways that argparse knows, and in ours."""


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", "ja")
    translation.of_environment.cache_clear()
    yield
    translation.of_environment.cache_clear()


def told(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    """What is told of wrong arguments, without the usage; they end with exit code 2."""
    with pytest.raises(SystemExit) as ended:
        Ao().run(list(words))
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()[-1]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_is_wrong_is_told_in_english_as_argparse_does(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = told(words, capsys)
    assert re.match(r"\S+( \w+)*: error: ", ours)
    monkeypatch.setattr("ao.commands.app.translate", lambda parser: None)
    monkeypatch.setattr("ao.commands.help_formatter.translate", lambda parser: None)
    assert ours == told(words, capsys)


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_is_wrong_is_told_in_japanese(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    line = told(words, capsys)
    assert ": エラー: " in line
    why = line.partition(": エラー: ")[2]
    assert JAPANESE.search(why)
    # The operating system's words follow the locales that it has.
    assert not ENGLISH.search(why.partition("/nowhere")[0])


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(exit_on_error=False)
    one = made.add_mutually_exclusive_group(required=True)
    one.add_argument("--a", type=float)
    one.add_argument("--b", action="store_true")
    made.add_argument("--many", nargs="+")
    made.add_argument("--colours", choices=["blue", "green"])
    made.add_argument("--combine", action="store_true")
    return made


@pytest.mark.parametrize(
    "words",
    [
        *("", "--a x", "--a", "--a 1 --b", "--b=1", "--b --many"),
        *("--b --co x", "--b --colours red", "--b z z"),
    ],
)
def test_everything_that_argparse_says_is_known(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((argparse.ArgumentError, SystemExit)) as ended:
        parser().parse_args(words.split())
    error = str(ended.value)
    if isinstance(ended.value, SystemExit):
        error = capsys.readouterr().err.splitlines()[-1].partition(": error: ")[2]
    found = said(error)
    assert isinstance(found, Message)
    assert found == error


def test_what_is_not_known_stays_as_it_is() -> None:
    assert said("of a later argparse") == "of a later argparse"


@pytest.mark.parametrize("words", [["deply"], ["deply", "2.0"], ["--nope"], ["timetable-x"]])
def test_a_word_that_is_no_command_ends_with_exit_code_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert Ao().run(words) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"ao: '{' '.join(words)}' is no command. `ao --help` lists all.\n")
    assert said.out == ""
    assert "deply" not in words[0] or "Did you mean one of these?\n  deploy\n" in said.err


@pytest.mark.usefixtures("japanese")
def test_a_word_that_is_no_command_is_told_in_japanese(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert Ao().run(["deply"]) == 2
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.startswith("ao: 'deply' というコマンドはありません。")
    assert JAPANESE.search(second)
    assert third == "  deploy"


def test_a_word_that_is_no_command_does_nothing_to_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert Ao().run(["\x1b[2J"]) == 2
    assert capsys.readouterr().err.splitlines()[0].isprintable()
