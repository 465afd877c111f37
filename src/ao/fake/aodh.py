"""Aodh: the alarms of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ao.cloud.models import Alarm
from ao.errors import NotFound

if TYPE_CHECKING:
    from ao.fake.project import Project


class Aodh:
    """Alarms of a project, by ID. They are evaluated when somebody says so."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.alarms: dict[str, Alarm] = {}
        self._actions: dict[str, tuple[str, ...]] = {}

    def create(self, name: str, enabled: bool, actions: Sequence[str], query: str) -> str:
        """Make an alarm; its ID. The query is Prometheus', or empty."""
        new = self._project.identifiers.uuid()
        self.alarms[new] = Alarm(
            id=new,
            name=name,
            enabled=enabled,
            state="insufficient data",
            reason="Not evaluated yet",
            query=query,
        )
        self._actions[new] = tuple(actions)
        return new

    def change(self, alarm_id: str, *, enabled: bool, query: str | None = None) -> None:
        """Switch an alarm on or off, and give it a query if there is one; raises NotFound."""
        if alarm_id not in self.alarms:
            raise NotFound(f"Alarm {alarm_id} not found")
        alarm = self.alarms[alarm_id]
        query = alarm.query if query is None else query
        self.alarms[alarm_id] = replace(alarm, enabled=enabled, query=query)

    def delete(self, alarm_id: str) -> None:
        """Delete an alarm; nothing happens when it is gone."""
        self.alarms.pop(alarm_id, None)
        self._actions.pop(alarm_id, None)

    def evaluate(self, alarm_id: str, state: str) -> None:
        """Give an alarm that is on a state; in state `alarm` it signals its policies."""
        alarm = self.alarms[alarm_id]
        if not alarm.enabled:
            return
        self.alarms[alarm_id] = replace(alarm, state=state, reason=f"Transition to {state}")
        if state == "alarm":
            for action in self._actions[alarm_id]:
                stack_id, policy = action.rsplit("/", 2)[1:]
                self._project.heat.signal(stack_id, policy)
