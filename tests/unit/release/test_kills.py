"""Releases killed at every point of their work: the same command goes on."""

import random
from dataclasses import replace

import pytest

from ao import fake, lock
from ao.colour import Colour
from ao.errors import Unavailable
from ao.site import Method, Site
from ao.site.rules import After, Standby
from ao.work import Work
from tests.unit.operations.sites import SITES, Visitor, built, state, told, writes
from tests.unit.release.releases import http_check, journal, outcome, released

BLUE, GREEN = Colour
LOST = Unavailable("the service did not answer")


@pytest.fixture(params=list(Method))
def site(request: pytest.FixtureRequest) -> Site:
    """A site whose releases have all stages that need nobody, and a window of two looks."""
    method: Method = request.param
    site = SITES[method]
    return replace(
        site,
        watch=replace(site.watch, length=6.0, lasting=3.0),
        checks=http_check(),
        rules=replace(site.rules, standby=Standby(after=After.SHRINK, size=1)),
    )


def written(site: Site) -> tuple[object, list[str]]:
    """What a release ends in, and the calls of it that write."""
    work = built(site)
    before = len(writes(work.cloud))
    released(work)
    return state(work.observe()), writes(work.cloud)[before:]


def again(work: Work, end: object) -> None:
    """Say the release again once the dead one's lock has ended; production serves."""
    assert Visitor(work).look() in list(Colour)
    work.clock.sleep(lock.LEASE)
    visitor = Visitor(work)
    released(visitor.watch())
    assert state(work.observe()) == end
    assert told(work, "production") == ("green", "2.0")
    assert set(visitor.seen) <= set(Colour)
    assert outcome(work) == "released"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_release_that_was_killed_anywhere_goes_on_with_the_same_command(
    site: Site, after: bool
) -> None:
    end, calls = written(site)
    points = [n for n, name in enumerate(calls) if not (after and name == "software_configs.add")]
    for skip in points:
        work = built(site)
        work.cloud.faults.kill("", skip=skip, after=after)
        try:
            released(work)
        except fake.Killed:
            work.cloud.process.restart()
            again(work, end)
        else:
            # There is no point after a write that was refused.
            assert after


def test_a_release_that_was_killed_is_one_release_in_the_journal(site: Site) -> None:
    work = built(site)
    work.cloud.faults.kill("stacks.update")
    with pytest.raises(fake.Killed):
        released(work)
    work.cloud.process.restart()
    work.clock.sleep(lock.LEASE)
    released(work)
    (one,) = (it for it in journal(work).operations() if it.act == "release")
    assert one.outcome == "released"
    assert "take-over" in {it.event.kind for it in journal(work).entries(one.id)}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_write_that_is_not_answered_does_not_lead_a_release_astray(
    site: Site, after: bool
) -> None:
    end, calls = written(site)
    for skip in range(0, len(calls), 2):
        work = built(site)
        work.cloud.faults.fail("", LOST, skip=skip, after=after)
        try:
            released(work)
        except Unavailable:
            again(work, end)
        assert state(work.observe()) == end


ANSWERS = ("<html>Maintenance</html>", "", "null", '{"stacks": null}', "[")
"""What is no answer."""


def called(site: Site) -> list[str]:
    """The calls of a release, but for those of its last words."""
    work = built(site)
    before = len(work.cloud.calls)
    released(work)
    names = [call.name for call in work.cloud.calls[before:]]
    while names[-1] == "locks.remove" or names[-1].startswith("software_configs."):
        names.pop()
    return names


@pytest.mark.parametrize("seed", range(6))
def test_a_release_stands_answers_that_are_none_and_nobody_gets_its_lock(
    site: Site, seed: int
) -> None:
    luck, names = random.Random(seed), called(site)
    for _ in range(3):
        at = luck.randrange(len(names))
        work = built(site)
        work.cloud.faults.garble(
            names[at],
            luck.choice(ANSWERS),
            skip=names[:at].count(names[at]),
            after=luck.random() < 0.5,
        )
        try:
            released(work)
        except Unavailable as error:
            assert "cannot be read (HTTP 200)" in error.message  # noqa: PT017
            assert lock.holder(work) is None
            assert Visitor(work).look() in list(Colour)
            released(work)
        assert told(work, "production") == ("green", "2.0")
        assert outcome(work) == "released"
