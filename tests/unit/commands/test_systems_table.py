import time
from dataclasses import replace

import pytest

from ao.cloud import Alarm, Listener
from ao.colour import Colour
from ao.commands import systems_table
from ao.commands.table_cell import Cell
from ao.plan import alarms
from ao.plan.facts import SECURE, Facts, FurtherPlace, FurtherPool
from ao.plan.scaling_state import ScalingState, SizeChange
from ao.site import Method, Site
from tests.unit.operations.test_listeners import several
from tests.unit.samples import AUTOSCALE, EMPTY, SITE, address, resource, system, whole, with_system

BLUE, GREEN = Colour


def row(facts: Facts, colour: Colour, site: Site = SITE) -> dict[str, object]:
    rows = systems_table.rows(site, facts)
    return dict(zip(systems_table.columns(site), rows[list(Colour).index(colour)], strict=True))


def test_the_live_system_has_the_production_address_and_the_standby_the_preview_address() -> None:
    assert row(whole(), BLUE) == {
        "System": "blue",
        "Role": "live",
        "Version": "1.0",
        "Online": 2,
        "Wanted": 2,
        "Address": "http://172.31.1.20/",
        "State": "ready",
        "Protocol": Cell("TCP", "TCP"),
    }
    assert row(whole(), GREEN)["Role"] == "standby"
    assert row(whole(), GREEN)["Address"] == "http://172.31.1.21/"


@pytest.mark.parametrize(
    ("protocol", "text"), [("HTTP", "HTTP"), ("HTTPS", "HTTPS, passed on"), ("TCP", "TCP")]
)
def test_the_protocol_of_users_is_told_and_programs_read_octavias_word(
    protocol: str, text: str
) -> None:
    site = replace(SITE, load_balancer=replace(SITE.load_balancer, protocol=protocol))
    cell = row(whole(), BLUE, site)["Protocol"]
    assert isinstance(cell, Cell)
    assert (cell.machine_readable(), cell.human_readable()) == (protocol, text)
    assert row(EMPTY, BLUE, site)["Protocol"] == "-"


def test_a_system_that_was_deployed_by_http_is_told_so_until_its_next_deploy() -> None:
    balancer = replace(SITE.load_balancer, protocol="TERMINATED_HTTPS", port=443)
    site = replace(SITE, host="shop.example", load_balancer=balancer)
    green = whole().systems[GREEN]
    secure = resource(SECURE, "OS::Octavia::Listener", "green-listener")
    facts = with_system(whole(), replace(green, resources=(*green.resources, secure)))
    http = Listener(id="it", name="it", default_pool_id=None, protocol="HTTP", port=80)
    facts = with_system(facts, replace(facts.systems[BLUE], listener=http))
    assert row(facts, BLUE, site)["Protocol"] == Cell("HTTP", "HTTP")
    assert row(facts, BLUE, site)["Address"] == "http://172.31.1.20/"
    assert row(facts, GREEN, site)["Protocol"] == Cell("TERMINATED_HTTPS", "HTTPS")
    assert row(facts, GREEN, site)["Address"] == "https://172.31.1.21/"


def test_an_address_is_told_bare_where_its_port_is_not_known() -> None:
    blue = whole().systems[BLUE]
    secure = resource(SECURE, "OS::Octavia::Listener", "blue-listener")
    facts = with_system(whole(), replace(blue, resources=(*blue.resources, secure)))
    assert row(facts, BLUE)["Address"] == "172.31.1.20"


def test_a_system_that_is_not_ready_says_why() -> None:
    assert row(EMPTY, BLUE)["State"] == "not built"
    busy = with_system(whole(), system(GREEN, state="UPDATE_IN_PROGRESS"))
    assert row(busy, GREEN)["State"] == "update in progress"
    sick = with_system(whole(), system(GREEN, online=1))
    assert row(sick, GREEN)["State"] == "1 of 2 servers pass the health check"


def test_a_system_whose_load_balancer_is_being_changed_says_since_when() -> None:
    green = system(GREEN)
    assert green.load_balancer is not None
    changed = replace(
        green.load_balancer,
        provisioning_status="PENDING_UPDATE",
        updated_at="2026-11-23T08:15:02",
    )
    pending = with_system(whole(), replace(green, load_balancer=changed))
    assert row(pending, GREEN)["State"] == (
        "its load balancer is PENDING_UPDATE since 2026-11-23 08:15:02 UTC"
    )
    untold = replace(green, load_balancer=replace(changed, updated_at=""))
    state = row(with_system(whole(), untold), GREEN)["State"]
    assert state == "its load balancer is PENDING_UPDATE"


