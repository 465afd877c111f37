"""The part of ao.yaml that tells when production may be switched."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, NaiveDatetime, Strict, WithJsonSchema, model_validator

from ao.config.section import Duration, Section, TimeZone
from ao.site.window import Freeze, RecurringFreeze, Window
from ao.untrusted.bounds import YEARS
from ao.window import recurrence

MOST = 20
"""Recurrences that a list may have."""
A_DAY = 100
"""Times that windows and freezes may come in a day, all together."""


def _recurrences(value: object) -> object:
    """Return the recurrences of a text, or of a list of them, when all of them can be read."""
    texts = (value,) if isinstance(value, str) else value
    if isinstance(texts, list | tuple):
        for text in texts[:MOST]:
            if isinstance(text, str):
                recurrence.parse(text)
        return tuple(texts)
    return value


Recurrences = Annotated[
    tuple[str, ...],
    BeforeValidator(_recurrences),
    Field(max_length=MOST),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    ),
]
"""One recurrence, or a list of them."""


DayOrMoment = Annotated[
    Annotated[date, Strict(False)] | Annotated[NaiveDatetime, Strict(False)],
    Field(union_mode="left_to_right"),
]
"""A day, or a day with a time, in the window's time zone."""


class FreezeSection(Section):
    """A time in which production must not be switched: once, or again and again."""

    first: DayOrMoment | None = Field(
        default=None, alias="from", examples=["2026-12-20", "2026-12-24 18:00"]
    )
    """First day, or the moment at which it begins."""
    last: DayOrMoment | None = Field(
        default=None, alias="to", examples=["2027-01-04", "2026-12-27 06:00"]
    )
    """Last day, all of which belongs to the freeze, or the moment at which it ends."""
    every: Recurrences = Field(default=(), examples=["Fri 18:00"])
    """When it begins again and again, in place of `from` and `to`; as `every` of the window."""
    length: Duration | None = Field(default=None, gt=0, examples=["60h"])
    """How long it lasts each time."""
    reason: str = Field(min_length=1, examples=["year end"])
    """Reason for the freeze; whoever is refused reads it."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        once = (self.first is not None, self.last is not None)
        again = (bool(self.every), self.length is not None)
        if not (all(once) and not any(again)) and not (all(again) and not any(once)):
            raise ValueError("give `from` and `to`, or `every` and `length`")
        for day in (self.first, self.last):
            if day is not None and day.year not in YEARS:
                raise ValueError(f"{day} is in none of the years {YEARS[0]} to {YEARS[-1]}")
        if self.first is not None and self.last is not None:
            begin, end = _moment(self.first), _moment(self.last)
            if end < begin or (end == begin and isinstance(self.last, datetime)):
                raise ValueError(f"it ends on {self.last}, before it begins on {self.first}")
        return self

    def value(self) -> Freeze | RecurringFreeze:
        """Return the freeze that the section describes."""
        if self.first is None or self.last is None:
            return RecurringFreeze(every=self.every, length=self.length or 0.0, reason=self.reason)
        return Freeze(first=self.first, last=self.last, reason=self.reason)


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time())


class WindowSection(Section):
    """When production may be switched: always, unless this says otherwise."""

    every: Recurrences = Field(default=(), examples=["Sun 23:00", ["Mon-Fri 22:00", "Sun 9:00"]])
    """When it opens: days of the week or `daily` with a time, an RFC 5545 recurrence such as
    `RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=23`, or a list of them. Without it, it is open but for
    the freezes. Default: always."""
    length: Duration | None = Field(default=None, gt=0, examples=["15m"])
    """How long it stays open."""
    timezone: TimeZone = Field(default="UTC", examples=["Asia/Tokyo"])
    """Time zone of `every` and of the freezes, by its IANA name."""
    freezes: tuple[FreezeSection, ...] = Field(default=(), strict=False)
    """Times in which production must not be switched."""
    outside: Literal["wait", "refuse"] = Field(default="refuse", examples=["wait"])
    """What becomes of a switch outside: it waits for the window, or is refused."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.every) != (self.length is not None):
            raise ValueError("give `every` and `length`, both or none")
        all_of_them = [*self.every, *(it for freeze in self.freezes for it in freeze.every)]
        if sum(recurrence.parse(it).a_day for it in all_of_them) > A_DAY:
            raise ValueError(f"windows and freezes come at most {A_DAY} times a day in all")
        return self

    def value(self) -> Window:
        """Return the window that the section describes."""
        return self.into(
            Window,
            length=self.length or 0.0,
            freezes=tuple(freeze.value() for freeze in self.freezes),
        )
