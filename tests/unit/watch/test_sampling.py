from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import AoError, QuotaExceeded, Unavailable
from ao.operations import reconcile
from ao.plan.facts import System
from ao.probe.running_totals import RunningTotals
from ao.site.watch import Access, Watch
from ao.watch.login import Login
from ao.watch.metrics import source
from ao.watch.prometheus import Ask, NoFigure, Value
from ao.watch.sample import Figure, Missing, Reading
from ao.watch.sampling import Sampler
from ao.work import Work
from tests.unit import samples as sites
from tests.unit.watch.samples import BASELINE, ERRORS, NOON, WATCH, tally

GREEN = sites.system(Colour.GREEN, version="3.0")
ALL = replace(WATCH, members=True, checks=True, queries=(ERRORS,))


@dataclass
class Counting:
    """A probe that has counted what a test says."""

    tally: RunningTotals | None

    def sample(self) -> RunningTotals | None:
        return self.tally


@dataclass
class Members:
    """Health checks that tell these statuses, or fail."""

    statuses: tuple[str, ...] | AoError
    asked: list[str] = field(default_factory=list)

    def members(self, pool_id: str) -> object:
        self.asked.append(pool_id)
        if isinstance(self.statuses, AoError):
            raise self.statuses
        some = sites.system(Colour.GREEN, size=len(self.statuses)).members
        return tuple(
            replace(member, operating_status=status)
            for member, status in zip(some, self.statuses, strict=True)
        )


@dataclass
class CloudOf:
    load_balancers: Members
    name: str = "shop"


def look(
    watch: Watch = ALL,
    members: tuple[str, ...] | AoError = ("ONLINE", "ONLINE"),
    probe: Counting | None = None,
    checks: Callable[[], tuple[str, ...]] = tuple,
    ask: Ask = lambda url, query, login: Value(value=0.0),
    new: System = GREEN,
) -> Sampler:
    cloud = CloudOf(load_balancers=Members(members))
    return Sampler(
        work=Work(cloud=cloud, site=sites.SITE),  # type: ignore[arg-type]
        watch=watch,
        baseline=BASELINE,
        new=new,
        probe=probe,
        checks=checks,
        ask=ask,
        moment=lambda: NOON,
    )


def reading(of: Sampler, name: str) -> Reading:
    return of().readings[name]


def test_a_look_tells_what_is_watched_and_no_more() -> None:
    assert look()().at == NOON
    assert set(look()().readings) == {"members", "checks", source(ERRORS)}
    assert look(WATCH)().readings == {}


def test_what_the_probe_has_counted_is_told() -> None:
    assert look(probe=Counting(tally(100, 3)))().tally == tally(100, 3)


@pytest.mark.parametrize(
    ("probe", "why"),
    [(None, "production is not reached from here"), (Counting(None), "the probe does not send")],
)
def test_a_probe_that_tells_nothing_is_missing(probe: Counting | None, why: str) -> None:
    assert look(probe=probe)().tally == Missing(why=why)


@pytest.mark.parametrize(
    ("statuses", "lacking"),
    [
        (("ONLINE", "ONLINE"), 0),
        (("ONLINE", "ERROR"), 1),
        (("NO_MONITOR", "NO_MONITOR"), 0),
        (("ONLINE", "ONLINE", "OFFLINE"), 0),  # a third one has come, and is starting
        (("ONLINE",), 0),  # one was scaled away
        (("ERROR",), 1),
        ((), 1),
    ],
)
def test_servers_that_fail_are_counted_against_those_of_before(
    statuses: tuple[str, ...], lacking: int
) -> None:
    online = sum(status != "ERROR" and status != "OFFLINE" for status in statuses)
    assert reading(look(members=statuses), "members") == Figure(
        value=lacking, text=f"{online} of {len(statuses)} servers pass the health check"
    )


@pytest.mark.parametrize("kind", [Unavailable, QuotaExceeded])
def test_a_cloud_that_does_not_answer_is_missing(kind: type[AoError]) -> None:
    trouble = kind("Octavia did not answer within 30 s")
    assert reading(look(members=trouble), "members") == Missing(why=trouble.message)


def test_a_system_without_a_pool_is_missing() -> None:
    bare = replace(sites.system(Colour.GREEN), pool_id=None)
    assert reading(look(new=bare), "members") == Missing(why="green has no pool")


def test_checks_that_failed_are_counted_and_named() -> None:
    assert reading(look(checks=lambda: ("order: HTTP 500", "login: late")), "checks") == Figure(
        value=2, text="order: HTTP 500; login: late"
    )
    assert reading(look(), "checks") == Figure(value=0, text="all passed")


def test_prometheus_is_asked_for_this_site_colour_and_version() -> None:
    asked: list[tuple[str, str]] = []

    def ask(url: str, query: str, login: Login) -> Value:
        asked.append((url, query))
        return Value(value=0.0123456)

    words = 'errors{site="$AO_SITE",colour="$AO_COLOUR",version="$AO_VERSION",path=~"/a$"}'
    watch = replace(WATCH, queries=(replace(ERRORS, query=words),))
    assert reading(look(watch, ask=ask), source(ERRORS)) == Figure(value=0.0123456, text="0.01235")
    filled = 'errors{site="shop",colour="green",version="3.0",path=~"/a$"}'
    assert asked == [("http://prometheus", filled)]


def test_a_figure_of_a_part_only_says_so() -> None:
    told = Value(value=2.0, warnings="no answer of store-2")
    assert reading(look(ask=lambda *_: told), source(ERRORS)) == Figure(
        value=2.0,
        text="2 (Prometheus warns: no answer of store-2)",
        warnings="no answer of store-2",
    )


def test_a_prometheus_that_gives_no_figure_is_missing() -> None:
    def ask(url: str, query: str, login: Login) -> Value:
        raise NoFigure("http://prometheus: connection refused")

    assert reading(look(ask=ask), source(ERRORS)) == Missing(
        why="http://prometheus: connection refused"
    )


def test_the_pool_that_is_looked_at_is_that_of_the_new_system_on_the_cloud() -> None:
    shop = fake.Cloud()
    work = Work(cloud=shop, site=sites.SITE, clock=shop.clock, visit=shop.visit)
    reconcile.up(work)
    new = work.observe().systems[Colour.BLUE]
    members = reading(replace(look(), work=work, new=new), "members")
    assert members == Figure(value=0, text="2 of 2 servers pass the health check")


def test_a_figure_whose_token_was_taken_away_while_it_is_watched_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    query = replace(ERRORS, access=Access(token_env="PROM_TOKEN"))
    watch = replace(WATCH, queries=(query,))
    logins: list[Login] = []

    def ask(url: str, query: str, login: Login) -> Value:
        logins.append(login)
        return Value(value=0.0)

    sampler = look(watch, ask=ask)
    sampler = replace(sampler, work=replace(sampler.work, site=replace(sites.SITE, watch=watch)))
    monkeypatch.setenv("PROM_TOKEN", "first")
    assert isinstance(reading(sampler, source(query)), Figure)
    monkeypatch.setenv("PROM_TOKEN", "second")
    assert isinstance(reading(sampler, source(query)), Figure)
    assert [it.headers for it in logins] == [
        {"Authorization": "Bearer first"},
        {"Authorization": "Bearer second"},
    ]
    monkeypatch.delenv("PROM_TOKEN")
    told = reading(sampler, source(query))
    assert isinstance(told, Missing)
    assert "watch.prometheus.0.token_env" in told.why
