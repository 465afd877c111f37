"""What others wrote does nothing to a terminal, and is not hidden."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.untrusted.printable import printable, printable_lines

ANYTHING = st.text(st.characters())
"""Any text of Python's, with halves of surrogate pairs."""
FOREIGN = st.text(st.characters() | st.sampled_from("\x00\x07\x1b\r\n\t\x9b\u202e\u2028\ud800"))
"""Any text of Python's that is likely to act on a terminal."""
ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode whose characters act, or cannot be written."""


def harmless(text: str) -> bool:
    """Whether nothing in a text acts on a terminal."""
    return all(unicodedata.category(it) not in ACTING for it in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("shop is live on 青, ok", "shop is live on 青, ok"),
        ("全角\u3000空白\xa0and 🟦", "全角\u3000空白\xa0and 🟦"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("one\r\ntwo\u2028three\x85", r"one\r\ntwo\u2028three\x85"),
        ("ao\u202egnp.exe\u2066\u200f", r"ao\u202egnp.exe\u2066\u200f"),
        ("sh\u200bop\ufeff\U000e0041", r"sh\u200bop\ufeff\U000e0041"),
        ("\ud83d", r"\ud83d"),
        ("", ""),
    ],
)
def test_what_acts_is_shown_and_what_is_read_stays(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_stay_where_they_are_wanted() -> None:
    assert printable("one\n\x1btwo\r\n", keep="\n") == "one\n\\x1btwo\\r\n"


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (0, ""),
        (1, "…"),
        (4, "ab…"),
        (6, "ab…"),
        (7, r"ab\x1b…"),
        (8, r"ab\x1bcd"),
        (9, r"ab\x1bcd"),
    ],
)
def test_what_is_cut_says_so_and_is_not_cut_within_a_character(length: int, shown: str) -> None:
    assert printable("ab\x1bcd", length) == shown


@given(ANYTHING)
def test_nothing_that_acts_is_left_and_it_can_be_written(text: str) -> None:
    shown = printable(text)
    assert not {unicodedata.category(it) for it in shown} & ACTING
    shown.encode()


@given(ANYTHING)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(ANYTHING, st.integers(0, 40))
def test_a_length_is_kept_and_the_beginning_is_that_of_the_text(text: str, length: int) -> None:
    cut, whole = printable(text, length), printable(text)
    assert len(cut) <= length
    assert cut == whole or whole.startswith(cut.removesuffix("…"))
    assert (cut == whole) == (len(whole) <= length)


def test_a_text_of_any_length_is_cut_at_once() -> None:
    assert printable("\x1b" * 50_000_000, 10) == r"\x1b\x1b…"


@given(FOREIGN)
def test_a_text_of_several_lines_keeps_them_and_nothing_else(text: str) -> None:
    shown = printable_lines(text)
    assert [printable(line) for line in text.split("\n")] == shown.split("\n")


def test_a_giant_text_is_cut_in_no_time() -> None:
    begin = time.process_time()
    printable("\x1b" * 10_000_000, 200)
    assert time.process_time() - begin < 1
