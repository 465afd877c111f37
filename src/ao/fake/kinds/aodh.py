"""Resource types of Aodh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ao.fake.failure import Failure
from ao.fake.kinds.kind import Kind
from ao.fake.stack import Part
from ao.fake.timeline import TICK, Job


class _Alarm(Kind):
    """An alarm of any sort."""

    required = frozenset({"threshold", "comparison_operator", "alarm_actions", "enabled", "query"})

    def create(self, part: Part) -> Job:
        """Create the alarm. Raises Failure in a cloud without Aodh."""
        if "alarming" not in part.services.deployment.services:
            raise Failure(
                "StackResourceUnavailable", f"Service aodh is not available for {part.type}"
            )
        properties = part.properties
        part.physical_id = part.services.aodh.create(
            f"{part.stack.name}-{part.name}",
            properties["enabled"],
            properties["alarm_actions"],
            self._promql(part),
        )
        yield TICK

    def lost(self, part: Part) -> bool:
        """Return whether the alarm does not exist any more."""
        return part.physical_id not in part.services.aodh.alarms

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Write the whole alarm, so that it is enabled or not as the template says."""
        aodh, enabled = part.services.aodh, part.properties["enabled"]
        aodh.change(part.physical_id, enabled=enabled, query=self._promql(part))
        yield TICK

    def delete(self, part: Part) -> Job:
        """Delete the alarm."""
        part.services.aodh.delete(part.physical_id)
        yield TICK

    def _promql(self, part: Part) -> str:
        """Return the query of the alarm in PromQL; empty if it has none."""
        return ""


class PrometheusAlarm(_Alarm):
    """OS::Aodh::PrometheusAlarm."""

    def _promql(self, part: Part) -> str:
        """Return the query of the alarm in PromQL."""
        return str(part.properties["query"])


class GnocchiAlarm(_Alarm):
    """OS::Aodh::GnocchiAggregationByResourcesAlarm."""

    required = _Alarm.required | {"metric", "resource_type"}
    optional = frozenset({"aggregation_method", "granularity", "evaluation_periods"})
