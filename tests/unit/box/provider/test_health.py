import pytest

from box.provider.health import Operating, derive, operating, outline
from box.provider.report import Listener, Pool, Report, Traffic
from tests.unit.box.provider import samples

QUIET = Traffic(
    active_connections=0, bytes_in=0, bytes_out=0, total_connections=0, request_errors=0
)
OPEN = Listener(status="OPEN", traffic=QUIET)
FULL = Listener(status="FULL", traffic=QUIET)

TREE = samples.balancer(
    listeners=[samples.listener()],
    pools=[samples.pool("p1", "ACTIVE", samples.member("m1"), samples.member("m2"))],
)


def seen(pool: Pool | None = None, listener: Listener | None = OPEN) -> Operating:
    """What is derived for the sample tree."""
    report = Report(
        worker=7, listeners={"l1": listener} if listener else {}, pools={"p1": pool} if pool else {}
    )
    return derive(outline(TREE), operating(TREE), report)


def test_all_is_online_when_all_is_up() -> None:
    statuses = seen(Pool(status="UP", members={"m1": "UP", "m2": "UP 1/3"}))

    assert set(statuses.values()) == {"ONLINE"}
    assert len(statuses) == 5


def test_one_dead_member_degrades_the_pool_and_the_load_balancer() -> None:
    statuses = seen(Pool(status="UP", members={"m1": "UP", "m2": "DOWN 1/2"}))

    assert statuses["members", "m2"] == "ERROR"
    assert statuses["pools", "p1"] == statuses["loadbalancers", "b1"] == "DEGRADED"
    assert statuses["listeners", "l1"] == "ONLINE"


def test_a_pool_without_a_living_member_is_an_error_of_the_load_balancer() -> None:
    statuses = seen(Pool(status="DOWN", members={"m1": "DOWN", "m2": "DOWN"}))

    assert statuses["pools", "p1"] == statuses["loadbalancers", "b1"] == "ERROR"


@pytest.mark.parametrize(
    ("word", "status"),
    [("no check", "NO_MONITOR"), ("MAINT", "OFFLINE"), ("DRAIN", "DRAINING")],
)
def test_a_member_that_is_neither_up_nor_down(word: str, status: str) -> None:
    statuses = seen(Pool(status="UP", members={"m1": word, "m2": "UP"}))

    assert statuses["members", "m1"] == status
    assert statuses["pools", "p1"] == "ONLINE"


def test_a_pool_without_a_back_end_is_offline_and_its_members_stay_as_they_are() -> None:
    statuses = seen(None)

    assert statuses["pools", "p1"] == "OFFLINE"
    assert ("members", "m1") not in statuses
    assert statuses["loadbalancers", "b1"] == "ONLINE"


def test_a_full_listener_is_degraded() -> None:
    statuses = seen(None, FULL)

    assert statuses["listeners", "l1"] == statuses["loadbalancers", "b1"] == "DEGRADED"


def test_a_listener_that_does_not_report_is_in_error_unless_it_is_switched_off() -> None:
    off = samples.balancer(listeners=[samples.listener("l1", enabled=False)])

    assert seen(None, None)["listeners", "l1"] == "ERROR"
    assert derive(outline(off), operating(off), None)["listeners", "l1"] == "OFFLINE"


def test_a_load_balancer_that_is_switched_off_is_offline() -> None:
    off = samples.balancer(enabled=False)

    assert derive(outline(off), operating(off), None) == {("loadbalancers", "b1"): "OFFLINE"}


def test_what_is_being_deleted_is_no_longer_looked_at() -> None:
    tree = samples.balancer(
        listeners=[samples.listener("l1", "PENDING_DELETE")],
        pools=[samples.pool("p1", "ACTIVE", samples.member("m1", "PENDING_DELETE"))],
    )

    assert outline(tree).listeners == {}
    assert outline(tree).pools == {"p1": ()}
