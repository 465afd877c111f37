from dataclasses import replace

from ao.colour import Colour
from ao.commands import systems
from tests.unit.samples import EMPTY, SITE, address, system, whole, with_system

BLUE, GREEN = Colour


def row(facts, colour: Colour) -> dict[str, object]:
    rows = systems.rows(SITE, facts)
    return dict(zip(systems.COLUMNS, rows[list(Colour).index(colour)], strict=True))


def test_the_live_system_has_the_production_address_and_the_standby_the_preview_address() -> None:
    assert row(whole(), BLUE) == {
        "System": "blue",
        "Role": "live",
        "Version": "1.0",
        "Online": 2,
        "Wanted": 2,
        "Address": "http://172.31.1.20/",
        "State": "ready",
    }
    assert row(whole(), GREEN)["Role"] == "standby"
    assert row(whole(), GREEN)["Address"] == "http://172.31.1.21/"


def test_a_system_that_is_not_ready_says_why() -> None:
    assert row(EMPTY, BLUE)["State"] == "not built"
    busy = with_system(whole(), system(GREEN, state="UPDATE_IN_PROGRESS"))
    assert row(busy, GREEN)["State"] == "update in progress"
    sick = with_system(whole(), system(GREEN, online=1))
    assert row(sick, GREEN)["State"] == "1 of 2 servers pass the health check"


def test_nobody_is_called_live_while_production_points_to_a_stranger() -> None:
    facts = replace(whole(), production=address("production", "strange-port"))
    assert {row(facts, colour)["Role"] for colour in Colour} == {"-"}
    (note,) = systems.notes(SITE, facts)
    assert "strange-port" in note


def test_an_unfinished_switch_and_an_address_without_a_system_are_noted() -> None:
    facts = replace(whole(), preview=address("preview", None, "ao:switching-to=green"))
    assert "A switch to green is not finished" in next(systems.notes(SITE, facts))
    facts = replace(whole(), production=address("production", None))
    assert "reaches no system" in next(systems.notes(SITE, facts))
    assert list(systems.notes(SITE, whole())) == []
