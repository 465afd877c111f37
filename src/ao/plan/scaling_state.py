"""Scaling of systems: the load that their rules see now, and how it last changed their sizes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ao.cloud import Cloud
from ao.colour import Colour
from ao.errors import AoError
from ao.message import message
from ao.plan.alarms import OUT
from ao.plan.facts import Facts, System
from ao.site import Site
from ao.templates import SERVER_TEMPLATE

POLICIES = {"scale_out": True, "scale_in": False}
"""Scaling policies of that template, and whether servers come by them."""


@dataclass(frozen=True, kw_only=True)
class SizeChange:
    """A change of a system's size by its load."""

    at: str
    """When it was done: ISO 8601, UTC."""
    out: bool
    """Whether servers came."""
    size: int | None
    """Servers that it led to; None when the size has changed since, or changes now."""


@dataclass(frozen=True, kw_only=True)
class ScalingState:
    """What is known of a system's load."""

    value: float | None = None
    """Signal of the rule on which servers come: CPU load from 0 to 1, or the query's value.
    None when there is none, and with Gnocchi."""
    silence: str = ""
    """Why there is no value although an alarm compares it."""
    last: SizeChange | None = None
    """Its last change of the size."""


def read_scaling(cloud: Cloud, site: Site, facts: Facts) -> Mapping[Colour, ScalingState]:
    """Load of each system, in two requests for each, side by side; none without autoscaling.

    What the cloud does not answer is not known, and raises nothing.
    """
    if site.autoscale is None:
        return {}
    with ThreadPoolExecutor(max_workers=4, thread_name_prefix="load") as pool:
        values = {c: pool.submit(_value, cloud, facts.systems[c]) for c in Colour}
        lasts = {c: pool.submit(_last, cloud, facts.systems[c]) for c in Colour}
    loads = {}
    for colour in Colour:
        value, silence = values[colour].result()
        loads[colour] = ScalingState(value=value, silence=silence, last=lasts[colour].result())
    return loads


def signal_of(system: System) -> str:
    """PromQL of what its alarm on which servers come compares; empty without one."""
    alarm = system.alarm(OUT)
    return alarm.query if alarm else ""


def _value(cloud: Cloud, system: System) -> tuple[float | None, str]:
    """What the alarm on which servers come compares, or why there is nothing."""
    query = signal_of(system)
    if not query:
        return None, ""
    try:
        value = cloud.metrics.query(query)
    except AoError as error:
        return None, error.message
    return value, "" if value is not None else message("its rule's query gives no value")


def _last(cloud: Cloud, system: System) -> SizeChange | None:
    """What the last signal did that changed the size.

    Heat keeps an event of no other signal, and of this one when all is done
    (heat/engine/resource.py: _handle_signal).
    """
    if system.stack is None:
        return None
    try:
        signal = cloud.stacks.last_signal(system.stack)
    except AoError:
        return None
    if signal is None or signal.resource not in POLICIES:
        return None
    settled = signal.at > system.stack.updated_at and not any(
        resource.type == SERVER_TEMPLATE and resource.changing for resource in system.resources
    )
    return SizeChange(
        at=signal.at,
        out=POLICIES[signal.resource],
        size=system.size if settled else None,
    )
