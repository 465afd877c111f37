"""Facts that hand-made descriptions cannot lead astray."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from tests.unit.samples import address, whole


@given(st.text() | st.sampled_from(Colour))
def test_a_note_of_a_switch_to_what_is_no_colour_is_passed_over(word: str) -> None:
    facts = replace(whole(), preview=address("preview", None, f"x ao:switching-to={word}"))
    assert facts.switching_to == (word if word in list(Colour) else None)
