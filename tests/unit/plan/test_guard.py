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
