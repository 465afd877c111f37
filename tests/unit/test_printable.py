"""Foreign text, made safe to print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("青い　画面 é", "青い　画面 é"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("one\r\ntwo\tthree", r"one\r\ntwo\tthree"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
        ("\x9b31m\u2028", r"\x9b31m\u2028"),
    ],
)
def test_what_acts_on_a_terminal_is_made_visible(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_text_is_cut() -> None:
    assert printable("x" * 10, 10) == "x" * 10
    assert printable("x" * 11, 10) == "x" * 9 + "…"
    assert printable("\n" * 10, 10) == r"\n\n\n\n\…"


@given(st.text(st.characters(), max_size=300), st.integers(1, 250))
def test_whatever_text_stays_within_the_limit_and_can_be_encoded(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert len(shown) <= limit
    shown.encode()
    assert not {it for it in shown if ord(it) < 32 or 127 <= ord(it) < 160}
