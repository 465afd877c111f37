import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from ao.site.name_types import SiteName, Version
from ao.untrusted.texts import LINE, LINES, TEXT, WORD, Line, Text, Word
from tests.unit.untrusted.test_printable import FOREIGN, harmless


@dataclass(frozen=True, kw_only=True)
class Shown:
    word: Word
    line: Line
    text: Text


@dataclass(frozen=True, kw_only=True)
class Acting:
    version: Version = "2.0"
    site: SiteName = "shop"


SHOWN, ACTING = TypeAdapter(Shown), TypeAdapter(Acting)


@given(FOREIGN)
def test_what_is_only_shown_is_harmless_once_it_is_read(text: str) -> None:
    read = SHOWN.validate_python({"word": text, "line": text, "text": text})
    assert harmless(read.word)
    assert harmless(read.line)
    assert all(map(harmless, read.text.split("\n")))


@given(FOREIGN)
def test_no_line_of_a_text_begins_where_those_of_ao_do(text: str) -> None:
    read = SHOWN.validate_python({"word": "", "line": "", "text": text})
    assert all(not line or line.startswith("  ") for line in read.text.split("\n")[1:])


def test_the_lines_of_an_error_of_ao_stay_as_they_are() -> None:
    text = "1 of 2 checks failed; production is untouched\n  home page: HTTP 500\n  smoke: no"
    assert SHOWN.validate_python({"word": "", "line": "", "text": text}).text == text


@pytest.mark.parametrize("text", ["x" * 10_000_000, "\n" * 10_000_000, "\x1b" * 10_000_000])
def test_a_giant_text_is_cut_in_no_time(text: str) -> None:
    begin = time.process_time()
    read = SHOWN.validate_python({"word": text, "line": text, "text": text})
    assert time.process_time() - begin < 1
    assert len(read.word) <= WORD
    assert len(read.line) <= LINE
    assert len(read.text) <= TEXT
    assert read.text.count("\n") < LINES


@pytest.mark.parametrize(
    "given", [{"version": "2.0'; touch /tmp/x; : '"}, {"version": ""}, {"site": "../shop"}]
)
def test_what_acts_is_refused_when_nobody_could_have_given_it(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ACTING.validate_python(given)
    assert ACTING.validate_python({"version": "2.1", "site": "tea"}) == Acting(
        version="2.1", site="tea"
    )
