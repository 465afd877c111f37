from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.journal.heading import LIMIT, Heading, prefix

AT = datetime(2026, 11, 23, 8, 15, 2, 123000, UTC)


def heading(*words: str, who: str = "shop", at: datetime = AT) -> Heading:
    return Heading(
        site="shop",
        at=at,
        release="20261123-0815-a3f",
        kind="step begun",
        who=who,
        words=words,
    )


def test_a_name_tells_site_time_release_kind_who_and_words() -> None:
    assert heading("point production to green").name == (
        "ao.journal/shop/2026-11-23T08:15:02.123Z/20261123-0815-a3f/step begun/shop/"
        "point production to green"
    )


@pytest.mark.parametrize("words", [(), ("",), ("a/b", "100 %", "青"), ("%2F", "x/")])
def test_a_name_is_read_as_it_was_written(words: tuple[str, ...]) -> None:
    written = heading(*words)
    assert Heading.read(written.name) == written


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    assert heading(at=tokyo).name == heading().name


@given(who=st.text(max_size=300), words=st.lists(st.text(max_size=300), max_size=4))
def test_a_name_always_fits_and_keeps_what_must_be_known(who: str, words: list[str]) -> None:
    written = heading(*words, who=who)
    assert len(written.name) <= LIMIT
    read = Heading.read(written.name)
    assert read is not None
    assert (read.site, read.at, read.release, read.kind) == (
        "shop",
        AT,
        "20261123-0815-a3f",
        "step begun",
    )
    assert len(read.words) == len(words)


def test_a_long_text_is_cut_before_a_short_one() -> None:
    read = Heading.read(heading("x" * 300, "done").name)
    assert read is not None
    assert read.words[0].startswith("x" * 60)
    assert read.words[1] == "done"


@pytest.mark.parametrize(
    "name",
    [
        "ao-shop-doctor",
        "ao.journal/shop",
        "ao.journal/shop/yesterday/20261123-0815-a3f/note/shop/x",
        "other/shop/2026-11-23T08:15:02.123Z/-/note/shop/x",
    ],
)
def test_other_names_are_no_headings(name: str) -> None:
    assert Heading.read(name) is None


@given(st.lists(st.text() | st.datetimes().map(str), max_size=9).map("/".join))
def test_whatever_somebody_keeps_as_a_name_is_a_heading_or_none(rest: str) -> None:
    name = f"ao.journal/shop/{rest}"
    read = Heading.read(name)
    assert read is None or read.at.tzinfo is UTC


def test_a_time_before_the_first_year_is_none() -> None:
    assert Heading.read("ao.journal/shop/0001-01-01T00:00:00+09:00/-/note/shop") is None


def test_the_entries_of_a_site_begin_as_those_of_no_other() -> None:
    assert heading().name.startswith(prefix("shop"))
    assert heading().name.startswith(prefix())
    assert not heading().name.startswith(prefix("sho"))
