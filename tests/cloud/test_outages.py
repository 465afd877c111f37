"""A service of the box is away: nothing is lost, and the same command goes on."""

import pytest

from ao.errors import CloudError
from ao.work import Work
from box.home import Home
from box.outage import outage
from tests.cloud.operator import PATIENCE, Operator
from tests.cloud.sites import Visited, soon, told

pytestmark = pytest.mark.skipif(
    not Home.from_environment().clouds.exists(), reason="the box is not on this machine"
)


def test_a_switch_without_keystone_is_told_in_a_line_and_goes_on_with_it(
    work: Work, operator: Operator, visited: Visited
) -> None:
    live = work.observe().live
    assert live is not None
    with visited(work) as tally:
        with outage("keystone"):
            said = operator.run("switch", live.other.value, exits=CloudError.exit_code)
        assert "no answer from http" in said
        assert "HTTPConnectionPool" not in said
        assert "Traceback" not in said

        def switched() -> bool:
            # Services do not trust Keystone at once when it is back.
            process = operator.start("switch", live.other.value)
            process.communicate(timeout=PATIENCE)
            return process.returncode == 0

        assert soon(switched, 60)
        assert told(work, "production")[0] == live.other
    assert not tally.lost
