"""Operating statuses, derived from HAProxy's report as Octavia's health manager derives them.

Source: `octavia/amphorae/drivers/health/heartbeat_udp.py`, `UpdateHealthDb`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from box.provider.report import Pool, Report
from box.provider.statuses import BALANCERS, is_going, objects

Operating = dict[tuple[str, str], str]
"""Operating statuses by kind and ID of the object."""

LISTENERS = {"OPEN": "ONLINE", "FULL": "DEGRADED"}

MEMBERS = {"DRAIN": "DRAINING", "MAINT": "OFFLINE", "no check": "NO_MONITOR"}
"""What is not up or down."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What of a load balancer's tree its health depends on."""

    id: str
    """The load balancer's ID."""

    enabled: bool
    """Whether it is switched on."""

    listeners: Mapping[str, bool]
    """Whether it is switched on, of each listener by its ID."""

    pools: Mapping[str, tuple[str, ...]]
    """The members' IDs of each pool by its ID."""


def outline(balancer: Any) -> Outline:
    """Return the outline of a tree without what is being deleted."""
    return Outline(
        id=balancer.id,
        enabled=balancer.enabled,
        listeners={
            listener.id: listener.enabled
            for listener in balancer.listeners
            if not is_going(listener)
        },
        pools={
            pool.id: tuple(member.id for member in pool.members if not is_going(member))
            for pool in balancer.pools
            if not is_going(pool)
        },
    )


def operating(balancer: Any) -> Operating:
    """Return the operating statuses in a tree."""
    statuses = {(kind, thing.id): thing.operating_status for kind, thing in objects(balancer)}
    return {**statuses, (BALANCERS, balancer.id): balancer.operating_status}


def derive(tree: Outline, now: Operating, report: Report | None) -> Operating:
    """Return the statuses that a report tells, those that stay as they are among them.

    Where it tells nothing, as of the members of a pool that no listener uses, there is no entry.
    No report at all is that of an HAProxy without front ends.
    """
    report = report or Report(worker=0, listeners={}, pools={})
    statuses: Operating = {}
    overall = "ONLINE" if tree.enabled else "OFFLINE"
    for listener, enabled in tree.listeners.items():
        status = _listener(listener, enabled and tree.enabled, report)
        statuses["listeners", listener] = status
        if status == "DEGRADED" and overall == "ONLINE":
            overall = "DEGRADED"
    for pool, members in tree.pools.items():
        if pool not in report.pools:
            statuses["pools", pool] = "OFFLINE"
            continue
        seen = report.pools[pool]
        statuses |= _members(members, now, seen)
        status = _pool(members, seen)
        statuses["pools", pool] = status
        if status == "ERROR" or (status == "DEGRADED" and overall == "ONLINE"):
            overall = status
    statuses[BALANCERS, tree.id] = overall
    return statuses


def _listener(id_: str, enabled: bool, report: Report) -> str:
    if id_ not in report.listeners:
        return "ERROR" if enabled else "OFFLINE"
    return LISTENERS.get(report.listeners[id_].status, "ERROR")


def _pool(members: tuple[str, ...], seen: Pool) -> str:
    if seen.status == "DOWN":
        return "ERROR"
    some_down = any(seen.members.get(member, "").startswith("DOWN") for member in members)
    return "DEGRADED" if some_down else "ONLINE"


def _members(members: tuple[str, ...], now: Operating, seen: Pool) -> Operating:
    statuses: Operating = {}
    for member in members:
        word = seen.members.get(member)
        if word is None:
            if now.get(("members", member)) != "NO_MONITOR":
                statuses["members", member] = "OFFLINE"
        elif word.startswith("UP"):
            statuses["members", member] = "ONLINE"
        elif word.startswith("DOWN"):
            statuses["members", member] = "ERROR"
        elif word in MEMBERS:
            statuses["members", member] = MEMBERS[word]
    return statuses
