"""Aodh: the alarms of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ao.cloud.models import Alarm
from ao.errors import NotFound
from ao.fake.identifiers import Identifiers


class Aodh:
    """The alarms of a project, by ID. Only a call of `evaluate` changes their states."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.alarms: dict[str, Alarm] = {}
        self._actions: dict[str, tuple[str, ...]] = {}

    def create(self, name: str, enabled: bool, actions: Sequence[str], query: str) -> str:
        """Create an alarm and return its ID. The query is PromQL, or empty."""
        new = self._identifiers.uuid()
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

    def switch(self, alarm_id: str, *, enabled: bool, query: str) -> None:
        """Enable or disable an alarm, with another query if one is given. Raises NotFound.

        Ao's adapter writes nothing if the alarm is in that state already.
        """
        if self._alarm(alarm_id).enabled is not enabled:
            self.change(alarm_id, enabled=enabled, query=query or None)

    def change(self, alarm_id: str, *, enabled: bool, query: str | None = None) -> None:
        """Write an alarm: enabled or not, and its query if one is given. Raises NotFound."""
        alarm = self._alarm(alarm_id)
        query = alarm.query if query is None else query
        self.alarms[alarm_id] = replace(alarm, enabled=enabled, query=query)

    def delete(self, alarm_id: str) -> None:
        """Delete an alarm; nothing happens if it does not exist."""
        self.alarms.pop(alarm_id, None)
        self._actions.pop(alarm_id, None)

    def evaluate(self, alarm_id: str, state: str) -> tuple[str, ...]:
        """Give an enabled alarm a state; return the URLs that Aodh calls on this."""
        alarm = self.alarms[alarm_id]
        if not alarm.enabled:
            return ()
        self.alarms[alarm_id] = replace(alarm, state=state, reason=f"Transition to {state}")
        return self._actions[alarm_id] if state == "alarm" else ()

    def _alarm(self, alarm_id: str) -> Alarm:
        if alarm_id not in self.alarms:
            raise NotFound(f"Alarm {alarm_id} not found")
        return self.alarms[alarm_id]
