"""Autoscaling by load, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """What evaluates a system's load."""

    AUTO = "auto"
    """The engine whose services are in the cloud's catalogue."""
    PROMETHEUS = "prometheus"
    """Aodh, with what Prometheus has."""
    GNOCCHI = "gnocchi"
    """Aodh, with what Gnocchi has."""
    NONE = "none"
    """Nothing: systems are built without alarms."""


class Effect(StrEnum):
    """What load may do to a system's size."""

    NOTHING = "nothing"
    GROWTH = "growth"
    """Add servers."""
    BOTH = "both"
    """Add servers, and take them away."""


class Limit(StrEnum):
    """The side of a threshold on which values count, in Aodh's word."""

    ABOVE = "gt"
    BELOW = "lt"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When a group changes its size, and by how much."""

    query: str | None
    """PromQL that gives one value; None for the CPU load of the servers, from 0 to 1."""
    limit: Limit
    threshold: float
    lasting: float
    """Seconds that it must have been so."""
    by: int
    """Servers that come or go at once."""


@dataclass(frozen=True, kw_only=True)
class Autoscale:
    """How load changes the size of the live system. Its bounds are the group's."""

    out: Rule
    """When servers come."""
    inward: Rule
    """When servers go."""
    cooldown: float
    """Seconds in which nothing follows a change of size."""
    engine: Engine
    granularity: float
    """Seconds that a measure of Gnocchi stands for."""
