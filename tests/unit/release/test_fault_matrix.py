"""A fault of each kind at calls of a release, a switch and a switch back: production serves.

By default a few points, chosen by a fixed seed; `--faults all` takes each kind at every call, and
`--faults N` so many of each scenario and method.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from ao import fake, lock, release
from ao.colour import Colour
from ao.errors import (
    AoError,
    Changed,
    CloudError,
    Conflict,
    Forbidden,
    NotAuthenticated,
    NotFound,
    Unavailable,
)
from ao.operations import reconcile
from ao.site import Method
from ao.work import Work
from tests.unit.operations.sites import SITES, Visitor, built
from tests.unit.release.releases import http_check, journal, options

BLUE, GREEN = Colour
TRIES = 4
"""How often a command is run again before it counts as stuck; one ends what was begun, one that
finds a lost lock or an open release ends it, and the last does the work."""
SLOW = 150.0
"""Seconds that a slow call takes: longer than a lock is leased."""

ERRORS: Mapping[str, AoError] = {
    "conflict": Conflict("cannot do it: Conflict (HTTP 409)"),
    "changed": Changed("cannot do it: Precondition Failed (HTTP 412)"),
    "limited": CloudError("cannot do it: Too Many Requests (HTTP 429)"),
    "broken": Unavailable("cannot do it: Internal Server Error (HTTP 500)"),
    "away": Unavailable("cannot do it: Service Unavailable (HTTP 503)"),
    "logged out": NotAuthenticated("cannot do it: Unauthorized (HTTP 401)"),
    "forbidden": Forbidden("cannot do it: Forbidden (HTTP 403)"),
    "gone": NotFound("cannot do it: Not Found (HTTP 404)"),
    "unanswered": Unavailable("cannot do it: timed out"),
}
ANSWERS = {
    "a page": "<html>",
    "nothing": "",
    "null": "null",
    "cut off": "[",
    "not what": '{"a": 1}',
}
REFUSALS = frozenset({"conflict", "changed", "limited", "logged out", "forbidden", "gone"})
"""Errors by which a service says that it has done nothing."""
KINDS = ("kill", "slow", *ERRORS, *ANSWERS)


@dataclass(frozen=True)
class Point:
    """A call at which a fault happens."""

    name: str
    skip: int
    """Calls of the name that pass before."""
    after: bool
    """Whether the call has taken effect."""


@dataclass(frozen=True)
class Scenario:
    """A command, from where it begins to its end."""

    begin: Callable[[Work], None]
    command: Callable[[Work], object]
    live: Colour
    """System that is live at the end."""


def nothing(_work: Work) -> None:
    """Begin with a site as it was built."""


def released(work: Work) -> None:
    release.release(work, "2.0", options(work))


def switched_back(work: Work) -> None:
    """Go back; once production has moved, `back` refuses and names the command that goes on."""
    if work.observe().live is BLUE:
        reconcile.switch(work, BLUE)
    else:
        release.back(work, options(work))


SCENARIOS = {
    "release": Scenario(nothing, released, GREEN),
    "switch": Scenario(
        lambda work: reconcile.deploy(work, "2.0"),
        lambda work: reconcile.switch(work, GREEN),
        GREEN,
    ),
    "back": Scenario(released, switched_back, BLUE),
}


def site(method: Method) -> Work:
    """A site whose releases have all stages that need nobody, and a window of two looks."""
    plain = SITES[method]
    watch = replace(plain.watch, length=6.0, lasting=3.0)
    return built(replace(plain, watch=watch, checks=http_check()))


def points(method: Method, scenario: Scenario) -> list[Point]:
    """The calls of a command; before them, and for those that write after them, too."""
    work = site(method)
    scenario.begin(work)
    before = len(work.cloud.calls)
    scenario.command(work)
    counts: Counter[str] = Counter()
    found = []
    for call in work.cloud.calls[before:]:
        found.append(Point(call.name, counts[call.name], after=False))
        if call.writes:
            found.append(Point(call.name, counts[call.name], after=True))
        counts[call.name] += 1
    return found


def strike(work: Work, kind: str, point: Point) -> None:
    """Have a fault happen at a call."""
    at = {"skip": point.skip, "after": point.after}
    faults = work.cloud.faults
    if kind == "kill":
        faults.kill(point.name, **at)
    elif kind == "slow":
        faults.meanwhile(point.name, lambda: work.clock.sleep(SLOW), **at)
    elif kind in ANSWERS:
        faults.garble(point.name, ANSWERS[kind], **at)
    else:
        faults.fail(point.name, ERRORS[kind], **at)


def outcome(work: Work, command: Callable[[Work], object]) -> AoError | None:
    """Run a command; the error that it ended with. Nothing else may come out of it."""
    try:
        command(work)
    except fake.Killed:
        work.cloud.process.restart()
        work.clock.sleep(lock.LEASE)
        return AoError("killed")
    except AoError as error:
        return error
    return None


def suffer(method: Method, scenario: Scenario, kind: str, point: Point) -> None:
    """Run a command that a fault happens to, and again until it is done."""
    work = site(method)
    scenario.begin(work)
    other = replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, user="watcher"))
    visitor = Visitor(other)
    watched = replace(work, clock=visitor.watch().clock)
    strike(work, kind, point)
    error = outcome(watched, scenario.command)
    work.cloud.faults.clear()
    if error is not None:
        holder = lock.holder(other)
        assert holder is None or holder.over or kind in ("kill", "slow"), "the lock is left"
        for _ in range(TRIES):
            work.clock.sleep(lock.LEASE if kind in ("kill", "slow") else 2.0)
            error = outcome(watched, scenario.command)
            if error is None:
                break
    facts = other.observe()
    assert facts.live is scenario.live, str(error)
    assert set(visitor.seen) <= set(Colour)
    assert facts.switching_to is None
    assert facts.previewed is scenario.live.other
    operations = journal(other).operations()
    assert not [it for it in operations if it.act == "release" and it.outcome is None]


def chosen(wanted: str, method: Method, name: str) -> Iterator[tuple[str, Point]]:
    """The kinds and points that are to be tried."""
    all_of_them = [
        (kind, point)
        for kind in KINDS
        for point in points(method, SCENARIOS[name])
        if kind not in REFUSALS or not point.after
    ]
    if wanted != "all":
        luck = random.Random(f"{method} {name}")
        all_of_them = luck.sample(all_of_them, min(int(wanted), len(all_of_them)))
    yield from all_of_them


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_production_serves_and_the_same_command_goes_on(
    method: Method, name: str, pytestconfig: pytest.Config
) -> None:
    wanted: str = pytestconfig.getoption("--faults")
    wrong = {}
    for kind, point in chosen(wanted, method, name):
        try:
            suffer(method, SCENARIOS[name], kind, point)
        except AssertionError as error:
            wrong[f"{kind} at {point}"] = str(error).splitlines()[0]
    assert not wrong, json.dumps(wrong, indent=1)
