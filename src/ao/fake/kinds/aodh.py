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
        """Make the alarm; the cloud must have Aodh."""
        if "alarming" not in part.project.openstack.services:
            raise Failure(
                "StackResourceUnavailable", f"Service aodh is not available for {part.type}"
            )
        properties = part.properties
        part.physical_id = part.project.aodh.create(
            f"{part.stack.name}-{part.name}",
            properties["enabled"],
            properties["alarm_actions"],
            self._promql(part),
        )
        yield TICK

    def lost(self, part: Part) -> bool:
        """When the alarm is gone."""
        return part.physical_id not in part.project.aodh.alarms

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Write the whole alarm, so that it is on or off as the template says."""
        aodh, enabled = part.project.aodh, part.properties["enabled"]
        aodh.change(part.physical_id, enabled=enabled, query=self._promql(part))
        yield TICK

    def delete(self, part: Part) -> Job:
        """Delete the alarm."""
        part.project.aodh.delete(part.physical_id)
        yield TICK

    def _promql(self, part: Part) -> str:
        """Its query, if that is Prometheus'."""
        return ""


class PrometheusAlarm(_Alarm):
    """OS::Aodh::PrometheusAlarm."""

    def _promql(self, part: Part) -> str:
        """Its query."""
        return str(part.properties["query"])


class GnocchiAlarm(_Alarm):
    """OS::Aodh::GnocchiAggregationByResourcesAlarm."""

    required = _Alarm.required | {"metric", "resource_type"}
    optional = frozenset({"aggregation_method", "granularity", "evaluation_periods"})
