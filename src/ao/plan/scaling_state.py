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
    """Date of the change: ISO 8601, UTC."""
    out: bool
    """Whether servers were added."""
    size: int | None
    """Servers that it led to; None when the size has changed since, or changes now."""


@dataclass(frozen=True, kw_only=True)
class ScalingState:
    """The load of a system and the last change of its size by it."""

    value: float | None = None
    """Signal of the rule on which servers come: CPU load from 0 to 1, or the query's value.
    None when there is none, and with Gnocchi."""
    silence: str = ""
    """Reason that there is no value although an alarm compares one; empty when there is a value."""
    last: SizeChange | None = None
    """The last change of the system's size by its load; None when none is known."""


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
    """Return the PromQL of the system's scale-out alarm; empty without one."""
    alarm = system.alarm(OUT)
    return alarm.query if alarm else ""


def _value(cloud: Cloud, system: System) -> tuple[float | None, str]:
    """Return the value that the scale-out alarm compares, and why there is none."""
    query = signal_of(system)
    if not query:
        return None, ""
    try:
        value = cloud.metrics.query(query)
    except AoError as error:
        return None, error.message
    return value, "" if value is not None else message("its rule's query gives no value")


def _last(cloud: Cloud, system: System) -> SizeChange | None:
    """Return the change of the size by the last signal that made one.

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
