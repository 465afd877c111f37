"""Octavia's database: which load balancers are ours, their trees, and what becomes of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from octavia.api.drivers.driver_agent.driver_updater import DriverUpdater
from octavia.common import data_models
from octavia.db import api, models, repositories
from octavia.statistics import stats_base

from box.provider.report import Traffic
from box.provider.statuses import as_update

PROVIDER = "haproxy"


class StatusError(Exception):
    """Octavia did not take over a status."""


def balancers() -> dict[str, str]:
    """Return the provisioning status of each of our load balancers by its ID."""
    table = models.LoadBalancer
    with api.session().begin() as session:
        rows = session.query(table.id, table.provisioning_status).filter(
            table.provider == PROVIDER, table.provisioning_status != "DELETED"
        )
        return dict(rows.all())


def tree(balancer: str) -> Any:
    """Return a load balancer with all below it, as Octavia's data model."""
    with api.session().begin() as session:
        return repositories.LoadBalancerRepository().get(session, id=balancer)


def report(changes: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """Write statuses, with what a deletion means for quotas and for the VIP port.

    This is what octavia-lib's `update_loadbalancer_status` ends in. It is called directly, as the
    agent is a process of Octavia's: the way through the socket costs 0.3 s. Raises StatusError.
    """
    answer = DriverUpdater().update_loadbalancer_status(as_update(changes))
    if answer["status_code"] != 200:
        raise StatusError(answer.get("fault_string"))


def add_traffic(traffic: Mapping[str, Traffic]) -> None:
    """Add to the listeners' statistics."""
    stats_base.update_stats_via_driver(list(_statistics(traffic)), deltas=True)


def _statistics(traffic: Mapping[str, Traffic]) -> Iterable[Any]:
    for listener, added in traffic.items():
        # Without an amphora, Octavia counts the listener as one of its own.
        yield data_models.ListenerStatistics(
            listener_id=listener,
            amphora_id=listener,
            active_connections=added.active_connections,
            bytes_in=added.bytes_in,
            bytes_out=added.bytes_out,
            total_connections=added.total_connections,
            request_errors=added.request_errors,
        )
