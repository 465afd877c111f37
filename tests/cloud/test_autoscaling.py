"""Autoscaling on a real cloud that measures: the box with its telemetry. One story of one site."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from openstack.connection import Connection

from ao.cloud import Cloud
from ao.colour import Colour
from ao.commands import systems_table
from ao.operations import reconcile
from ao.plan import scaling_state
from ao.plan.facts import System
from ao.site import Site
from ao.site.autoscale import Autoscale, Engine, Limit, Rule
from ao.visit import NoAnswer, visit
from ao.work import Work
from box import processes
from box.home import Home
from tests.cloud.sites import Delete, Visited, soon, told, visitors

BLUE, GREEN = Colour
BURN = "/burn?ms=500"
USERS = 2
"""Users who have the servers burn processor time: two keep two servers busy enough, and leave a
machine of two cores the time to start others."""
PAUSE = 0.2
"""Seconds between two visits of a visitor, so that visitors alone are no load."""
RULES = Autoscale(
    out=Rule(query=None, limit=Limit.ABOVE, threshold=0.2, lasting=20.0, by=1),
    inward=Rule(query=None, limit=Limit.BELOW, threshold=0.1, lasting=30.0, by=1),
    cooldown=15.0,
    engine=Engine.AUTO,
    granularity=300.0,
)
UNMEASURED = "is not measured, so it changes no size"
HOME = Home.from_environment()


@pytest.fixture(scope="module")
def shop(cloud: Cloud, site: Site, other_user: Connection, delete: Delete) -> Iterator[Work]:
    """A shop of one server that load takes to two, deleted at the end."""
    if "alarming" not in cloud.lookup.services():
        pytest.skip("the cloud has no Aodh")
    work = Work(cloud=cloud, site=replace(site, name=f"{site.name}-auto", autoscale=RULES))
    try:
        reconcile.up(work)
        yield work
    finally:
        delete(work, other_user)


@pytest.fixture(scope="module")
def busy(shop: Work) -> Iterator[Callable[[], None]]:
    """Users who have the live servers burn processor time, until they are told to stop."""
    production = shop.observe().production
    assert production is not None
    url, over = shop.site.url(production.address, BURN), threading.Event()

    def burn() -> None:
        while not over.is_set():
            try:
                visit(url, 5.0)
            except NoAnswer:
                over.wait(0.5)

    threads = [threading.Thread(target=burn, daemon=True) for _ in range(USERS)]
    for thread in threads:
        thread.start()
    yield over.set
    over.set()
    for thread in threads:
        thread.join(timeout=10)


@pytest.fixture(autouse=True)
def at_ease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors who leave the servers time to rest."""
    monkeypatch.setattr(visitors, "PAUSE", PAUSE)


def live(work: Work) -> System:
    facts = work.observe()
    assert facts.live is not None
    return facts.systems[facts.live]


def notes(work: Work) -> str:
    """What `ao status` notes."""
    facts = work.observe()
    return " ".join(
        systems_table.notes(
            work.site, facts, scaling_state.read_scaling(work.cloud, work.site, facts)
        )
    )


@contextmanager
def asked_for(other_user: Connection, system: System, query: str) -> Iterator[None]:
    """Somebody has the alarms of a system compare another query."""
    paths = [f"/alarms/{alarm.id}" for alarm in system.alarms]
    before = {path: other_user.alarm.get(path).json() for path in paths}
    rule = {"comparison_operator": "gt", "threshold": 0.0, "query": query}
    for path, whole in before.items():
        other_user.alarm.put(path, json={**whole, "prometheus_rule": rule})
    try:
        yield
    finally:
        for path, whole in before.items():
            other_user.alarm.put(path, json=whole)


@contextmanager
def silent(argument: str) -> Iterator[None]:
    """A service of the box, known by an argument, takes connections and answers none."""
    pids = [
        pid
        for pid in processes.ours(HOME.root)
        if argument.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    ]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.usefixtures("busy")
def test_load_takes_the_live_shop_from_one_server_to_two(shop: Work) -> None:
    assert soon(lambda: live(shop).online == 2, 240)
    facts = shop.observe()
    assert facts.systems[GREEN].size == 1

    def seen() -> bool:
        now = scaling_state.read_scaling(shop.cloud, shop.site, shop.observe())[BLUE]
        return (
            now.last is not None
            and (now.last.out, now.last.size) == (True, 2)
            and now.value is not None
            and now.value > RULES.inward.threshold
        )

    # Under this load Ceilometer may miss a poll, and there is no value for a moment.
    assert soon(seen, 30)


@pytest.mark.usefixtures("busy")
def test_a_release_under_load_switches_at_equal_capacity_and_loses_nothing(
    shop: Work, visited: Visited
) -> None:
    before = live(shop)
    with visited(shop) as tally:
        reconcile.deploy(shop, "2.0")
        reconcile.switch(shop)
    facts = shop.observe()
    assert not tally.lost
    assert set(tally.answers) == {"1.0 on blue", "2.0 on green"}
    assert told(shop, "production") == ("green", "2.0")
    assert (before.size, facts.systems[GREEN].online, facts.systems[BLUE].size) == (2, 2, 2)
    assert {alarm.enabled for alarm in facts.systems[GREEN].alarms} == {True}
    assert {alarm.enabled for alarm in facts.systems[BLUE].alarms} == {False}


def test_when_load_stops_a_server_goes_and_nothing_is_lost(
    shop: Work, visited: Visited, busy: Callable[[], None]
) -> None:
    busy()
    with visited(shop) as tally:
        assert soon(lambda: len(live(shop).members) == 1, 240)
        assert soon(lambda: len(live(shop).servers) == 1, 60)
    assert not tally.lost
    assert list(tally.answers) == ["2.0 on green"]
    assert shop.observe().systems[BLUE].size == 2


def test_by_hand_the_live_shop_changes_its_size_and_nothing_else(shop: Work) -> None:
    before = live(shop)
    after = reconcile.scale(shop, before.colour, 2).systems[before.colour]
    assert (after.size, after.online, after.version) == (2, 2, before.version)
    assert {server.id for server in before.servers} < {server.id for server in after.servers}
    assert after.alarms
    assert all(alarm.enabled for alarm in after.alarms)


def test_a_query_that_measures_nothing_is_told_and_changes_no_size(
    shop: Work, other_user: Connection
) -> None:
    with asked_for(other_user, live(shop), "a_series_that_is_gone"):
        assert soon(lambda: UNMEASURED in notes(shop), 30)
        size = live(shop).size
        time.sleep(RULES.cooldown)
        assert live(shop).size == size


@pytest.mark.skipif(not HOME.clouds.exists(), reason="the box is not on this machine")
def test_a_prometheus_that_does_not_answer_is_told_and_changes_no_size(shop: Work) -> None:
    with silent("/usr/bin/prometheus"):
        told, size = notes(shop), live(shop).size
        time.sleep(RULES.cooldown)
        assert live(shop).size == size
    assert UNMEASURED in told
    assert "ask for measures" in told


@pytest.mark.skipif(not HOME.clouds.exists(), reason="the box is not on this machine")
def test_an_aodh_that_does_not_answer_stops_no_switch(shop: Work, visited: Visited) -> None:
    before = live(shop).colour
    with silent("aodh.wsgi.api:application"), visited(shop) as tally:
        facts = reconcile.switch(shop)
    assert facts.live is before.other
    assert "silent for too long" in facts.unknown
    assert not tally.lost
    healed = reconcile.up(shop)
    assert all(alarm.enabled for alarm in healed.systems[before.other].alarms)
    assert not any(alarm.enabled for alarm in healed.systems[before].alarms)
