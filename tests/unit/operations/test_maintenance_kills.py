"""Maintenance killed, or left without an answer, at every write: users get the page or the site."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ao import fake, lock
from ao.colour import Colour
from ao.errors import Unavailable
from ao.operations import maintenance, operations, reconcile
from ao.plan.maintenance_policy import NAME
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, Visitor, start
from tests.unit.operations.test_maintenance import PAGE, WISH, anew, policies, users_get

BLUE, GREEN = Colour
LOST = Unavailable("the service did not answer")
GETS = {"blue", "green", "302"}
"""What users may get: the site, or the page."""


def built(site: Site) -> Work:
    work = start(site)
    reconcile.up(work)
    return anew(work)


def deployed(site: Site) -> Work:
    work = built(site)
    reconcile.deploy(work, "2.0")
    return anew(work)


def begun(site: Site) -> Work:
    work = built(site)
    maintenance.on(work)
    return anew(work)


def switch(work: Work) -> None:
    operations.switch(work, GREEN)


CASES: dict[str, tuple[Callable[[Site], Work], Callable[[Work], object], str]] = {
    "on": (built, maintenance.on, PAGE),
    "off": (begun, maintenance.off, "blue"),
    "switch with a pause": (deployed, switch, "green"),
}


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    proxies = SITES[Method.POOL].load_balancer
    wish = replace(WISH, during_switch=True)
    return replace(SITES[request.param], load_balancer=proxies, maintenance=wish)


def condition(work: Work) -> tuple[object, ...]:
    """What a command ends in: what users get, and what leads them."""
    found = [
        (it.listener_id, it.enabled, len({rule.type for rule in it.rules}))
        for it in policies(work)
        if it.name == NAME
    ]
    facts = anew(work).observe()
    return users_get(work), facts.live, facts.previewed, facts.switching_to, len(found), found


def ends_as(work: Work, end: tuple[object, ...]) -> bool:
    now = condition(work)
    own = [it[1:] for it in now[-1]]  # type: ignore[attr-defined]
    wanted = [it[1:] for it in end[-1]]  # type: ignore[attr-defined]
    return now[:-1] == end[:-1] and own == wanted


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_at_a_write_goes_on_when_said_again(
    name: str, site: Site
) -> None:
    prepare, command, gets = CASES[name]
    work = prepare(site)
    begin = len(work.cloud.calls)
    command(work)
    written = sum(it.writes for it in work.cloud.calls[begin:])
    end = condition(work)
    assert end[0] == gets
    for skip in range(written):
        for after in (False, True):
            work = prepare(site)
            visitor = Visitor(work)
            work.cloud.faults.kill("", skip=skip, after=after)
            try:
                command(visitor.watch())
            except fake.Killed:
                work.cloud.process.restart()
                # The lock of a process that has ended elsewhere counts for so long.
                work.clock.sleep(lock.LEASE + 1)
                command(anew(work))
            assert set(visitor.seen) <= GETS, (skip, after)
            assert ends_as(work, end), (skip, after)


@pytest.mark.parametrize("name", CASES)
def test_off_takes_away_what_was_left_of_a_command_that_was_killed(name: str, site: Site) -> None:
    prepare, command, _ = CASES[name]
    work = prepare(site)
    begin = len(work.cloud.calls)
    command(work)
    written = sum(it.writes for it in work.cloud.calls[begin:])
    for skip in range(written):
        work = prepare(site)
        work.cloud.faults.kill("", skip=skip, after=True)
        try:
            command(work)
        except fake.Killed:
            work.cloud.process.restart()
            work.clock.sleep(lock.LEASE + 1)
        maintenance.off(anew(work))
        assert users_get(work) in {"blue", "green"}, skip
        assert policies(work) == []


LOSSES = [
    ("on", "create_l7_policy"),
    ("on", "create_l7_rule"),
    ("on", "set_l7_policy"),
    ("off", "remove_l7_policy"),
]


@pytest.mark.parametrize(("name", "call"), LOSSES)
def test_a_write_that_is_not_answered_is_asked_again(name: str, call: str, site: Site) -> None:
    prepare, command, gets = CASES[name]
    work = prepare(site)
    command(work)
    end = condition(work)
    work = prepare(site)
    work.cloud.faults.fail(f"load_balancers.{call}", LOST, after=True)
    # It is asked again, and what was made twice goes.
    command(work)
    assert ends_as(work, end)
    assert users_get(work) == gets
