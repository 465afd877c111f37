"""Alarms in Aodh."""

from __future__ import annotations

import json
from typing import Any

from openstack import connection, exceptions

from ao.cloud.translate import asking
from ao.cloud.values import Alarm

PATIENCE = 3.0
"""Seconds that an answer may take: a switch waits for it, and goes on without it."""
PROMETHEUS, GNOCCHI = "prometheus_rule", "gnocchi_aggregation_by_resources_threshold_rule"
"""Where an alarm of each engine has its query."""
SCOPE = "created_by_project_id"


class Alarms:
    """Alarms of a project, read and switched with Aodh's API.

    openstacksdk knows where Aodh is and none of its resources.
    """

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def all(self) -> tuple[Alarm, ...]:
        """All alarms of the project."""
        with asking("list the alarms"):
            return tuple(_alarm(item) for item in self._ask("GET", "/alarms"))

    def enable(self, alarm: Alarm, enabled: bool, query: str = "") -> None:
        """Have an alarm be evaluated, or not, with another query if one is given.

        Aodh takes the whole alarm or nothing (aodh/api/controllers/v2/alarms.py: put).
        """
        with asking(
            f"switch on alarm {alarm.name}" if enabled else f"switch off alarm {alarm.name}"
        ):
            path = f"/alarms/{alarm.id}"
            whole = self._ask("GET", path)
            if whole["enabled"] is enabled:
                return
            if query:
                whole[PROMETHEUS] |= {"query": query}
            if GNOCCHI in whole:
                whole[GNOCCHI] |= {"query": _unscoped(whole[GNOCCHI]["query"])}
            self._ask("PUT", path, json={**whole, "enabled": enabled})

    def _ask(self, method: str, path: str, **body: Any) -> Any:
        response = self._cloud.alarm.request(path, method, timeout=PATIENCE, **body)
        exceptions.raise_from_response(response)
        return response.json()


def _unscoped(query: str) -> str:
    """A query of Gnocchi without its limits to a project.

    Aodh puts them around it whenever an alarm is written, also around those that it has
    (aodh/api/controllers/v2/alarm_rules/gnocchi.py: validate_alarm).
    """
    inner = json.loads(query)
    while (both := inner.get("and")) and SCOPE in json.dumps(both[0]):
        inner = both[1]
    return json.dumps(inner)


def _alarm(item: dict[str, Any]) -> Alarm:
    return Alarm(
        id=item["alarm_id"],
        name=item["name"],
        enabled=item["enabled"],
        state=item["state"],
        reason=item["state_reason"] or "",
        query=item.get(PROMETHEUS, {}).get("query", ""),
    )
