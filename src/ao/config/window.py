"""The part of ao.yaml that tells when production may be switched."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from ao.config.section import Duration, Section, TimeZone
from ao.site.window import Freeze, Window
from ao.window import recurrence


class FreezeSection(Section):
    """Days on which production must not be switched."""

    first: date = Field(alias="from", strict=False, examples=["2026-12-20"])
    """First day."""
    last: date = Field(alias="to", strict=False, examples=["2027-01-04"])
    """Last day, all of which belongs to the freeze."""
    reason: str = Field(min_length=1, examples=["year end"])
    """Reason for the freeze; whoever is refused reads it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"it ends on {self.last}, before it begins on {self.first}")
        return self


class WindowSection(Section):
    """When production may be switched: always, unless this says otherwise."""

    every: str | None = Field(default=None, examples=["Sun 23:00"])
    """When it opens: a weekday or `daily` with a time, or an RFC 5545 recurrence such as
    `RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=23`. Without it, it is open but for the freezes."""
    length: Duration | None = Field(default=None, gt=0, examples=["15m"])
    """How long it stays open."""
    timezone: TimeZone = Field(default="UTC", examples=["Asia/Tokyo"])
    """Time zone of `every` and of the freezes, by its IANA name."""
    freezes: tuple[FreezeSection, ...] = Field(default=(), strict=False)
    """Days on which production must not be switched."""
    outside: Literal["wait", "refuse"] = Field(default="refuse", examples=["wait"])
    """What becomes of a switch outside: it waits for the window, or is refused."""

    @field_validator("every")
    @classmethod
    def _recurrence(cls, every: str | None) -> str | None:
        if every is not None:
            recurrence.parse(every)
        return every

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.every is None) != (self.length is None):
            raise ValueError("give `every` and `length`, both or none")
        return self

    def value(self) -> Window:
        """Return the window that the section describes."""
        return self.into(
            Window,
            length=self.length or 0.0,
            freezes=tuple(freeze.into(Freeze) for freeze in self.freezes),
        )
