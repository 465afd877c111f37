"""Texts of Ao on the screen, in the language of its reader."""

from django.template import Context, Template
from django.utils import translation

from ao.colour import Colour
from ao.errors import Forbidden
from ao.message import message
from ao.plan import plan
from ao_dashboard import words


def test_an_error_is_told_with_its_cure() -> None:
    error = Forbidden(
        message("cannot %(what)s: %(words)s", what=message("list the locks"), words="no role"),
        cure=message("Run the command again."),
    )
    with translation.override("ja"):
        told = words.told(error)
    assert told == "ロックの一覧を取得できません: no role。 もう一度実行してください。"


def test_a_template_says_a_thing_and_nothing_of_none() -> None:
    template = Template(
        "{% load bluegreen %}{{ step|localized }}{{ none|localized }}{{ text|localized }}"
    )
    context = Context({"step": plan.Drain(Colour.BLUE, None, 2.0), "none": None, "text": "<b>"})
    with translation.override("ja"):
        assert template.render(context) == "青 (blue) に残るクライアントを移す&lt;b&gt;"


def test_english_is_left_word_for_word() -> None:
    with translation.override("en"):
        assert words.localized(plan.Drain(Colour.BLUE, None, 2.0)) == "drain blue"


def test_a_text_of_somebody_else_stays() -> None:
    with translation.override("ja"):
        assert words.localized("something that Ao never said") == "something that Ao never said"


def test_a_sentence_begins_with_a_capital_letter() -> None:
    with translation.override("en"):
        assert words.sentence("clients stay on blue.") == "Clients stay on blue."
