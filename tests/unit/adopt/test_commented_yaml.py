"""YAML with comments, as it is read again."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ao.adopt.commented_yaml import Entry, Items, scalar, written
from ao.config import bounded_yaml
from ao.untrusted.printable import printable

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SCALARS = st.one_of(TEXTS, st.booleans(), st.integers(0, 99_999), st.none())


def mapping(entries: tuple[Entry, ...]) -> dict[str, object]:
    return {it.key: plain(it.value) for it in entries if not it.is_idle}


def plain(value: object) -> object:
    """What a value is when it is read: without comments and what is one."""
    if isinstance(value, Items):
        return [mapping(it) for it in value.mappings]
    if isinstance(value, tuple) and any(isinstance(it, Entry) for it in value):
        return mapping(value)
    return list(value) if isinstance(value, tuple) else value


def entries(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[Entry, ...]]:
    entry = st.builds(
        Entry, key=TEXTS, value=values, comments=st.lists(TEXTS, max_size=2).map(tuple)
    )
    lists = st.lists(entry, min_size=1, max_size=3, unique_by=lambda it: it.key)
    return lists.map(tuple)


VALUES = st.recursive(
    SCALARS | st.lists(SCALARS, max_size=3).map(tuple),
    lambda inner: (
        entries(inner) | st.lists(entries(inner), min_size=1, max_size=2).map(tuple).map(Items)
    ),
    max_leaves=5,
)


@given(entries(VALUES), st.lists(TEXTS, max_size=2))
def test_whatever_others_wrote_is_read_as_the_same_value(
    them: tuple[Entry, ...], head: list[str]
) -> None:
    assert bounded_yaml.read(written(them, head))[1] == mapping(them)


@given(entries(VALUES), st.lists(TEXTS, max_size=2))
def test_nothing_that_others_wrote_acts_on_a_terminal(
    them: tuple[Entry, ...], head: list[str]
) -> None:
    assert all(printable(line) == line for line in written(them, head).split("\n"))


@given(TEXTS)
def test_a_value_is_in_one_line(text: str) -> None:
    assert "\n" not in scalar(text)
    assert yaml.safe_load(scalar(text)) == text


@pytest.mark.parametrize(
    ("told", "read"), [("a\ud800b", "a\ufffdb"), ("\ud83d\ude00", "\U0001f600")]
)
def test_half_a_character_is_no_end_of_the_file(told: str, read: str) -> None:
    text = written([Entry("team", told), Entry("teams", (told, "web"))])
    assert yaml.safe_load(text) == {"team": read, "teams": [read, "web"]}
    assert text.encode()


def test_a_comment_of_others_stays_a_comment() -> None:
    text = written([Entry("site", "shop", ("it is called x\nhost: evil.example",))])
    assert text == "# it is called x\\nhost: evil.example\nsite: shop\n"


def test_a_long_comment_is_several_lines() -> None:
    text = written([Entry("a", (Entry("b", 1, ("word " * 60,)),))])
    assert len(text.split("\n")) > 4
    assert all(len(it) <= 100 for it in text.split("\n"))
    assert bounded_yaml.read(text)[1] == {"a": {"b": 1}}


def test_what_could_be_written_is_a_comment_whole() -> None:
    idle = Entry("tls", (Entry("certificate", "x"),), ("One could say",), is_idle=True)
    text = written([Entry("site", "shop"), Entry("in", (idle, Entry("a", 1)))])
    assert text == (
        "site: shop\n\nin:\n  # One could say\n  # tls:\n  #   certificate: x\n  a: 1\n"
    )


def test_a_list_of_mappings_has_its_comments_above_each() -> None:
    items = Items(((Entry("name", "a", ("first",)), Entry("port", 80, ("usual",))),))
    assert written([Entry("listeners", items)]) == (
        "listeners:\n  # first\n  - name: a\n    # usual\n    port: 80\n"
    )


def test_a_part_of_which_all_could_be_written_is_a_comment_too() -> None:
    inner = Entry("metadata", (Entry("team", "shop"),), ("One could say",), is_idle=True)
    text = written([Entry("site", "shop"), Entry("servers", (inner,))])
    assert bounded_yaml.read(text)[1] == {"site": "shop"}
    assert text == (
        "site: shop\n\n# servers:\n#   # One could say\n#   metadata:\n#     team: shop\n"
    )
