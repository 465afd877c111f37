"""Filters of the panel's templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django import template
from django.utils.translation import gettext as _

from ao.cloud import Alarm, Resource
from ao.journal.heading import YEARS
from ao.plan import alarms
from ao.plan.facts import System
from ao_dashboard.words import localized

register = template.Library()
register.filter(localized)


@register.filter
def built(resources: Sequence[Resource]) -> int:
    """How many of them Heat is done with."""
    return sum(resource.status.endswith("_COMPLETE") for resource in resources)


@register.filter
def states(system: System) -> str:
    """What the alarms of a system say, by what they do; empty when all are off."""
    if not any(alarm.enabled for alarm in system.alarms):
        return ""
    said = {"out": _state(system.alarm(alarms.OUT)), "inward": _state(system.alarm(alarms.IN))}
    text: str = _("out %(out)s, in %(inward)s") % said
    return text


def _state(alarm: Alarm | None) -> str:
    """What an alarm says; one that is off, or that Aodh has lost, says nothing of load."""
    if alarm is None:
        return localized("lost")
    return localized(alarm.state if alarm.enabled else "off")


@register.filter
def percent(share: float) -> str:
    """A share of 1 as a percentage."""
    return f"{share:.0%}"


@register.filter
def moment(text: str) -> datetime | None:
    """The time of a text in ISO 8601; None of one that is none, or that no page can show."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.year not in YEARS:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
