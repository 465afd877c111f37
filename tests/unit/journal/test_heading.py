from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.journal.heading import ALONE, LIMIT, Heading, is_free, prefix
from ao.journal.invalid import Invalid
from tests.unit.untrusted.test_printable import FOREIGN, harmless

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
    "name", ["ao-shop-doctor", "other/shop/2026-11-23T08:15:02.123Z/-/note/shop/x", "", "x" * 9999]
)
def test_other_names_are_no_headings(name: str) -> None:
    assert Heading.read(name) is None


TIME = "2026-11-23T08:15:02.123Z"
EVIL = "2.0'; touch %2Ftmp%2Fpwned; : '"


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("shop", "its name tells too little"),
        (f"shop/yesterday/{ALONE}/note/shop/x", "yesterday is no time of the years 1970 to 2199"),
        (f"shop/0001-01-01T00:00:00+09:00/{ALONE}/note/shop", "is no time"),
        (f"shop/9999-12-31T23:59:59Z/{ALONE}/note/shop", "is no time"),
        (f"Shop/{TIME}/{ALONE}/note/shop/x", "Shop is no name of a site"),
        (f"sh%6Fp/{TIME}/{ALONE}/note/shop/x", "sh%6Fp is no name of a site"),
        (f"shop/{TIME}/..%2F..%2F/note/shop/x", "is no ID of a release"),
        (f"shop/{TIME}/20261123-0815-é/note/shop/x", "is no ID of a release"),
        (f"shop/{TIME}/{ALONE}/\x1b[2J/shop/x", r"\x1b[2J is no kind"),
        (f"shop/{TIME}/20261123-0815-a3f/begun/m/rel%1Base/2.0/blue/green", "is no act"),
        (f"shop/{TIME}/20261123-0815-a3f/begun/m/release/{EVIL}/blue/green", "is no version"),
        (f"shop/{TIME}/20261123-0815-a3f/begun/m/release/2.0/red/green", "red is no colour"),
        (f"shop/{TIME}/20261123-0815-a3f/begun/m/release/2.0/blue/BLUE", "BLUE is no colour"),
        (f"shop/{TIME}/20261123-0815-a3f/switch/m/green/{'9' * 13}", "is no number"),
        (f"shop/{TIME}/20261123-0815-a3f/end/m/<script>", "<script> is no outcome"),
        (f"shop/{TIME}/20261123-0815-a3f/note/m/{'x' * 255}", "longer than 255 characters"),
    ],
)
def test_a_name_that_ao_would_not_write_is_invalid_and_says_why(rest: str, why: str) -> None:
    with pytest.raises(Invalid) as caught:
        Heading.read(f"ao.journal/{rest}")
    assert why in str(caught.value)
    assert harmless(str(caught.value))


@pytest.mark.parametrize("release", ["20261123-0815-a3f", "20261123-0815-a3f0", "-"])
def test_ids_of_releases_may_grow(release: str) -> None:
    read = Heading.read(f"ao.journal/shop/{TIME}/{release}/note/shop/x")
    assert read is not None
    assert read.release == release


def test_a_kind_of_a_later_version_is_read() -> None:
    read = Heading.read(f"ao.journal/shop/{TIME}/{ALONE}/moved house/shop/from/here")
    assert read is not None
    assert (read.kind, read.words) == ("moved house", ("from", "here"))


def told(name: str) -> tuple[str, ...]:
    """What the heading of a name tells, or why it is invalid."""
    try:
        found = Heading.read(name)
    except Invalid as error:
        return (str(error),)
    if found is None:
        return ()
    assert found.at.tzinfo is UTC
    assert 1970 <= found.at.year < 2200
    return found.site, found.release, found.who, found.kind, *found.words


PARTS = FOREIGN | st.datetimes().map(str) | st.sampled_from([TIME, "-", "begun", "shop", "2.0"])


@given(st.lists(PARTS, max_size=9).map("/".join))
def test_whatever_somebody_keeps_as_a_name_is_a_safe_heading_or_invalid(rest: str) -> None:
    assert all(map(harmless, told(f"ao.journal/shop/{rest}")))


@given(st.lists(FOREIGN, max_size=4), st.sampled_from(["begun", "end", "step ended", "asked"]))
def test_whatever_follows_a_sound_beginning_is_safe_or_invalid(words: list[str], kind: str) -> None:
    rest = "/".join(("m%1Ballory", *words))
    assert all(map(harmless, told(f"ao.journal/shop/{TIME}/20261123-0815-a3f/{kind}/{rest}")))


def test_what_has_a_fixed_shape_is_not_written_freely() -> None:
    assert [is_free("begun", place) for place in range(6)] == [False] * 4 + [True] * 2
    assert [is_free("step ended", place) for place in range(2)] == [True, False]
    assert is_free("note", 0)


def test_the_entries_of_a_site_begin_as_those_of_no_other() -> None:
    assert heading().name.startswith(prefix("shop"))
    assert heading().name.startswith(prefix())
    assert not heading().name.startswith(prefix("sho"))
