"""The rules of a maintenance, whatever anybody has written into policies of its listener."""

from hypothesis import given
from hypothesis import strategies as st

from ao.cloud import L7Policy, L7Rule
from ao.colour import Colour
from ao.plan.maintenance_policy import HEADER, NAME, PASS, holds_back, is_pass, letting_pass
from ao.plan.preview_key import NAMES, keyed
from ao.site import Preview

POOLS = {it: f"pool-{it}" for it in Colour}
rules = st.builds(
    L7Rule,
    type=st.sampled_from(["HEADER", "COOKIE", "PATH", "SSL_DN_FIELD", ""]),
    compare=st.sampled_from(["EQUAL_TO", "REGEX", "STARTS_WITH", "\x1b[2J"]),
    value=st.text(max_size=40) | st.just(f"{PASS}{'5f' * 16}") | st.just("91be" * 8),
    key=st.sampled_from([None, HEADER, HEADER.lower(), "ao-preview", "\u202e"]),
    invert=st.booleans(),
)
policies = st.lists(
    st.builds(
        L7Policy,
        id=st.text(min_size=1, max_size=3),
        name=st.sampled_from([NAME, *NAMES.values(), "ao-preview-red", "theirs", ""]),
        action=st.sampled_from(["REDIRECT_TO_URL", "REDIRECT_TO_POOL", "REJECT", ""]),
        redirect_pool_id=st.sampled_from([None, *POOLS.values()]),
        redirect_url=st.none() | st.text(max_size=20),
        rules=st.lists(rules, max_size=4).map(tuple),
        enabled=st.booleans(),
        description=st.text(max_size=40),
    ),
    max_size=5,
).map(tuple)


@given(policies)
def test_what_a_maintenance_is_to_be_lets_pass_whom_previews_lead(
    there: tuple[L7Policy, ...],
) -> None:
    wanted = letting_pass(there)
    if wanted is None:
        assert not any(it.name == NAME and it.acts for it in there)
        assert not holds_back(there)
        return
    assert not wanted.acts
    assert sum(map(is_pass, wanted.rules)) >= 1
    passing = {it.value for it in wanted.rules if it.invert}
    for preview in (None, Preview.HEADER, Preview.COOKIE):
        assert {it.key.value for it in keyed(there, POOLS, preview).values()} <= passing
    others = tuple(it for it in there if it.name != NAME)
    assert not holds_back((*others, L7Policy(name=NAME, action="", rules=wanted.rules)))
