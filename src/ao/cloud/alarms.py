"""Alarms in Aodh."""

from __future__ import annotations

from typing import Any

from openstack import connection, exceptions

from ao.cloud.translate import asking
from ao.cloud.values import Alarm


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
            if whole["enabled"] is not enabled:
                rule = {**whole["prometheus_rule"], "query": query} if query else None
                changed = {"prometheus_rule": rule} if rule else {}
                self._ask("PUT", path, json={**whole, **changed, "enabled": enabled})

    def _ask(self, method: str, path: str, **body: Any) -> Any:
        response = self._cloud.alarm.request(path, method, **body)
        exceptions.raise_from_response(response)
        return response.json()


def _alarm(item: dict[str, Any]) -> Alarm:
    return Alarm(
        id=item["alarm_id"],
        name=item["name"],
        enabled=item["enabled"],
        state=item["state"],
        reason=item["state_reason"] or "",
        query=item.get("prometheus_rule", {}).get("query", ""),
    )
