"""A release that a newer version of Ao goes on with is left to that version."""

import json
from collections.abc import Callable

import pytest

from ao import release
from ao.errors import Refused
from ao.journal import Journal, Unreadable
from ao.release import WaitingForApproval
from ao.site import Site
from ao.site.rules import Approve
from ao.work import Work
from tests.unit.operations.sites import built, writes
from tests.unit.release.releases import journal, options, released, ruled

NEEDED = r"was written by a newer ao \(format 99\).* upgrade to ao 0\.4\.0"


@pytest.fixture
def work(site: Site) -> Work:
    """A release that waits for approval, with one more entry of a newer version."""
    work = ruled(built(site), approve=Approve.MANUAL)
    with pytest.raises(WaitingForApproval):
        released(work)
    last = journal(work).operations()[-1]
    text = json.dumps({"format": 99, "needs": "0.4.0", "canary": {"weight": 10}})
    name = f"ao.journal/shop/2099-01-01T00:00:00.000Z/{last.id}/weight changed/ops/10"
    work.cloud.software_configs.add(name, text)
    work.cloud.calls.clear()
    return work


def test_its_entries_are_shown(work: Work) -> None:
    told = Journal(work).entries()[-1]
    assert told.heading.kind == "weight changed"
    assert isinstance(told.event, Unreadable)
    assert Journal(work).invalid == ()


@pytest.mark.parametrize(
    "act",
    [
        lambda work: release.release(work, "2.0", options(work)),
        lambda work: release.resume(work, options(work)),
        lambda work: release.abort(work, options(work)),
        release.approve,
        release.pause,
    ],
    ids=["release", "continue", "abort", "approve", "pause"],
)
def test_nothing_goes_on_with_it(work: Work, act: Callable[[Work], object]) -> None:
    with pytest.raises(Refused, match=NEEDED):
        act(work)
    assert [name for name in writes(work.cloud) if not name.startswith("locks.")] == []


def test_its_entries_are_pruned_with_those_of_its_release(work: Work) -> None:
    journal(work).fold(5)
    assert isinstance(Journal(work).entries()[-1].event, Unreadable)
    journal(work).fold(0)
    assert Journal(work).entries() == ()