def test_nobody_is_called_live_while_production_points_to_a_stranger() -> None:
    facts = replace(whole(), production=address("production", "strange-port"))
    assert {row(facts, colour)["Role"] for colour in Colour} == {"-"}
    (note,) = systems_table.notes(SITE, facts)
    assert "strange-port" in note


def test_an_unfinished_switch_and_an_address_without_a_system_are_noted() -> None:
    facts = replace(whole(), preview=address("preview", None, "ao:switching-to=green"))
    assert "A switch to green is not finished" in next(systems_table.notes(SITE, facts))
    facts = replace(whole(), production=address("production", None))
    assert "reaches no system" in next(systems_table.notes(SITE, facts))
    assert list(systems_table.notes(SITE, whole())) == []


INSUFFICIENT = "insufficient data"


def alarmed(
    facts: Facts, colour: Colour, out: str, inward: str, *, since: float | None = None
) -> Facts:
    """The same with alarms of a system, in these states or `off`; `in` counts from a moment."""
    states = {"alarm_out": out, "alarm_in": inward}
    query = "" if since is None else alarms.counting_from("load", since)
    there = tuple(
        Alarm(
            id=f"{colour}-{name}",
            name=name,
            enabled=state != "off",
            state=state,
            reason="",
            query=query if name == "alarm_in" else "",
        )
        for name, state in states.items()
    )
    made = tuple(resource(it.name, "OS::Aodh::PrometheusAlarm", it.id) for it in there)
    system = facts.systems[colour]
    return with_system(facts, replace(system, alarms=there, resources=(*system.resources, *made)))


def notes(facts: Facts) -> str:
    return " ".join(systems_table.notes(SITE, facts))


def test_a_site_with_autoscaling_shows_its_bounds_and_what_each_alarm_says() -> None:
    site = replace(SITE, autoscale=AUTOSCALE)
    facts = alarmed(alarmed(whole(), BLUE, "alarm", "ok"), GREEN, "off", "off")
    assert [cells[-3:-1] for cells in systems_table.rows(site, facts)] == [
        ("1 to 4", "out alarm, in ok"),
        ("1 to 4", "off"),
    ]
    assert systems_table.columns(site)[-3:-1] == ("Bounds", "Alarms")
    assert list(systems_table.notes(site, facts)) == []


@pytest.mark.parametrize(("out", "inward"), [(INSUFFICIENT, "ok"), ("ok", INSUFFICIENT)])
def test_a_rule_with_nothing_to_compare_is_noted(out: str, inward: str) -> None:
    assert notes(alarmed(whole(), BLUE, out, inward)) == (
        "The load of blue is not measured, so it changes no size: Aodh has nothing to compare. A "
        "new system is measured after the time of its rules; else look at the query in the site "
        "file, and ask those who run the cloud for Prometheus and Ceilometer."
    )


def test_a_rule_whose_time_has_not_begun_is_not_missed() -> None:
    now = time.time()
    assert notes(alarmed(whole(), BLUE, "ok", INSUFFICIENT, since=now + 60)) == ""
    assert "not measured" in notes(alarmed(whole(), BLUE, "ok", INSUFFICIENT, since=now - 300))


def test_alarms_that_are_not_as_they_should_be_are_noted_with_what_mends_it() -> None:
    assert "are off: `ao up` switches them on" in notes(alarmed(whole(), BLUE, "off", "off"))
    assert "Load takes no server from blue" in notes(alarmed(whole(), BLUE, "ok", "off"))
    assert "green, the standby, are on" in notes(alarmed(whole(), GREEN, "ok", "ok"))
    lost = (resource("alarm_out", "OS::Aodh::PrometheusAlarm", "gone"),)
    facts = with_system(whole(), replace(whole().systems[BLUE], lost=lost))
    assert notes(facts) == "Aodh has lost an alarm of blue: `ao up` makes it anew."


def test_an_aodh_that_is_silent_is_noted() -> None:
    assert "HTTP 503" in notes(replace(whole(), unknown="HTTP 503"))


