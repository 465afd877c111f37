"""Facts that hand-made descriptions cannot lead astray."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.errors import QuotaExceeded, Refused
from ao.plan.facts import _check_method
from ao.site import Method
from ao.work import Work
from tests.unit.operations.sites import SITES, built
from tests.unit.samples import AUTOSCALE, address, stack, whole
from tests.unit.untrusted.test_printable import FOREIGN, harmless


@given(st.text() | st.sampled_from(Colour))
def test_a_note_of_a_switch_to_what_is_no_colour_is_passed_over(word: str) -> None:
    facts = replace(whole(), preview=address("preview", None, f"x ao:switching-to={word}"))
    assert facts.switching_to == (word if word in list(Colour) else None)


def test_alarms_that_may_not_be_read_leave_the_rest_known() -> None:
    work = built(replace(SITES[Method.POOL], autoscale=AUTOSCALE))
    work.cloud.faults.fail("alarms.all", QuotaExceeded("no more of that"))
    facts = Work(cloud=work.cloud, site=work.site).observe()
    assert (facts.unknown, facts.live) == ("no more of that", Colour.BLUE)


@given(FOREIGN)
def test_tags_that_tell_no_method_that_ao_knows_are_told_safely(word: str) -> None:
    site = SITES[Method.POOL]
    tagged = stack(site.stack, "CREATE_COMPLETE", site.tag, f"ao:method=x{word}")
    with pytest.raises(Refused, match="no method that Ao knows") as caught:
        _check_method(site, tagged)
    assert harmless(caught.value.message)


def test_a_site_that_was_built_for_the_other_method_is_told_which() -> None:
    site = SITES[Method.POOL]
    tagged = stack(site.stack, "CREATE_COMPLETE", site.tag, "ao:method=address")
    with pytest.raises(Refused, match="was built for the address method"):
        _check_method(site, tagged)
