"""The catalogues: each message and word has its translation, in the file that is shipped too."""

import ast
import re
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import entry_points
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ao.colour import Colour
from ao.commands.app import Ao
from ao.commands.command_list import Complete, Help
from ao.commands.help_formatter import description
from ao.journal import Act, Ask, Judgement, Outcome, Stage, StepOutcome
from ao.message import message, places, template_id, translation
from ao.message.template import CONTEXT
from ao.message.translation import spoken
from ao.message.vocabulary import WORDS, word

SOURCE = Path(__file__).parents[3] / "src"
GROUPS = ("ao.commands", "openstack.bluegreen.v1")
FOLDER = Path(str(resources.files("ao.message"))) / "locale" / "ja" / "LC_MESSAGES"
ENGLISH = re.compile(r"[a-z]{3,} [a-z]{3,}")
"""Two English words in a row."""


def catalogue() -> Catalog:
    with (FOLDER / "ao.po").open("rb") as file:
        return read_po(file)


def calls() -> Iterator[tuple[str, frozenset[str], str]]:
    """Template, parameters and place of each message that is made."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="message" | "in_context"), args=told, keywords=given
                ):
                    where = f"{path.relative_to(SOURCE)}:{node.lineno}"
                    assert all(isinstance(it, ast.Constant) for it in told), f"{where}: no literal"
                    template = CONTEXT.join(it.value for it in told)
                    yield template, frozenset(str(it.arg) for it in given), where


def test_every_message_gets_the_parameters_of_its_template() -> None:
    assert not [where for template, given, where in calls() if places(template) != given]


def test_no_command_holds_a_word_that_other_languages_have_another_for() -> None:
    """A colour is 緑 to a Japanese reader, and `ao switch 緑` is no command."""
    spoken_otherwise = re.compile(r"%\((colour|other|live|standby|old|new|outcome|stage)\)s")
    assert not [
        where
        for template, _, where in calls()
        if any(spoken_otherwise.search(command) for command in template.split("`")[1::2])
    ]


def descriptions() -> set[str]:
    """What the program and its commands say of themselves."""
    commands = [entry.load() for group in GROUPS for entry in entry_points(group=group)]
    return {description(command).template for command in [Ao, Help, Complete, *commands]}


def test_every_message_and_word_is_in_the_catalogue_and_nothing_else() -> None:
    wanted = {template for template, _, _ in calls()} | WORDS | descriptions()
    assert {_key(it) for it in catalogue() if it.id} == wanted


def _key(entry: Entry) -> str:
    """The template of an entry, with its context if it has one."""
    return CONTEXT.join(filter(None, (entry.context, entry.id)))


def test_every_translation_has_the_places_of_its_template() -> None:
    said = {_key(it): it.string for it in catalogue() if it.id}
    assert not [it for it, japanese in said.items() if places(it) != places(japanese)]
    assert not [it for it, japanese in said.items() if not japanese.strip()]


def test_no_english_is_left_in_a_translation() -> None:
    left = {
        _key(it): it.string
        for it in catalogue()
        if it.id and ENGLISH.search(re.sub("`[^`]*`", "", str(it.string)))
    }
    assert not left


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    """`pybabel compile -d src/ao/message/locale -D ao` writes it."""
    made = BytesIO()
    write_mo(made, catalogue())
    assert (FOLDER / "ao.mo").read_bytes() == made.getvalue()


@pytest.mark.parametrize(
    "words", [Colour, Stage, StepOutcome, Outcome, Ask, Act, Judgement], ids=lambda it: it.__name__
)
def test_every_member_is_a_word_of_the_catalogue(words: type[Colour]) -> None:
    assert {it.value for it in words} <= WORDS


def test_a_template_is_found_by_its_id() -> None:
    template = "%(colour)s has no pool"
    assert translation.templates()[template_id(template)] == template


def test_a_language_without_a_catalogue_is_english() -> None:
    made = message("%(colour)s has no pool", colour=Colour.BLUE)
    assert spoken(made, "fr") == made


def test_a_word_alone_is_said_and_another_text_is_not() -> None:
    assert spoken(word("broken off"), "ja") == "中断"
    assert spoken(word("NO_MONITOR"), "ja") == "監視なし (NO_MONITOR)"
    assert spoken(word("a name of somebody"), "ja") == "a name of somebody"
    assert spoken(word(""), "ja") == ""
    assert spoken("broken off", "ja") == "broken off"
