"""Alarms in Aodh."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from openstack import connection, exceptions
from pydantic import AfterValidator, StrictBool

from ao.cloud.answers import reader
from ao.cloud.models import Alarm
from ao.cloud.rest import ID, aodh, path
from ao.cloud.sdk_errors import asking
from ao.message import message

PATIENCE = 3.0
"""Seconds that an answer may take: a switch waits for it, and goes on without it."""
PROMETHEUS, GNOCCHI = "prometheus_rule", "gnocchi_aggregation_by_resources_threshold_rule"
"""Keys of an alarm's rule, which has the query, by engine."""
SCOPE = "created_by_project_id"


class Alarms:
    """Alarms of a project, read and switched with Aodh's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._aodh = aodh(cloud, PATIENCE)

    def all(self) -> tuple[Alarm, ...]:
        """Return all alarms of the project."""
        with asking(message("list the alarms")):
            return tuple(map(_value, self._aodh.get("/alarms", list[_Alarm])))

    def get(self, alarm_id: str) -> Alarm | None:
        """Return the alarm of that ID, or None."""
        with asking(message("look for alarm %(id)s", id=alarm_id)):
            try:
                return _value(self._aodh.get(path("alarms", alarm_id), _Alarm))
            except exceptions.NotFoundException:
                return None

    def enable(self, alarm: Alarm, enabled: bool, query: str = "") -> None:
        """Enable or disable an alarm, with another query if one is given.

        Aodh takes the whole alarm or nothing (aodh/api/controllers/v2/alarms.py: put).
        """
        with asking(
            message("switch on alarm %(name)s", name=alarm.name)
            if enabled
            else message("switch off alarm %(name)s", name=alarm.name)
        ):
            where = path("alarms", alarm.id)
            answer = self._aodh.ask("GET", where)
            there, whole = answer.value(_Definition), answer.value(dict[str, Any])
            if there.enabled is enabled:
                return
            if query:
                whole[PROMETHEUS] = {**(whole.get(PROMETHEUS) or {}), "query": query}
            if (rule := there.gnocchi_aggregation_by_resources_threshold_rule) is not None:
                whole[GNOCCHI] = {**whole[GNOCCHI], "query": rule.query}
            self._aodh.ask("PUT", where, json={**whole, "enabled": enabled}).value(_Alarm)


@dataclass(frozen=True)
class _Rule:
    query: str


@dataclass(frozen=True)
class _Alarm:
    alarm_id: ID
    name: str
    enabled: StrictBool
    state: str
    state_reason: str | None = None
    prometheus_rule: _Rule | None = None


def _unscoped(query: str) -> str:
    """Return a query of Gnocchi without its limits to a project.

    Aodh puts them around it whenever an alarm is written, also around those that it has
    (aodh/api/controllers/v2/alarm_rules/gnocchi.py: validate_alarm).
    """
    inner = reader(dict[str, Any]).validate_json(query)
    while True:
        match inner:
            case {"and": [scope, rest]} if SCOPE in json.dumps(scope):
                inner = rest
            case _:
                return json.dumps(inner)


@dataclass(frozen=True)
class _Scoped:
    query: Annotated[str, AfterValidator(_unscoped)]


@dataclass(frozen=True)
class _Definition(_Alarm):
    gnocchi_aggregation_by_resources_threshold_rule: _Scoped | None = None


def _value(alarm: _Alarm) -> Alarm:
    return Alarm(
        id=alarm.alarm_id,
        name=alarm.name,
        enabled=alarm.enabled,
        state=alarm.state,
        reason=alarm.state_reason or "",
        query=alarm.prometheus_rule.query if alarm.prometheus_rule else "",
    )
