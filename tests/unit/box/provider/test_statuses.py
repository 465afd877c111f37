import pytest

from box.provider.statuses import applied, as_update, failed, removed
from tests.unit.box.provider import samples

ACTIVE = {"provisioning_status": "ACTIVE"}
ERROR = {"provisioning_status": "ERROR"}


def test_a_changed_object_and_the_load_balancer_become_active() -> None:
    tree = samples.balancer(
        listeners=[samples.listener("l1", "PENDING_UPDATE"), samples.listener("l2")]
    )

    assert applied(tree) == {("listeners", "l1"): ACTIVE, ("loadbalancers", "b1"): ACTIVE}


def test_an_object_that_is_to_go_is_deleted() -> None:
    tree = samples.balancer(
        pools=[samples.pool("p1", "ACTIVE", samples.member("m1", "PENDING_DELETE"))]
    )

    assert applied(tree)["members", "m1"] == {"provisioning_status": "DELETED"}


def test_an_object_in_error_is_active_again_with_the_next_success() -> None:
    tree = samples.balancer(listeners=[samples.listener("l1", "ERROR")])

    assert applied(tree)["listeners", "l1"] == ACTIVE


@pytest.mark.parametrize("status", ["PENDING_CREATE", "PENDING_UPDATE", "ACTIVE", "ERROR"])
def test_a_listener_that_was_left_out_is_in_error_and_nothing_else_is(status: str) -> None:
    tree = samples.balancer(
        listeners=[samples.listener("l1", status), samples.listener("l2", "PENDING_UPDATE")]
    )

    assert applied(tree, {"l1"}) == {
        ("listeners", "l1"): {**ERROR, "operating_status": "ERROR"},
        ("listeners", "l2"): ACTIVE,
        ("loadbalancers", "b1"): ACTIVE,
    }


def test_a_listener_that_goes_is_deleted_even_if_its_certificate_was_not_read() -> None:
    tree = samples.balancer(listeners=[samples.listener("l1", "PENDING_DELETE")])

    assert applied(tree, {"l1"})["listeners", "l1"] == {"provisioning_status": "DELETED"}


@pytest.mark.parametrize(("enabled", "operating"), [(True, "ONLINE"), (False, "OFFLINE")])
def test_a_rule_is_online_when_it_is_switched_on(enabled: bool, operating: str) -> None:
    rule = samples.rule("PENDING_CREATE", enabled=enabled)
    tree = samples.balancer(
        listeners=[samples.listener("l1", "ACTIVE", samples.policy("ACTIVE", rule))]
    )

    assert applied(tree)["l7rules", "r1"] == {**ACTIVE, "operating_status": operating}


def test_members_lose_their_health_with_their_monitor() -> None:
    going = samples.monitor("PENDING_DELETE")
    tree = samples.balancer(pools=[samples.pool("p1", "ACTIVE", samples.member(), monitor=going)])

    assert applied(tree)["members", "m1"] == {"operating_status": "NO_MONITOR"}
    assert applied(tree)["healthmonitors", "h1"] == {"provisioning_status": "DELETED"}


def test_a_failed_change_leaves_the_load_balancer_active() -> None:
    tree = samples.balancer(pools=[samples.pool("p1", "PENDING_CREATE"), samples.pool("p2")])

    assert failed(tree) == {("pools", "p1"): ERROR, ("loadbalancers", "b1"): ACTIVE}


def test_a_failed_change_of_the_load_balancer_itself_is_its_error() -> None:
    assert failed(samples.balancer()) == {("loadbalancers", "b1"): ERROR}


@pytest.mark.parametrize("status", ["PENDING_CREATE", "PENDING_DELETE"])
def test_a_load_balancer_that_could_not_be_made_or_deleted_is_in_error(status: str) -> None:
    tree = samples.balancer(status, listeners=[samples.listener("l1", "PENDING_CREATE")])

    assert failed(tree) == {("listeners", "l1"): ERROR, ("loadbalancers", "b1"): ERROR}


def test_a_load_balancer_takes_all_below_it_along() -> None:
    tree = samples.balancer(
        "PENDING_DELETE",
        listeners=[samples.listener("l1", "ACTIVE", samples.policy("ACTIVE", samples.rule()))],
        pools=[samples.pool("p1", "ACTIVE", samples.member(), monitor=samples.monitor())],
    )

    kinds = {kind for kind, _ in removed(tree)}
    assert kinds == {
        "loadbalancers", "listeners", "pools", "members", "healthmonitors", "l7policies", "l7rules"
    }  # fmt: skip
    assert {change["provisioning_status"] for change in removed(tree).values()} == {"DELETED"}


def test_octavia_gets_a_list_for_each_kind() -> None:
    assert as_update({("pools", "p1"): ERROR, ("pools", "p2"): ACTIVE}) == {
        "pools": [{"id": "p1", **ERROR}, {"id": "p2", **ACTIVE}]
    }