def test_load_and_what_it_last_did_are_shown_when_they_were_asked_for() -> None:
    site = replace(SITE, autoscale=AUTOSCALE)
    loads = {
        BLUE: ScalingState(
            value=0.714, last=SizeChange(at="2026-11-23T18:35:49Z", out=True, size=3)
        ),
        GREEN: ScalingState(last=SizeChange(at="2026-11-22T08:00:00Z", out=False, size=None)),
    }
    assert systems_table.columns(site, loads)[-3:-1] == ("Load", "Scaled")
    cells = [row[-3:-1] for row in systems_table.rows(site, whole(), loads)]
    assert [[cell.human_readable() for cell in row] for row in cells] == [
        ["71%", "out to 3, 2026-11-23 18:35:49Z"],
        ["-", "in, 2026-11-22 08:00:00Z"],
    ]
    assert [cell.machine_readable() for cell in cells[0]] == [
        0.714,
        {"at": "2026-11-23T18:35:49Z", "out": True, "size": 3},
    ]
    assert systems_table.columns(site) == (
        *systems_table.COLUMNS,
        *systems_table.SCALING,
        *systems_table.PROTOCOL,
    )


def test_the_load_of_a_query_is_shown_as_it_is() -> None:
    rule = replace(AUTOSCALE.out, query="sum(rate(hits[1m]))", threshold=100.0)
    site = replace(SITE, autoscale=replace(AUTOSCALE, out=rule))
    loads = {BLUE: ScalingState(value=123.4), GREEN: ScalingState()}
    shown = [row[-3:-1] for row in systems_table.rows(site, whole(), loads)]
    assert [[cell.human_readable() for cell in row] for row in shown] == [
        ["123.4", "-"],
        ["-", "-"],
    ]


def test_a_live_system_without_a_measure_is_noted_and_a_standby_is_not() -> None:
    silent = ScalingState(silence="Prometheus does not answer")
    (note,) = systems_table.notes(SITE, whole(), {BLUE: silent, GREEN: ScalingState()})
    assert "The load of blue is not measured" in note
    assert "Prometheus does not answer" in note
    assert list(systems_table.notes(SITE, whole(), {BLUE: ScalingState(), GREEN: silent})) == []


def test_a_site_of_several_listeners_tells_which_lead_to_each_system() -> None:
    site, facts = led(BLUE, BLUE)
    assert systems_table.has_listeners(site, facts)
    assert systems_table.columns(site, listeners=True)[-1] == "Listeners"
    blue, green = (row[-1] for row in systems_table.rows(site, facts))
    assert blue.human_readable() == "main 80, queue 5671"
    assert blue.machine_readable() == [
        {"name": "main", "port": 80, "protocol": "HTTP"},
        {"name": "queue", "port": 5671, "protocol": "TCP"},
    ]
    assert (green.human_readable(), green.machine_readable()) == ("-", [])


def test_of_a_mixed_site_no_system_is_called_live() -> None:
    site, facts = led(GREEN, BLUE)
    assert [row[1] for row in systems_table.rows(site, facts)] == ["mixed", "mixed"]
    (told,) = [it for it in systems_table.notes(site, facts) if "different systems" in it]
    assert "main → green, queue → blue" in told
    assert "`ao switch` leads all of them to green" in told


def test_a_site_of_one_listener_has_no_such_column() -> None:
    assert not systems_table.has_listeners(SITE, whole())


def led(main: Colour, queue: Colour) -> tuple[Site, Facts]:
    """A site of two listeners, and where each leads."""
    site = several(Method.POOL)
    pools = {colour: FurtherPool(key="tcp_5671", id=f"{colour}-queue-pool") for colour in Colour}
    before = whole()
    systems = {
        colour: replace(system, further_pools=(pools[colour],))
        for colour, system in before.systems.items()
    }
    shared = systems[BLUE].load_balancer
    facts = replace(
        before,
        method=Method.POOL,
        systems={
            colour: replace(system, load_balancer=shared) for colour, system in systems.items()
        },
        shared=shared,
        production_listener=Listener(
            id="l1", name="ao-shop", default_pool_id=f"{main}-pool", protocol="HTTP", port=80
        ),
        preview_listener=Listener(
            id="l2",
            name="ao-shop-preview",
            default_pool_id="green-pool",
            protocol="HTTP",
            port=8080,
        ),
        further=(
            FurtherPlace(
                name="queue",
                terminates=False,
                key="tcp_5671",
                listener=Listener(
                    id="l3",
                    name="ao-shop-listener-queue",
                    default_pool_id=f"{queue}-queue-pool",
                    protocol="TCP",
                    port=5671,
                ),
            ),
        ),
    )
    return site, facts
