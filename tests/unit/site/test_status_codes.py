import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.site.status_codes import HIGHEST, LOWEST, StatusCodes

codes = st.sets(st.integers(LOWEST, HIGHEST), min_size=1, max_size=40)
OCTAVIA = r"(\d{3}(\s*,\s*\d{3})*)|(\d{3}-\d{3})"
"""What Octavia takes (octavia/api/v2/types/health_monitor.py)."""


@given(codes)
def test_a_set_that_is_written_is_read_as_the_same(some: set[int]) -> None:
    found = StatusCodes.of(some)
    assert StatusCodes.parse(str(found)) == found
    assert StatusCodes.parse(str(found.plain)) == found
    assert {it for it in range(LOWEST, HIGHEST + 1) if it in found} == some


@given(codes)
def test_octavia_takes_what_is_said_to_it_and_understands_the_same(some: set[int]) -> None:
    said = StatusCodes.of(some).octavia
    if said is None:
        assert len(some) > 16
        return
    assert re.fullmatch(OCTAVIA, said)
    assert len(said) <= 64
    assert StatusCodes.parse(said) == StatusCodes.of(some)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("200", "200"),
        ("200-204", "200-204"),
        (" 301 , 200 - 204 ", "200-204, 301"),
        ("200,201,202", "200-202"),
        ("200-204, 203-206", "200-206"),
    ],
)
def test_a_text_tells_codes_and_ranges(text: str, told: str) -> None:
    assert str(StatusCodes.parse(text)) == told


def test_one_status_is_a_number_and_more_are_a_text() -> None:
    assert StatusCodes.parse("204").plain == 204
    assert StatusCodes.parse("204, 301").plain == "204, 301"


@pytest.mark.parametrize(
    "text", ["", "ok", "99", "600", "2000", "200-", "-200", "200,,201", "2 00"]
)
def test_what_tells_no_status_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="status from 200 to 599"):
        StatusCodes.parse(text)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="204-200 ends before it begins"):
        StatusCodes.parse("204-200")
