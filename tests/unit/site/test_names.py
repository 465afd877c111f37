"""Names of sites, and of what is derived from them."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from ao.colour import Colour
from ao.doctor import trial_site
from ao.site import NAME, Site, ending, is_name
from tests.unit.samples import SITE

NAMES = st.from_regex(NAME, fullmatch=True).map(str.strip)
RELATED = st.tuples(
    NAMES, st.sampled_from(["", "-blue", "-green", "-lock", "-preview", "-doctor", ".doctor"])
).map("".join)
"""Names, and what is made of names."""


def derived(name: str) -> set[str]:
    """Names of all things that are found by their names."""
    site: Site = replace(SITE, name=name)
    return {
        site.stack,
        *(site.system_stack(colour) for colour in Colour),
        trial_site.stack_name(site),
        f"{site.stack}-lock",
        f"{site.stack}-preview",
        f"{site.stack}-doctor",
    }


@given(RELATED, RELATED)
def test_names_that_are_derived_of_two_new_sites_never_meet(one: str, other: str) -> None:
    assume(one != other)
    assume(all(is_name(name) and ending(name) is None for name in (one, other)))
    assert derived(one).isdisjoint(derived(other))


@given(NAMES)
def test_the_stack_and_the_name_of_a_trial_site_are_never_those_of_a_site(name: str) -> None:
    site = replace(SITE, name=name)
    assert not is_name(trial_site.name(site))
    assert not is_name(trial_site.stack_name(site).removeprefix("ao-"))


@given(NAMES)
def test_a_new_name_may_end_in_no_word_that_ao_puts_at_the_end(name: str) -> None:
    for word in ("blue", "green", "lock", "preview", "doctor"):
        assert ending(f"{name}-{word}") == word
    assert ending(f"{name}-shop") is None
