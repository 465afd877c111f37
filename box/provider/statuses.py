"""What Octavia is told about a load balancer's objects after a change.

The trees here are Octavia's data models, or anything with the same attributes.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Changes = dict[tuple[str, str], dict[str, str]]
"""The new statuses by kind and ID of the object, both as Octavia's status update names them."""

BALANCERS = "loadbalancers"
SWITCHED = ("healthmonitors", "l7policies", "l7rules")
"""Kinds whose operating status says no more than whether they are switched on."""


def objects(balancer: Any) -> Iterator[tuple[str, Any]]:
    """Return each object below a load balancer with its kind."""
    for listener in balancer.listeners:
        yield "listeners", listener
        for policy in listener.l7policies:
            yield "l7policies", policy
            for rule in policy.l7rules:
                yield "l7rules", rule
    for pool in balancer.pools:
        yield "pools", pool
        for member in pool.members:
            yield "members", member
        if pool.health_monitor:
            yield "healthmonitors", pool.health_monitor


def applied(balancer: Any, left_out: Collection[str] = ()) -> Changes:
    """Return the changes after HAProxy has taken over the whole tree.

    An object in ERROR is ACTIVE too then: it was in the tree. The listeners that were left out,
    given by their IDs, are in ERROR as an amphora's are.
    """
    changes: Changes = {(BALANCERS, balancer.id): {"provisioning_status": "ACTIVE"}}
    for pool in balancer.pools:
        if pool.health_monitor and is_going(pool.health_monitor):
            for member in pool.members:
                changes["members", member.id] = {"operating_status": "NO_MONITOR"}
    for kind, thing in objects(balancer):
        change = changes.setdefault((kind, thing.id), {})
        if is_going(thing):
            change["provisioning_status"] = "DELETED"
        elif kind == "listeners" and thing.id in left_out:
            change |= {"provisioning_status": "ERROR", "operating_status": "ERROR"}
        elif thing.provisioning_status != "ACTIVE":
            change["provisioning_status"] = "ACTIVE"
            if kind in SWITCHED:
                change["operating_status"] = "ONLINE" if thing.enabled else "OFFLINE"
    return {key: change for key, change in changes.items() if change}


def failed(balancer: Any) -> Changes:
    """Return the changes after a failure.

    As with an amphora, the changed objects are in ERROR and the load balancer, which goes on as
    before, is not; it is only when itself was to be made, changed or deleted.
    """
    changes: Changes = {
        (kind, thing.id): {"provisioning_status": "ERROR"}
        for kind, thing in objects(balancer)
        if is_pending(thing)
    }
    goes_on = bool(changes) and balancer.provisioning_status == "PENDING_UPDATE"
    changes[BALANCERS, balancer.id] = {"provisioning_status": "ACTIVE" if goes_on else "ERROR"}
    return changes


def removed(balancer: Any) -> Changes:
    """Return the changes after everything is gone."""
    gone = {"provisioning_status": "DELETED", "operating_status": "OFFLINE"}
    changes: Changes = {(kind, thing.id): dict(gone) for kind, thing in objects(balancer)}
    changes[BALANCERS, balancer.id] = dict(gone)
    return changes


def is_pending(thing: Any) -> bool:
    """Tell whether Octavia waits for the provider."""
    return str(thing.provisioning_status).startswith("PENDING_")


def is_going(thing: Any) -> bool:
    """Tell whether an object is to be deleted."""
    return bool(thing.provisioning_status == "PENDING_DELETE")


def as_update(changes: Mapping[tuple[str, str], Mapping[str, str]]) -> dict[str, Any]:
    """Return changes in the form of octavia-lib's `update_loadbalancer_status`."""
    update: dict[str, Any] = {}
    for (kind, id_), change in changes.items():
        update.setdefault(kind, []).append({"id": id_, **change})
    return update
