"""The trend of a site: servers and load of its systems over a time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Interval

from ao.colour import Colour
from ao.untrusted.bounds import YEAR, AtMost, Moment, Value

MANY = 1000
"""Moments that are read back."""


@dataclass(frozen=True, kw_only=True)
class Points:
    """Values at moments."""

    at: Annotated[tuple[Moment, ...], AtMost(MANY)]
    """Moments in seconds since 1970, in order."""
    values: Annotated[tuple[Value, ...], AtMost(MANY)]
    """A value for each moment."""


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Servers and load of a site's systems, as often as `step` says where they were measured."""

    step: Annotated[float, Interval(ge=0.1, le=YEAR)]
    """Seconds between two moments."""
    servers: Mapping[Colour, Points]
    """Servers of each system that were measured."""
    load: Mapping[Colour, Points]
    """Value that the scale-out rule compares, of each system."""
    out: Value
    """Threshold on which servers come."""
    inward: Value
    """Threshold on which servers go."""
    cpu: bool
    """Whether load is that of processors, from 0 to 1, and so are the thresholds."""
