"""Commands killed at every write of a site with several listeners: users are served on each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from ao import fake
from ao.colour import Colour
from ao.operations import reconcile
from ao.site import Method, Site
from ao.visit import NoAnswer
from ao.work import Work
from tests.unit.operations.sites import start, state
from tests.unit.operations.test_listeners import anew, leading, listeners, plain, several
from tests.unit.operations.test_preview_of_listeners import HEADER, policies

BLUE, GREEN = Colour
PORTS = several(Method.POOL)
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


@dataclass(frozen=True)
class Case:
    """A command on a site with several listeners."""

    prepare: Callable[[], Work]
    command: Callable[[Work], object]


def to(colour: Colour) -> Callable[[Work], object]:
    return lambda work: reconcile.switch(work, colour)


CASES = {
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
    """What users get at each port that they reach, by the port; empty where nobody answers."""
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
    """Yield the site after the command was killed at every write, before and after."""
    work = case.prepare()
    begin = len(work.cloud.calls)
    case.command(work)
    calls = [it for it in work.cloud.calls[begin:] if it.writes]
    assert calls
    # One that a load balancer does not take yet is asked for again: the last of them is taken.
    points = {f"{it.name} {it.arguments}": skip for skip, it in enumerate(calls)}
    for skip in points.values():
        for after in (False, True):
            work = case.prepare()
            work.cloud.faults.kill("", skip=skip, after=after)
            try:
                case.command(work)
            except fake.Killed:
                work.cloud.process.restart()
                yield anew(work), f"{skip} {after}"
            else:
                # There is no point after a write that was refused.
                assert after


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
