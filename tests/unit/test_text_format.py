"""The format that a text says it has, which anybody may have written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.text_format import HIGHEST, newer_format, newer_tags
from tests.unit.untrusted.test_printable import FOREIGN, harmless

NUMBERS = st.integers(min_value=1, max_value=HIGHEST)


@given(NUMBERS, NUMBERS)
def test_a_text_is_newer_when_its_number_is_higher_than_what_is_read(
    number: int, reads: int
) -> None:
    found = newer_format(json.dumps({"format": number, "more": [1]}), reads)
    tagged = newer_tags({"ao:site=shop", f"ao:format={number}"}, reads)
    assert found == tagged
    assert (found is not None) == (number > reads)
    assert found is None or (found.number, found.reads) == (number, reads)


def test_it_says_which_version_is_needed() -> None:
    text = json.dumps({"format": 99, "needs": "0.4.0"})
    told = "was written by a newer ao (format 99); this version reads up to 1: upgrade to ao 0.4.0"
    assert str(newer_format(text, 1)) == told
    assert str(newer_tags({"ao:format=99", "ao:needs=0.4.0"}, 1)) == told


def test_it_says_that_a_later_version_is_needed_when_the_text_names_none() -> None:
    assert str(newer_format('{"format": 2}', 1)).endswith(": upgrade to a later version")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "junk",
        "[]",
        "{}",
        "99",
        '{"format": null}',
        '{"format": "x"}',
        '{"format": -2}',
        '{"format": 1e99}',
        '{"format": 100000}',
        '{"format": {"format": 99}}',
        "[" * 5000,
    ],
)
def test_what_names_no_format_is_of_none_that_is_newer(text: str) -> None:
    assert newer_format(text, 1) is None


@pytest.mark.parametrize("tag", ["ao:format=", "ao:format=x", "ao:format=-2", "ao:format=٣", "99"])
def test_tags_that_name_no_format_are_of_none_that_is_newer(tag: str) -> None:
    assert newer_tags({tag}, 1) is None


@given(FOREIGN)
def test_a_version_that_is_none_is_not_quoted(foreign: str) -> None:
    for found in (
        newer_format(json.dumps({"format": 2, "needs": f"{foreign};"}), 1),
        newer_tags({"ao:format=2", f"ao:needs={foreign};"}, 1),
    ):
        assert str(found).endswith("upgrade to a later version")
        assert harmless(str(found))
