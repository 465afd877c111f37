"""Trees as Octavia's data models have them, as far as the provider looks."""

from types import SimpleNamespace
from typing import Any


def member(id_: str = "m1", status: str = "ACTIVE", operating: str = "NO_MONITOR") -> Any:
    return SimpleNamespace(id=id_, provisioning_status=status, operating_status=operating)


def monitor(status: str = "ACTIVE") -> Any:
    return SimpleNamespace(
        id="h1", provisioning_status=status, operating_status="ONLINE", enabled=True
    )


def pool(id_: str = "p1", status: str = "ACTIVE", *members: Any, monitor: Any = None) -> Any:
    return SimpleNamespace(
        id=id_,
        provisioning_status=status,
        operating_status="OFFLINE",
        members=list(members),
        health_monitor=monitor,
    )


def rule(status: str = "ACTIVE", *, enabled: bool = True) -> Any:
    return SimpleNamespace(
        id="r1", provisioning_status=status, operating_status="OFFLINE", enabled=enabled
    )


def policy(status: str = "ACTIVE", *rules: Any) -> Any:
    return SimpleNamespace(
        id="y1",
        provisioning_status=status,
        operating_status="OFFLINE",
        enabled=True,
        l7rules=list(rules),
    )


def listener(id_: str = "l1", status: str = "ACTIVE", *policies: Any, enabled: bool = True) -> Any:
    return SimpleNamespace(
        id=id_,
        provisioning_status=status,
        operating_status="OFFLINE",
        enabled=enabled,
        l7policies=list(policies),
    )


def balancer(
    status: str = "PENDING_UPDATE", *, listeners: Any = (), pools: Any = (), enabled: bool = True
) -> Any:
    return SimpleNamespace(
        id="b1",
        provisioning_status=status,
        operating_status="OFFLINE",
        enabled=enabled,
        listeners=list(listeners),
        pools=list(pools),
    )
