from dataclasses import replace

import pytest

from ao.cloud import Monitor
from ao.colour import Colour
from ao.plan import monitors, plan
from ao.plan.facts import Facts
from ao.plan.plan import AwaitServers, Confirm, DefineMonitor
from tests.unit.samples import SITE, stack, whole, with_system

BLUE, GREEN = Colour
PLAIN = Monitor(id="m-1", type="HTTP", domain_name=None, http_version=None, tags=frozenset())
NAMED = replace(PLAIN, domain_name="shop.example", http_version=1.1, tags=frozenset({"ao:host"}))
SHOP = replace(SITE, host="shop.example", health_check=replace(SITE.health_check, type="HTTP"))
SEEN = Confirm("production", BLUE)
NOTHING_DONE: plan.Done = frozenset()


def monitored(blue: Monitor | None, green: Monitor | None) -> Facts:
    """A whole site, blue live, with these health monitors."""
    return changed(changed(whole(), BLUE, monitor=blue), GREEN, monitor=green)


def changed(facts: Facts, colour: Colour, **changes: object) -> Facts:
    """The facts with something else of a system."""
    return with_system(facts, replace(facts.systems[colour], **changes))


def with_others(monitor: Monitor) -> Monitor:
    return replace(monitor, tags=monitor.tags | {"theirs"})


@pytest.mark.parametrize(
    ("host", "before", "after"),
    [
        ("shop.example", PLAIN, NAMED),
        ("shop.example", NAMED, NAMED),
        ("shop.example", replace(NAMED, domain_name="old.example"), NAMED),
        ("shop.example", replace(NAMED, http_version=None), NAMED),
        ("shop.example", with_others(PLAIN), with_others(NAMED)),
        ("shop.example", replace(NAMED, tags=frozenset()), replace(NAMED, tags=frozenset())),
        ("shop.example", replace(PLAIN, type="TCP"), replace(PLAIN, type="TCP")),
        (None, PLAIN, PLAIN),
        (None, NAMED, PLAIN),
        (None, with_others(NAMED), with_others(PLAIN)),
        (None, replace(NAMED, tags=frozenset()), replace(NAMED, tags=frozenset())),
    ],
)
def test_a_monitor_names_what_the_file_says_and_keeps_what_is_not_aos(
    host: str | None, before: Monitor, after: Monitor
) -> None:
    assert monitors.wanted(replace(SHOP, host=host), before) == after


def test_up_has_the_standbys_monitor_name_the_host_before_it_looks_at_production() -> None:
    steps = plan.up(SHOP, monitored(PLAIN, PLAIN), NOTHING_DONE)
    assert steps == (DefineMonitor(GREEN, "shop.example"),)


def test_up_has_the_live_ones_name_it_once_production_has_answered_to_it() -> None:
    facts = monitored(PLAIN, NAMED)
    assert plan.up(SHOP, facts, NOTHING_DONE) == (SEEN,)
    assert plan.up(SHOP, facts, frozenset({SEEN})) == (DefineMonitor(BLUE, "shop.example"),)


def test_up_does_so_at_once_where_no_server_of_the_live_one_passes() -> None:
    blue = tuple(replace(it, operating_status="ERROR") for it in whole().systems[BLUE].members)
    facts = changed(monitored(PLAIN, NAMED), BLUE, members=blue)
    assert plan.up(SHOP, facts, NOTHING_DONE) == (DefineMonitor(BLUE, "shop.example"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"monitor": None},
        {"load_balancer": None},
        {"stack": stack("ao-shop-green", "UPDATE_IN_PROGRESS")},
    ],
)
def test_a_monitor_that_cannot_be_changed_is_left(changes: dict[str, object]) -> None:
    facts = changed(monitored(NAMED, PLAIN), GREEN, **changes)
    assert not monitors.is_amiss(SHOP, facts, GREEN)


def test_a_load_balancer_in_error_takes_no_change() -> None:
    facts = monitored(NAMED, PLAIN)
    balancer = facts.systems[GREEN].load_balancer
    assert balancer is not None
    failed = replace(balancer, provisioning_status="ERROR")
    assert not monitors.is_amiss(SHOP, changed(facts, GREEN, load_balancer=failed), GREEN)


def test_a_standbys_servers_are_waited_for_once_its_monitor_is_changed() -> None:
    step = DefineMonitor(GREEN, "shop.example")
    facts = changed(monitored(NAMED, NAMED), GREEN, members=whole().systems[GREEN].members[:1])
    assert plan.monitor(SHOP, monitored(NAMED, PLAIN), GREEN, NOTHING_DONE) == (step,)
    assert plan.monitor(SHOP, facts, GREEN, NOTHING_DONE) == ()
    assert plan.monitor(SHOP, facts, GREEN, frozenset({step})) == (AwaitServers(GREEN),)


def test_a_live_systems_monitor_is_none_of_a_switchs() -> None:
    assert plan.monitor(SHOP, monitored(PLAIN, NAMED), BLUE, NOTHING_DONE) == ()


def test_a_step_says_which_host_or_none() -> None:
    named = str(DefineMonitor(GREEN, "shop.example"))
    assert named == "have the health monitor of green name host shop.example"
    assert str(DefineMonitor(BLUE, None)) == "have the health monitor of blue name no host"
