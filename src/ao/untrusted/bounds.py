"""Bounds of figures that are read back from the cloud, where anybody may have written them.

They are far beyond what Ao ever writes, and near enough to be added up, shown as times and
drawn. A type says them to pydantic, and to the reader; nothing is checked where Ao makes a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Interval

YEAR = 366 * 86_400.0
"""Seconds of the longest time that anything takes."""
GREATEST = 1e18
"""The greatest figure that is drawn."""
YEARS = range(1970, 2200)
"""Years of the times that are read: they can be added up and shown anywhere."""
LAST = 7_258_118_400.0
"""The end of the year 2199, in seconds since 1970."""

Seconds = Annotated[float, Interval(ge=0, le=YEAR)]
"""A duration, or a moment since a beginning, in seconds."""
Offset = Annotated[float, Interval(ge=-LAST, le=LAST)]
"""When something was since a beginning, negative before it. In seconds; where a clock was set
anew meanwhile, it may be anything between two moments."""
Moment = Annotated[float, Interval(ge=0, le=LAST)]
"""A moment in seconds since 1970."""
Count = Annotated[int, Interval(ge=0, le=10**12)]
"""A number of things."""
Share = Annotated[float, Interval(ge=0, le=1)]
"""A part of a whole."""
Value = Annotated[float, Interval(ge=-GREATEST, le=GREATEST)]
"""A figure of any unit."""


@dataclass(frozen=True)
class AtMost:
    """How many things a tuple has at most; the first that is wrong refuses all.

    pydantic would go on and explain each of a hundred thousand wrong ones, for seconds. It asks
    for a schema, so that this module, and the probe's process with it, need not load pydantic.
    """

    count: int

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Return the schema of such a tuple, as pydantic-core has it."""
        return {**handler(source), "max_length": self.count, "fail_fast": True}
