"""Durations and titles as a procedure's file writes them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, TypeAdapter, ValidationError

from ao.config.section import Duration
from ao.timetable.durations import Fixed, LogNormal, Measured, Range, TaskDuration
from ao.timetable.title import Title

_DURATION: TypeAdapter[float] = TypeAdapter(Duration)
WIDEST = 1_000_000
"""How many times the median a time is that 95 of 100 runs keep to, at most."""
_EXAMPLES = "5m, {from: 10m, to: 30m}, {from: 10m, likely: 15m, to: 30m} or {median: 5m, p95: 9m}"


def _takes(value: Any) -> TaskDuration:
    match value:
        case {"measured": [*times]} if times and len(value) == 1:
            return Measured(seconds=tuple(map(_seconds, times)))
        case {"from": low, "to": high} if len(value) == 2:
            shortest, longest = _ascending(low, high)
            return Range(shortest=shortest, longest=longest)
        case {"from": low, "likely": middle, "to": high} if len(value) == 3:
            shortest, likely, longest = _ascending(low, middle, high)
            return Range(shortest=shortest, likely=likely, longest=longest)
        case {"median": middle, "p95": high} if len(value) == 2:
            median, p95 = _ascending(middle, high)
            if not median:
                raise ValueError("the median has to be more than 0")
            if p95 > median * WIDEST:
                raise ValueError(f"p95 has to be {WIDEST:,} times the median at most")
            return LogNormal(median=median, p95=p95)
        case dict():
            raise ValueError(f"it does not tell how long; write {_EXAMPLES}")
    return Fixed(seconds=_seconds(value))


def _ascending(*values: object) -> list[float]:
    times = [_seconds(value) for value in values]
    if times != sorted(times):
        raise ValueError("its times do not ascend")
    return times


def _seconds(value: object) -> float:
    try:
        return _DURATION.validate_python(value)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def _title(value: Any) -> Title:
    match value:
        case str(english) if english.strip():
            return Title(en=english)
        case {"en": str(english)} if english.strip() and len(value) == 1:
            return Title(en=english)
        case {"en": str(english), "ja": str(japanese)} if english.strip() and len(value) == 2:
            return Title(en=english, ja=japanese)
    raise ValueError("it is no title; write a text, or {en: text, ja: text}")


TakesText = Annotated[TaskDuration, PlainValidator(_takes)]
TitleText = Annotated[Title, PlainValidator(_title)]


def _probability(value: Any) -> Any:
    """Return a percentage as the part that it is; a number as it is."""
    found = (
        re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%", value) if isinstance(value, str) else None
    )
    return float(found[1]) / 100 if found else value


Probability = Annotated[
    float, BeforeValidator(_probability), Field(strict=False, ge=0, le=1, allow_inf_nan=False)
]
