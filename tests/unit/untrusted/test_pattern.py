"""Expressions that others wrote: Python's `re`, but for the time that a search may take."""

import re
import time
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ao.untrusted.pattern import LONGEST, Pattern, TooSlow, pattern

PARTS = [
    *("a", "b", "A", "1", " ", ".", "^", "$", "|", "(", ")", "[", "]", "{", "}", "?", "*", "+"),
    *("-", ":", "=", "<", "!", ",", '"', "/", "_", "青", "Ä", r"\\", r"\.", r"\d", r"\w", r"\s"),
    *(r"\b", r"\D", r"\W", r"\S", r"\A", r"\Z", r"\n", r"\x41", r"\1", r"\0", r"\p", r"\X", r"\K"),
    *("(?:", "(?=", "(?!", "(?<=", "(?<!", "(?i:", "(?P<n>", "(?P=n)", "(?>", "(?|", "(?s)"),
    *("{e}", "{e<=1}", "{2}", "{,2}", "{1,}", "{,}", "[[:alpha:]]", "[^", "[a-z]", "a|b", "&&"),
]
"""Parts of expressions, those among them that another engine would take for something else."""
TEXTS = st.text(alphabet='abA1 \n{}e<=[]:alph青äÄ_-"/.,', max_size=12)


@given(st.lists(st.sampled_from(PARTS), max_size=7).map("".join), TEXTS, st.booleans())
def test_an_expression_finds_what_python_finds(expression: str, text: str, in_bytes: bool) -> None:
    # Of an empty text `\B` is nowhere, until Python 3.14.
    wanted: str | bytes = expression.encode() if in_bytes else expression
    searched: str | bytes = text.encode() if in_bytes else text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            found = re.compile(wanted).search(searched)
    except (re.error, OverflowError):
        with pytest.raises(ValueError, match=r"\w"):
            Pattern(wanted)
        return
    mine = Pattern(wanted).search(searched)
    assert (mine is None) == (found is None)
    assume(found is not None and mine is not None)
    assert mine.group(0) == found.group(0)
    if found.re.groups:
        assert mine.group(1) == found.group(1)


@pytest.mark.parametrize(
    ("expression", "text"),
    [("(a|a)*$", "a" * 64_000 + "!"), ("(?:.*?a){9}z", "ba" * 9_000)],
)
def test_a_search_that_backtracks_without_end_is_given_up(expression: str, text: str) -> None:
    begin = time.monotonic()
    with pytest.raises(TooSlow):
        pattern(expression).search(text, 0.05)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("(", r"missing \)"),
        ("a{99999999999}", "too large"),
        ("(" * 900 + ")" * 100, "nested too deeply|missing"),
        ("x" * (LONGEST + 1), "longer than 1000 characters"),
        (r"\p{L}", "bad escape"),
    ],
)
def test_what_is_no_expression_is_refused_with_the_reason(expression: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Pattern(expression)
