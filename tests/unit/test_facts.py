"""Facts that hand-made descriptions cannot lead astray."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.errors import QuotaExceeded
from ao.site import Method
from ao.work import Work
from tests.unit.acts.stage import SITES, built
from tests.unit.samples import AUTOSCALE, address, whole


@given(st.text() | st.sampled_from(Colour))
def test_a_note_of_a_switch_to_what_is_no_colour_is_passed_over(word: str) -> None:
    facts = replace(whole(), preview=address("preview", None, f"x ao:switching-to={word}"))
    assert facts.switching_to == (word if word in list(Colour) else None)


def test_alarms_that_may_not_be_read_leave_the_rest_known() -> None:
    work = built(replace(SITES[Method.POOL], autoscale=AUTOSCALE))
    work.cloud.faults.fail("alarms.all", QuotaExceeded("no more of that"))
    facts = Work(cloud=work.cloud, site=work.site).observe()
    assert (facts.unknown, facts.live) == ("no more of that", Colour.BLUE)
