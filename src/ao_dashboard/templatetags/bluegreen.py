"""Filters of the panel's templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django import template
from django.utils.translation import gettext as _

from ao.cloud import Resource
from ao.plan import alarms
from ao.plan.facts import System
from ao.untrusted.bounds import YEARS
from ao_dashboard.words import localized

MOST = 100
"""Rows that a list on a page has. There may be thousands of what anybody can write."""

register = template.Library()
register.filter(localized)


@register.filter
def shown(things: Sequence[object]) -> Sequence[object]:
    """Return the first MOST of some things."""
    return things[:MOST]


@register.filter
def left_over(things: Sequence[object]) -> int:
    """Return how many things there are beyond those that are shown."""
    return max(0, len(things) - MOST)


@register.filter
def built(resources: Sequence[Resource]) -> int:
    """Return how many resources Heat is done with."""
    return sum(resource.status.endswith("_COMPLETE") for resource in resources)


@register.filter
def states(system: System) -> str:
    """Return the states of a system's alarms on scaling out and in; empty when all are off."""
    if not any(alarm.enabled for alarm in system.alarms):
        return ""
    out, inward = system.alarm(alarms.OUT), system.alarm(alarms.IN)
    said = {"out": localized(alarms.state(out)), "inward": localized(alarms.state(inward))}
    text: str = _("out %(out)s, in %(inward)s") % said
    return text


@register.filter
def percent(share: float) -> str:
    """Return a share of 1 as a percentage."""
    return f"{share:.0%}"


@register.filter
def moment(text: str) -> datetime | None:
    """Return the time of a text in ISO 8601; None of one that tells none that a page can show."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.year not in YEARS:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
