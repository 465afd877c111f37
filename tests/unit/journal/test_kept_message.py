"""Messages in the journal, where anybody may have written them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.journal import Heading, Noted, entry
from ao.message import Message, message, template_id, translated, translation
from tests.unit.journal.test_entry import HEADING

NO_POOL = message("%(colour)s has no pool", colour=Colour.BLUE)
NESTED = message(
    "waited %(seconds)s s for %(what)s: %(state)s",
    seconds="30",
    what=message("OpenStack to answer"),
    state=NO_POOL,
)


def heading(text: str) -> Heading:
    return replace(HEADING, kind="note", words=(text,))


def kept(text: str) -> dict:
    return json.loads(entry.write("host", Noted(text=text)))


def read(text: str, raw: dict) -> str:
    found = entry.read("id", heading(text), json.dumps(raw)).event
    assert isinstance(found, Noted)
    return found.text


@pytest.mark.parametrize("text", [NO_POOL, NESTED], ids=["flat", "nested"])
def test_a_message_comes_back_as_it_was(text: Message) -> None:
    found = read(text, kept(text))
    assert isinstance(found, Message)
    japanese = translation.of("ja").gettext
    assert (found, translated(found, japanese)) == (text, translated(text, japanese))


def test_an_older_ao_finds_the_text_where_it_always_was() -> None:
    assert kept(NO_POOL)["event"] == {"kind": "note", "text": "blue has no pool"}
    assert "messages" not in kept("somebody's words")


def test_a_template_is_never_kept() -> None:
    assert "%(" not in json.dumps(kept(NESTED))


def test_what_says_another_thing_than_the_text_beside_it_is_left_out() -> None:
    raw = kept(NO_POOL)
    raw["messages"]["text"]["parameters"]["colour"] = "green"
    assert type(read("blue has no pool", raw)) is str


@pytest.mark.parametrize(
    "forged",
    [
        7,
        [],
        {"text": 7},
        {"text": {"id": "unknown", "parameters": {}}},
        {"text": {"id": template_id("%(colour)s has no pool"), "parameters": {}}},
        {"text": {"id": NO_POOL.id, "parameters": {"colour": "blue", "more": "x"}}},
        {"text": {"id": NO_POOL.id, "parameters": {"colour": {"id": "x", "parameters": {}}}}},
        {"kind": {"id": NO_POOL.id, "parameters": {"colour": "blue"}}},
        {"__class__": {"id": NO_POOL.id, "parameters": {"colour": "blue"}}},
    ],
    ids=str,
)
def test_what_this_version_does_not_know_is_shown_by_the_text(forged: object) -> None:
    raw = kept(NO_POOL) | {"messages": forged}
    assert read("blue has no pool", raw) == "blue has no pool"
    assert type(read("blue has no pool", raw)) is str


def test_a_secret_in_a_parameter_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "s3cr3t-word")
    text = message("no answer: %(why)s", why="token=s3cr3t-word")
    assert "s3cr3t" not in json.dumps(kept(text))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "parameters", "text", "x"]), inner, max_size=3)
        ),
    )
)
def test_whatever_is_kept_of_messages_the_text_is_read(forged: object) -> None:
    assert read("blue has no pool", kept(NO_POOL) | {"messages": forged}) == "blue has no pool"
