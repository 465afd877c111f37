"""Commands killed at every write of a site with several listeners: users are served on each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from ao import fake, lock
from ao.colour import Colour
from ao.errors import Unavailable
from ao.operations import maintenance, reconcile
from ao.site import Method, Site
from ao.visit import NoAnswer
from ao.work import Work
from tests.unit.operations.sites import start, state
from tests.unit.operations.test_listeners import anew, leading, listeners, plain, several
from tests.unit.operations.test_preview_of_listeners import HEADER as BY_HEADER
from tests.unit.operations.test_preview_of_listeners import PORT as BY_PORT
from tests.unit.operations.test_preview_of_listeners import WISH, policies

BLUE, GREEN = Colour
LOST = Unavailable("the service did not answer")
PORTS = several(Method.POOL)
HEADER, PORT = (replace(it, listeners=it.listeners[1:]) for it in (BY_HEADER, BY_PORT))
PAUSED = replace(PORTS, maintenance=replace(WISH, during_switch=True))
ADDRESSES = several(Method.ADDRESS)


def less(site: Site) -> Site:
    """The site without its last listener."""
    return replace(site, listeners=site.listeners[:-1])


def built(site: Site) -> Work:
    work = start(site)
    reconcile.up(work)
    return anew(work)


def mixed(site: Site) -> Work:
    """The site whose switch to green was killed when the main listener had moved."""
    work = built(site)
    work.cloud.faults.kill("load_balancers.set_default_pool", after=True)
    with pytest.raises(fake.Killed):
        reconcile.switch(work, GREEN)
    work.cloud.process.restart()
    assert work.observe().is_mixed
    return anew(work)


def begun(site: Site) -> Work:
    """The site in a maintenance."""
    work = built(site)
    maintenance.on(work)
    return anew(work)


@dataclass(frozen=True)
class Case:
    """A command on a site with several listeners."""

    prepare: Callable[[], Work]
    command: Callable[[Work], object]


def to(colour: Colour) -> Callable[[Work], object]:
    return lambda work: reconcile.switch(work, colour)


CASES = {
    "switch in a maintenance": Case(lambda: begun(HEADER), to(GREEN)),
    "switch with a pause": Case(lambda: built(PAUSED), to(GREEN)),
    "maintenance on": Case(lambda: built(HEADER), maintenance.on),
    "maintenance off": Case(lambda: begun(HEADER), maintenance.off),
    "new values of the preview": Case(lambda: built(HEADER), reconcile.new_preview_key),
    "a header in place of a port": Case(lambda: anew(built(PORT), HEADER), reconcile.up),
    "a port in place of a header": Case(lambda: anew(built(HEADER), PORT), reconcile.up),
    "switch": Case(lambda: built(PORTS), to(GREEN)),
    "switch by header": Case(lambda: built(HEADER), to(GREEN)),
    "switch by address": Case(lambda: built(ADDRESSES), to(GREEN)),
    "switch of a mixed site": Case(lambda: mixed(PORTS), to(GREEN)),
    "switch of a mixed site by header": Case(lambda: mixed(HEADER), to(GREEN)),
    "back of a mixed site": Case(lambda: mixed(PORTS), to(BLUE)),
    "a listener more": Case(lambda: anew(built(less(PORTS)), PORTS), reconcile.up),
    "a listener more by header": Case(lambda: anew(built(less(HEADER)), HEADER), reconcile.up),
    "all listeners more": Case(lambda: anew(built(plain(Method.POOL)), PORTS), reconcile.up),
    "a listener less": Case(lambda: anew(built(PORTS), less(PORTS)), reconcile.up),
    "a listener less by header": Case(lambda: anew(built(HEADER), less(HEADER)), reconcile.up),
}


def answering(work: Work) -> dict[int, str]:
    """The colour, or the maintenance page, that users get at each port; empty for neither."""
    facts = work.observe()
    address = facts.production
    assert address is not None
    found: dict[int, str] = {}
    for port in (80, *(it.port for it in work.site.listeners)):
        try:
            answer = work.visit(f"http://{address.address}:{port}/version", 3.0)
        except NoAnswer:
            found[port] = ""
        else:
            found[port] = answer.headers["x-ao-colour"] if answer.status == 200 else ""
            if answer.status == 302:
                found[port] = "page"
    return found


def condition(work: Work) -> tuple[object, ...]:
    """All of a site that the operator cares for, with where its listeners lead."""
    facts = anew(work).observe()
    project = work.cloud.openstack.project("shop")
    return (
        state(facts),
        facts.is_mixed,
        [it.name for it in facts.previews_astray],
        leading(work),
        sorted(it.name for it in project.octavia.pools.values()),
        {port: sorted(policies(work, port)) for port in sorted(listeners(work))},
    )


def killed(case: Case) -> Iterator[tuple[Work, str]]:
    """Yield the site after the command was killed before its first write, and after each.

    Right before a write is right after the one before.
    """
    work = case.prepare()
    begin = len(work.cloud.calls)
    case.command(work)
    calls = [it for it in work.cloud.calls[begin:] if it.writes]
    # One that a load balancer does not take yet is asked for again: the last of them is taken.
    taken = {f"{it.name} {it.arguments}": skip for skip, it in enumerate(calls)}
    assert taken
    for skip, after in [(0, False), *((skip, True) for skip in taken.values())]:
        work = case.prepare()
        work.cloud.faults.kill("", skip=skip, after=after)
        with pytest.raises(fake.Killed):
            case.command(work)
        work.cloud.process.restart()
        # The lock of a process that has ended elsewhere counts for so long.
        work.clock.sleep(lock.LEASE + 1)
        yield anew(work), f"{skip} {after}"


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_is_done_when_said_again(name: str) -> None:
    case = CASES[name]
    unbroken = case.prepare()
    before = answering(unbroken)
    case.command(unbroken)
    end = condition(unbroken)
    for work, at in killed(case):
        there = answering(work)
        assert [port for port, it in before.items() if it and not there[port]] == [], at
        case.command(work)
        assert condition(work) == end, at


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("skip", range(5))
def test_a_move_that_is_not_answered_is_looked_at_and_asked_again(skip: int, after: bool) -> None:
    work = built(PORTS)
    work.cloud.faults.fail("load_balancers.set_default_pool", LOST, skip=skip, after=after)
    facts = reconcile.switch(work)
    assert (facts.live, facts.previewed, facts.is_mixed) == (GREEN, BLUE, False)
    assert set(answering(work).values()) == {"green"}
