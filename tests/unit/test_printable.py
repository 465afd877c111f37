import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.printable import printable, printable_lines

FOREIGN = st.text(st.characters() | st.sampled_from("\x00\x07\x1b\r\n\t\x9b\u202e\u2028\ud800"))


def harmless(text: str) -> bool:
    """Whether nothing in a text acts on a terminal."""
    return all(unicodedata.category(it) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for it in text)


@pytest.mark.parametrize("text", ["the new till", "青、緑", "a\u3000b", "100 % – ok", ""])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nao: production is fine", r"a\nao: production is fine"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("caf\udce9", r"caf\udce9"),
    ],
)
def test_what_acts_on_a_terminal_is_made_visible(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(FOREIGN, st.integers(1, 300))
def test_whatever_somebody_wrote_is_harmless_and_no_longer_than_wanted(
    text: str, limit: int
) -> None:
    shown = printable(text, limit)
    assert harmless(shown)
    assert len(shown) <= limit
    shown.encode()


def test_a_text_that_is_cut_says_so() -> None:
    assert printable("x" * 300, 10) == "x" * 9 + "…"


@given(FOREIGN)
def test_a_text_of_several_lines_keeps_them(text: str) -> None:
    shown = printable_lines(text)
    assert shown.count("\n") == text.count("\n")
    assert all(map(harmless, shown.split("\n")))


def test_a_giant_text_is_cut_in_no_time() -> None:
    begin = time.process_time()
    printable("\x1b" * 10_000_000)
    assert time.process_time() - begin < 1
