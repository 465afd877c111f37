"""Releases of a site with several listeners killed while these move: none is left behind."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from ao import fake, lock, release
from ao.colour import Colour
from ao.operations import operations, reconcile
from ao.release import Aborted, RolledBack
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.operations.test_listener_kills import answering
from tests.unit.operations.test_listeners import anew, plain, several
from tests.unit.operations.test_preview_of_listeners import HEADER
from tests.unit.release.releases import Listener, options, released

BLUE, GREEN = Colour
MOVES = {"load_balancers.set_default_pool", "floating_ips.point"}


def quick(site: Site) -> Site:
    """The site with a decision window of one look."""
    return replace(site, watch=replace(site.watch, length=3.0, lasting=3.0))


SITES = {
    "port": quick(several(Method.POOL)),
    "header": quick(replace(HEADER, listeners=HEADER.listeners[1:])),
    "address": quick(several(Method.ADDRESS)),
    "main listener alone": quick(plain(Method.POOL)),
}


def built(site: Site) -> Work:
    work = start(site)
    reconcile.up(work)
    return anew(work)


def kept(site: Site) -> Work:
    """The site after a release of 2.0, which is live on green."""
    return anew(released(built(site)))


def open_one(site: Site) -> Work:
    """The site in the decision window of a release of 2.0."""
    return anew(released(built(site), detach=True))


def back(work: Work) -> None:
    with suppress(Aborted, RolledBack):
        release.back(work, options(work))


def abort(work: Work) -> None:
    with suppress(Aborted, RolledBack):
        release.abort(work, options(work))


def switch(work: Work) -> None:
    """Say `ao switch` without a colour; one that was done would go forth again."""
    facts = work.observe()
    if (facts.live, facts.switching_to) != (BLUE, None) or facts.previews_by_request:
        operations.switch(work)


@dataclass(frozen=True)
class Case:
    """A command that moves users, and what is said after it was killed."""

    prepare: Callable[[Site], Work]
    command: Callable[[Work], object]
    again: Callable[[Work], object]
    to: Colour
    """System that is live at the end."""


CASES = {
    "release": Case(built, released, released, GREEN),
    "release that is aborted": Case(built, released, abort, BLUE),
    "back": Case(kept, back, back, BLUE),
    "back in the window": Case(open_one, back, back, BLUE),
    "abort": Case(open_one, abort, abort, BLUE),
    "switch": Case(kept, switch, switch, BLUE),
}
PLACES = [
    *((name, "port") for name in CASES),
    *((name, "header") for name in ("release", "back", "abort", "switch")),
    *((name, "address") for name in ("back", "abort")),
    *((name, "main listener alone") for name in ("back", "abort")),
]


def killed(case: Case, site: Site) -> Iterator[tuple[Work, str]]:
    """Yield the site after the command was killed at each move of a listener, and after the last.

    Right before a move is right after the one before.
    """
    work = case.prepare(site)
    begin = len(work.cloud.calls)
    case.command(work)
    calls = [it for it in work.cloud.calls[begin:] if it.writes]
    # One that a load balancer does not take yet is asked for again: the last of them is taken.
    moves = {f"{it.arguments}": at for at, it in enumerate(calls) if it.name in MOVES}
    assert len(moves) > 1
    last = max(moves.values())
    # Before the first one nothing has moved, as in any other release.
    for skip, after in [*((at, False) for at in [*moves.values()][1:]), (last, True)]:
        work = case.prepare(site)
        work.cloud.faults.kill("", skip=skip, after=after)
        with pytest.raises(fake.Killed):
            case.command(work)
        work.cloud.process.restart()
        # The lock of a process that has ended elsewhere counts for so long.
        work.clock.sleep(lock.LEASE + 1)
        yield anew(work), f"{skip} {after}"


def test_a_way_back_that_goes_on_says_so() -> None:
    *_, (work, _) = killed(CASES["back"], SITES["header"])
    back(work)
    assert isinstance(work.progress, Listener)
    assert "Going on with the switch to blue that was broken off." in work.progress.notes


@pytest.mark.parametrize(("name", "of"), PLACES)
def test_what_was_killed_among_the_listeners_ends_with_all_of_them_on_one_system(
    name: str, of: str
) -> None:
    case = CASES[name]
    for work, at in killed(case, SITES[of]):
        assert "" not in answering(work).values(), at
        case.again(work)
        facts = anew(work).observe()
        assert set(answering(work).values()) == {str(case.to)}, at
        assert (facts.live, facts.previewed, facts.switching_to) == (case.to, case.to.other, None)
        assert not facts.is_mixed, at
        assert not facts.previews_astray, at
