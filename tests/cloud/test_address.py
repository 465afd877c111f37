"""A site of the address method on OVN's load balancer, in another project than all others."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.operations import reconcile
from ao.work import Work
from tests.cloud.kill import Killed, killed_after
from tests.cloud.sites import Visited, soon, told, visitors

BLUE, GREEN = Colour


def test_each_system_has_a_load_balancer_and_the_preview_an_address(moving: Work) -> None:
    facts = moving.observe()
    assert facts.shared is None
    assert len({facts.systems[colour].vip_port_id for colour in Colour} - {None}) == 2
    assert (facts.live, facts.previewed) == (BLUE, GREEN)
    assert [facts.systems[colour].obstacle() for colour in Colour] == [None, None]
    assert told(moving, "production")[0] == "blue"
    assert told(moving, "preview")[0] == "green"


def test_the_address_moves_under_visitors_and_back(moving: Work, visited: Visited) -> None:
    """Requests in flight at the moment of a move may be lost on OVN; no others are."""
    with visited(moving) as tally:
        reconcile.switch(moving)
        assert told(moving, "production")[0] == "green"
        assert told(moving, "preview")[0] == "blue"
        # All visitors may be among those in flight, and wait for an answer until then.
        assert soon(lambda: "1.0 on green" in tally.answers, 2 * visitors.PATIENCE)
        reconcile.switch(moving)
        assert told(moving, "production")[0] == "blue"
    assert tally.lost.total() <= 2 * visitors.VISITORS
    assert set(tally.answers) == {"1.0 on blue", "1.0 on green"}


@pytest.mark.parametrize("writes", [1, 2])
def test_a_switch_killed_after_a_write_goes_on_to_the_same_system(
    moving: Work, writes: int
) -> None:
    target = moving.observe().standby
    assert target is not None
    with pytest.raises(Killed):
        reconcile.switch(replace(moving, cloud=killed_after(moving.cloud, writes)))
    assert moving.observe().live is (target.other if writes == 1 else target)
    assert told(moving, "production")[0] in list(Colour)
    facts = reconcile.switch(moving)
    assert facts.live is target
    assert facts.previewed is facts.standby
    assert facts.switching_to is None
