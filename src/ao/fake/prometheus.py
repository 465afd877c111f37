"""Prometheus: the measures of a project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ao.errors import CloudError

if TYPE_CHECKING:
    from ao.fake.project import Project

GROUP = re.compile(r'server_group="([^"]*)"')


class Prometheus:
    """CPU load of the project's servers, as far as queries name their group.

    It knows no PromQL: `count(…)` is the number of a group's servers, anything else its load.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self.loads: dict[str, float] = {}
        """Load of each group that has some, from 0 to 1."""

    def query(self, promql: str) -> float | None:
        """The value of a query; None for a group without servers."""
        if promql.count("(") != promql.count(")"):
            raise CloudError(f"invalid parameter: parse error in {promql}")
        named = GROUP.search(promql)
        servers = [
            server
            for server in self._project.nova.servers.values()
            if named and server.metadata.get("metering.server_group") == named[1]
        ]
        if not named or not servers:
            return None
        return float(len(servers)) if promql.startswith("count(") else self.loads.get(named[1], 0.0)
