"""Prometheus: the metrics of a project."""

from __future__ import annotations

import re

from ao.errors import CloudError
from ao.fake.nova import Nova

GROUP = re.compile(r'server_group="([^"]*)"')


class Prometheus:
    """The CPU load of the project's servers, for queries that name a server group.

    It knows no PromQL: `count(…)` is the number of a group's servers, anything else its load.
    """

    def __init__(self, nova: Nova) -> None:
        self._nova = nova
        self.loads: dict[str, float] = {}
        """CPU load by server group, from 0 to 1; 0 for a group that is not in it."""

    def query(self, promql: str) -> float | None:
        """Return the value of a query; None for a group without servers. Raises CloudError."""
        if promql.count("(") != promql.count(")"):
            raise CloudError(f"invalid parameter: parse error in {promql}")
        named = GROUP.search(promql)
        servers = [
            server
            for server in self._nova.servers.values()
            if named and server.metadata.get("metering.server_group") == named[1]
        ]
        if not named or not servers:
            return None
        return float(len(servers)) if promql.startswith("count(") else self.loads.get(named[1], 0.0)
