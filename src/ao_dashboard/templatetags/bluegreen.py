"""Filters of the panel's templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django import template

from ao.cloud import Alarm, Resource
from ao_dashboard.words import spoken

register = template.Library()
register.filter(spoken)


@register.filter
def built(resources: Sequence[Resource]) -> int:
    """How many of them Heat is done with."""
    return sum(resource.status.endswith("_COMPLETE") for resource in resources)


@register.filter
def states(alarms: Sequence[Alarm]) -> str:
    """States of those that are on, each once; empty when all are off."""
    return ", ".join(sorted({spoken(alarm.state) for alarm in alarms if alarm.enabled}))


@register.filter
def percent(share: float) -> str:
    """A share of 1 as a percentage."""
    return f"{share:.0%}"


@register.filter
def moment(text: str) -> datetime | None:
    """The time of a text in ISO 8601; None of one that is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
