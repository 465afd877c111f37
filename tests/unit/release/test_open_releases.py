"""A release of which only the end is not written: it holds up nothing."""

from collections.abc import Callable

import pytest

from ao import release
from ao.errors import Refused, Unavailable
from ao.journal import Outcome
from ao.release import RolledBack
from ao.site import Site
from ao.work import Work
from tests.unit.operations.sites import built, told
from tests.unit.release.releases import journal, options, outcome, released

ADD = "software_configs.add"


def without_end(site: Site, act: Callable[[Work], None]) -> Work:
    """A site on which something was done whose last entry the journal lacks."""
    whole = built(site)
    act(whole)
    added = [str(call.arguments[0]) for call in whole.cloud.calls if call.name == ADD]
    (*_, end) = (number for number, name in enumerate(added) if "/end/" in name)
    work = built(site)
    before = sum(call.name == ADD for call in work.cloud.calls)
    work.cloud.faults.fail(ADD, Unavailable("heat is silent"), skip=end - before)
    act(work)
    assert outcome(work) is None
    return work


def kept(work: Work) -> None:
    released(work)


def rolled_back(work: Work) -> None:
    released(work, until=release.Stage.SWITCH)
    with pytest.raises(RolledBack):
        release.abort(work, options(work))


def test_status_says_that_a_release_is_open(site: Site) -> None:
    work = built(site)
    assert release.note(work, work.observe) is None
    released(work, until=release.Stage.DEPLOY)
    said = release.note(work, work.observe)
    assert said is not None
    assert "of 2.0 is open: `ao release continue`" in said


@pytest.mark.parametrize(
    "go_on",
    [
        lambda work: release.release(work, "2.0", options(work)),
        lambda work: release.resume(work, options(work)),
    ],
)
def test_the_same_command_and_continue_write_the_end_that_was_lost(
    site: Site, go_on: Callable[[Work], object]
) -> None:
    work = without_end(site, kept)
    said = release.note(work, work.observe)
    assert said is not None
    assert "was released, which is not written down" in said
    go_on(work)
    assert outcome(work) == "released"
    assert release.note(work, work.observe) is None


@pytest.mark.parametrize(
    ("act", "ended", "then"),
    [(kept, Outcome.RELEASED, "blue"), (rolled_back, Outcome.ROLLED_BACK, "green")],
)
def test_the_next_release_writes_it_and_goes_its_own_way(
    site: Site, act: Callable[[Work], None], ended: Outcome, then: str
) -> None:
    work = without_end(site, act)
    released(work, "3.0")
    outcomes = [it.outcome for it in journal(work).operations() if it.act == "release"]
    assert outcomes == [ended, Outcome.RELEASED]
    assert told(work, "production") == (then, "3.0")


def test_one_that_has_something_left_to_do_still_holds_up_the_next(site: Site) -> None:
    work = built(site)
    released(work, until=release.Stage.SWITCH)
    with pytest.raises(Refused, match=r"the release of 2\.0 has not ended"):
        released(work, "3.0")
    assert outcome(work) is None
