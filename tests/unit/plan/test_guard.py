import re
from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.errors import Refused
from ao.plan import guard
from ao.plan.facts import Facts
from tests.unit.samples import EMPTY, address, system, unbuilt, whole, with_system

BLUE, GREEN = Colour


def go_live(facts: Facts, colour: Colour = GREEN, **overrides: bool) -> None:
    guard.may_go_live(facts, colour, **{"degraded": False, "take_over": False, **overrides})


def test_the_live_system_may_not_be_changed() -> None:
    with pytest.raises(Refused, match="blue is live, and Ao does not redeploy the live system"):
        guard.may_change(whole(live=BLUE), BLUE, act="redeploy")


def test_the_standby_may_be_changed() -> None:
    guard.may_change(whole(live=BLUE), GREEN, act="redeploy")


def test_a_whole_standby_may_go_live() -> None:
    go_live(whole())


@pytest.mark.parametrize(
    ("standby", "reason"),
    [
        (unbuilt(GREEN), "it is not built"),
        (system(GREEN, state="UPDATE_IN_PROGRESS"), "Heat is at work on it"),
        (system(GREEN, state="UPDATE_FAILED"), "its stack is UPDATE_FAILED"),
        (system(GREEN, size=0, online=0), "its group is empty"),
        (system(GREEN, online=1), "1 of 2 servers pass the health check"),
        (replace(system(GREEN), load_balancer=None), "its load balancer is gone"),
    ],
)
def test_a_standby_that_is_not_whole_may_not_go_live(standby, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        go_live(with_system(whole(), standby))


def test_a_degraded_standby_goes_live_when_told_so() -> None:
    go_live(with_system(whole(), system(GREEN, online=1)), degraded=True)


def test_a_standby_without_a_healthy_server_never_goes_live() -> None:
    with pytest.raises(Refused, match="0 of 2 servers pass"):
        go_live(with_system(whole(), system(GREEN, online=0)), degraded=True)


def test_production_is_taken_from_a_stranger_only_when_told_so() -> None:
    facts = replace(whole(), production=address("production", "strange-port"))
    with pytest.raises(Refused, match="which is not of this site"):
        go_live(facts)
    go_live(facts, take_over=True)


def test_nothing_goes_live_without_a_production_address() -> None:
    with pytest.raises(Refused, match="no production address yet"):
        go_live(EMPTY)


def failed(colour: Colour, provider: str) -> Facts:
    """Facts of a whole site, blue live, with one load balancer in ERROR."""
    one = system(colour)
    assert one.load_balancer is not None
    balancer = replace(one.load_balancer, provisioning_status="ERROR", provider=provider)
    return with_system(whole(), replace(one, load_balancer=balancer))


@pytest.mark.parametrize(
    ("provider", "helps"), [("amphora", "^`ao up --failover`"), ("ovn", "^`openstack loadbalancer")]
)
def test_a_standby_with_a_failed_load_balancer_is_told_what_helps_it(
    provider: str, helps: str
) -> None:
    with pytest.raises(Refused, match="provisioning status ERROR") as going:
        go_live(failed(GREEN, provider))
    with pytest.raises(Refused, match="green cannot be changed") as building:
        guard.may_build(failed(GREEN, provider), GREEN)
    assert going.value.cure == building.value.cure
    assert re.match(helps, going.value.cure)
    assert "delete --cascade green-lb`, then `ao up`" in going.value.cure
    guard.may_build(failed(GREEN, provider), BLUE)


@pytest.mark.parametrize("provider", ["amphora", "ovn"])
def test_nobody_is_told_to_delete_the_load_balancer_that_production_is_on(provider: str) -> None:
    with pytest.raises(Refused) as told:
        guard.may_build(failed(BLUE, provider), BLUE)
    assert "delete" not in told.value.cure


def test_a_standby_that_heat_is_at_work_on_is_to_be_waited_for() -> None:
    with pytest.raises(Refused) as told:
        go_live(with_system(whole(), system(GREEN, state="UPDATE_IN_PROGRESS")))
    assert told.value.cure.startswith("Wait for it")
