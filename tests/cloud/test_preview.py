"""The shop's standby is asked by a header for a while, and by its port again."""

from dataclasses import replace
from pathlib import Path

import pytest

from ao import config
from ao.colour import Colour
from ao.operations import operations, reconcile
from ao.plan import preview
from ao.work import Work
from tests.cloud.kill import Killed, killed_after
from tests.cloud.operator import Operator
from tests.cloud.sites import Visited, told

SWITCHES = 4


def asked(work: Work, colour: Colour) -> str:
    """The colour that answers who asks for one."""
    facts = work.observe()
    options = preview.asked(work.request_options, facts, colour)
    answer = work.visit(preview.url(work.site, facts, "/version"), 5.0, options)
    return answer.headers["x-ao-colour"]


@pytest.fixture(scope="module")
def by_header(
    work: Work, site_file: Path, cloud_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Work:
    folder = tmp_path_factory.mktemp("header")
    switch = {"method": "pool", "probe_new": 20, "probe_kept": 4, "preview": "header"}
    operator = Operator(site_file, cloud_name).changed(folder, switch=switch)
    return replace(work, site=config.load(operator.file), looks={}, found={})


def test_users_notice_nothing_of_a_header_switches_and_a_port_again(
    work: Work, by_header: Work, visited: Visited
) -> None:
    live = work.observe().live
    with visited(by_header) as tally:
        reconcile.up(by_header)
        assert by_header.observe().preview_listener is None
        assert [asked(by_header, it) for it in Colour] == list(map(str, Colour))
        for _ in range(SWITCHES):
            reconcile.switch(by_header)
            assert [asked(by_header, it) for it in Colour] == list(map(str, Colour))
        old = by_header.observe().preview_key(Colour.BLUE)
        with pytest.raises(Killed):
            reconcile.new_preview_key(replace(by_header, cloud=killed_after(by_header.cloud, 3)))
        assert [asked(by_header, it) for it in Colour] == list(map(str, Colour))
        operations.new_preview_key(by_header, "to see that it changes")
        assert by_header.observe().preview_key(Colour.BLUE) != old
        again = replace(work, looks={}, found={})
        reconcile.up(again)
    assert not tally.lost
    facts = again.observe()
    assert (facts.live, facts.previewed) == (live, facts.standby)
    assert told(again, "preview")[0] == str(facts.standby)
