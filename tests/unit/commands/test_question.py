"""A question on the terminal."""

import io
import sys

import pytest

from ao.commands import question
from ao.errors import Refused
from ao.message import message

QUESTION = message("delete it?")
UNASKED = Refused(message("nobody is there to ask"), cure=message("--yes deletes without asking."))


class Terminal(io.StringIO):
    """What somebody types."""

    def isatty(self) -> bool:
        return True


def ask(monkeypatch: pytest.MonkeyPatch, typed: io.StringIO) -> None:
    monkeypatch.setattr(sys, "stdin", typed)
    question.ask(QUESTION, unasked=UNASKED, declined=message("nothing was deleted"))


def test_yes_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ask(monkeypatch, Terminal(" Yes\n"))
    assert capsys.readouterr() == ("", "delete it? [yes/no] ")


@pytest.mark.parametrize("typed", ["no\n", "\n", "", "y\n"])
def test_any_other_answer_is_a_no(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    with pytest.raises(Refused, match="nothing was deleted"):
        ask(monkeypatch, Terminal(typed))


def test_where_nobody_is_there_to_ask_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused) as refused:
        ask(monkeypatch, io.StringIO("yes\n"))
    assert refused.value is UNASKED
