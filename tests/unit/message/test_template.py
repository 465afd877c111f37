"""Messages: templates of Ao's own with parameters that anybody may have written."""

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.message import (
    Message,
    in_context,
    joined,
    listed,
    message,
    places,
    template_id,
    translated,
)
from ao.plan.plan import Drain
from tests.unit.untrusted.test_printable import FOREIGN, harmless

JAPANESE = {
    "blue": "青",
    "%(colour)s has no pool": "%(colour)s にプールがありません",
    "cannot %(what)s": "%(what)sできません",
    "drain %(colour)s": "%(colour)s のクライアントを移す",
    "go on with: %(step)s": "続き: %(step)s",
    "open": "開いている",
    "verdict\4open": "未定",
    "%(first)s, %(next)s": "%(first)s、%(next)s",
    "": "a catalogue's header",
}


def japanese(text: object) -> str:
    return translated(text, lambda template: JAPANESE.get(template, template))


def test_a_message_is_the_english_text() -> None:
    assert message("%(colour)s has no pool", colour=Colour.BLUE) == "blue has no pool"


def test_a_message_is_said_in_another_language_with_its_colour() -> None:
    assert japanese(message("%(colour)s has no pool", colour=Colour.BLUE)) == (
        "青 にプールがありません"
    )


def test_a_text_that_is_spelled_like_a_colour_is_data() -> None:
    assert japanese(message("%(colour)s has no pool", colour="blue")) == "blue にプールがありません"


def test_a_message_in_a_message_is_said_too() -> None:
    inner = message("%(colour)s has no pool", colour=Colour.BLUE)
    assert japanese(message("cannot %(what)s", what=inner)) == "青 にプールがありませんできません"


def test_what_tells_itself_by_a_message_is_said_too() -> None:
    assert japanese(Drain(Colour.BLUE, None, 2.0)) == "青 のクライアントを移す"
    step = message("go on with: %(step)s", step=Drain(Colour.BLUE, None, 2.0))
    assert japanese(step) == "続き: 青 のクライアントを移す"


def test_joined_messages_are_said_each() -> None:
    lines = joined("\n", [message("%(colour)s has no pool", colour=Colour.BLUE), "a name"])
    assert lines == "blue has no pool\na name"
    assert japanese(lines) == "青 にプールがありません\na name"


def test_a_list_has_the_commas_of_the_language() -> None:
    pools = [message("%(colour)s has no pool", colour=it) for it in Colour]
    assert listed([*pools, "a name"]) == "blue has no pool, green has no pool, a name"
    assert japanese(listed([*pools, "a name"])) == (
        "青 にプールがありません、green にプールがありません、a name"
    )
    assert (listed([]), japanese(listed([])), japanese(joined(", ", []))) == ("", "", "")


def test_a_word_in_a_context_has_a_translation_of_its_own() -> None:
    plain, verdict = message("open"), in_context("verdict", "open")
    assert verdict == plain == "open"
    assert (japanese(plain), japanese(verdict)) == ("開いている", "未定")
    assert japanese(in_context("door", "open")) == "open"
    assert plain.id != verdict.id
    assert copy.deepcopy(verdict).template == verdict.template


def test_a_copy_of_a_message_knows_its_template_and_parameters() -> None:
    made = message("%(colour)s has no pool", colour=Colour.BLUE)
    for copied in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert copied == made
        assert (copied.template, dict(copied.parameters)) == (made.template, {"colour": "blue"})


def test_an_id_depends_on_the_template_alone() -> None:
    one = message("%(colour)s has no pool", colour=Colour.BLUE)
    other = message("%(colour)s has no pool", colour=Colour.GREEN)
    assert one.id == other.id == template_id("%(colour)s has no pool")
    assert one.id != message("cannot %(what)s", what="x").id


def test_the_places_of_a_template_are_its_parameters() -> None:
    assert places("%(a)s of %(b)s, %(a)s") == {"a", "b"}
    assert places("100 %% of nothing") == frozenset()


@given(FOREIGN)
def test_a_parameter_is_data_and_never_a_template(text: str) -> None:
    for foreign in (text, f"%(what)s{text}", f"{text}%s%d%"):
        made = message("cannot %(what)s", what=foreign)
        assert all(harmless(line) for line in made.split("\n"))
        assert translated(made, str) == made
        assert japanese(made) == made.removeprefix("cannot ") + "できません"


@given(st.recursive(FOREIGN, lambda inner: inner.map(lambda it: message("%(x)s!", x=it))))
def test_english_is_what_the_text_says(text: str) -> None:
    assert not isinstance(text, Message) or translated(text, str) == text
