"""Many commands at once on one site: `--storms N` has more of them."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ao import fake, lock, release
from ao.colour import Colour
from ao.errors import AoError
from ao.lock import lease
from ao.operations import operations
from ao.site import Method
from ao.visit import NoAnswer
from ao.work import Work
from tests.unit.operations.sites import SITES, built, deployed
from tests.unit.release.releases import http_check, journal, options

BLUE, GREEN = Colour
COMMANDS = 20
"""Commands of a storm."""
Command = Callable[[Work, random.Random], object]
COMMON: dict[str, Command] = {
    "switch": lambda work, draw: operations.switch(work, draw.choice([None, *Colour])),
    "release": lambda work, draw: release.release(work, draw.choice("234") + ".0", options(work)),
    "deploy": lambda work, draw: operations.deploy(work, draw.choice("24") + ".0"),
}
RARE: dict[str, Command] = {
    "back": lambda work, _: release.back(work, options(work)),
    "scale": lambda work, draw: operations.scale(work, draw.choice([*Colour]), draw.randint(1, 3)),
    "up": lambda work, _: operations.up(work),
    "abort": lambda work, _: release.abort(work, options(work)),
    "lock": lambda work, _: operations.hold(work, "x", 5.0),
    "unlock": lambda work, _: operations.free(work, "x"),
    "down of one": lambda work, draw: operations.down(work, frozenset({draw.choice([*Colour])})),
    "status": lambda work, _: work.observe(),
}
FORCED: dict[str, Command] = {"by force": lambda work, _: operations.free(work, "x", force=True)}
MIXES = (COMMON, COMMON | RARE, COMMON | RARE | FORCED)
"""Commands that are drawn from."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--storms")))


class Holders:
    """Commands that hold the lock, or think so."""

    def __init__(self) -> None:
        self.now: set[int] = set()
        self.most = 0

    def enter(self, held: lock.AcquiredLock) -> None:
        self.now.add(id(held))
        self.most = max(self.most, len(self.now))

    def leave(self, held: lock.AcquiredLock) -> None:
        self.now.discard(id(held))


@pytest.fixture
def holders(monkeypatch: pytest.MonkeyPatch) -> Holders:
    holders = Holders()
    enter, free = lease.AcquiredLock.__enter__, lease.AcquiredLock.release

    def entered(held: lock.AcquiredLock) -> lock.AcquiredLock:
        holders.enter(held)
        return enter(held)

    def freed(held: lock.AcquiredLock) -> None:
        holders.leave(held)
        free(held)

    monkeypatch.setattr(lease.AcquiredLock, "__enter__", entered)
    monkeypatch.setattr(lease.AcquiredLock, "release", freed)
    return holders


def stormy(draw: random.Random) -> Work:
    """A whole site, with or without a version on its standby."""
    plain = SITES[draw.choice([*Method])]
    site = replace(plain, watch=replace(plain.watch, length=6.0, lasting=3.0), checks=http_check())
    return draw.choice([built, deployed])(site)


@contextmanager
def told(ends: Counter[str], name: str) -> Iterator[None]:
    """Count how a command ends; what is no error of Ao's is told with its name."""
    try:
        yield
    except AoError as error:
        ends[f"{name}: {type(error).__name__}"] += 1
    except Exception as error:
        ends[f"{name}: TRACEBACK {error!r}"] += 1
    else:
        ends[f"{name}: done"] += 1


def test_of_many_commands_at_once_one_works_and_production_answers(
    seed: int, holders: Holders
) -> None:
    draw = random.Random(seed)
    mix = MIXES[seed % len(MIXES)]
    base = stormy(draw)
    openstack, answers, ends = base.cloud.openstack, Counter[str](), Counter[str]()
    production = base.observe().production
    assert production is not None
    url = base.site.url(production.address, "/version")

    def look() -> None:
        try:
            answers[base.visit(url, 3.0).headers["x-ao-colour"]] += 1
        except NoAnswer:
            answers["none"] += 1

    turns = fake.Turns(openstack.timeline, seed, watch=look)

    def job(n: int) -> Callable[[], None]:
        own = random.Random(f"{seed}.{n}")
        name = own.choice([*mix])
        cloud = fake.Cloud(openstack=openstack, user=f"u{n}", turns=turns)
        work = Work(cloud=cloud, site=base.site, clock=cloud.clock, visit=cloud.visit)

        def run() -> None:
            with told(ends, name):
                work.clock.sleep(own.choice([0.0, 0.0, own.uniform(0, 60)]))
                mix[name](work, own)

        return run

    turns.run([job(n) for n in range(COMMANDS)])

    facts, held = base.observe(), lock.holder(base)
    assert sum(ends.values()) == COMMANDS
    assert [end for end in ends if "TRACEBACK" in end] == []
    assert set(answers) <= {"blue", "green"}
    assert facts.live is not None
    assert facts.live is not facts.previewed
    assert held is None or held.over or held.by_hand
    if "by force" not in mix:
        assert holders.most == 1
        assert facts.switching_to is None
        undone = [it.act for it in journal(base).operations() if it.outcome is None]
        assert set(undone) <= {"release"}
