"""The maintenance window: when production may be switched. Pure; moments are seconds since 1970.

A window opens at its wall-clock time, and stays open for its length as a stopwatch has it,
also when the clocks are changed meanwhile. An opening time that the clocks skip is the same
time by the clock as it was before the change, so 02:30 is 03:30; one that comes twice is the
first of the two (RFC 5545, sections 3.3.5 and 3.3.10).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import takewhile
from zoneinfo import ZoneInfo

from ao.errors import OutsideWindow
from ao.message import message
from ao.site.window import Freeze, Window
from ao.window import recurrence

_DAY = timedelta(days=1)
"""More than any change of the clocks."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A time in which production may be switched."""

    begin: float
    """First moment."""
    end: float
    """Moment at which it is over; infinite when there is none."""


def open_at(window: Window, moment: float) -> Opening | None:
    """Return the opening that a moment lies in, of several the last to close; None outside."""
    begun = takewhile(lambda opening: opening.begin <= moment, openings(window, moment))
    return max(begun, key=lambda opening: opening.end, default=None)


def left(window: Window, moment: float) -> float:
    """Return the seconds until the window closes: 0 outside, infinite if it never does."""
    opening = open_at(window, moment)
    return opening.end - moment if opening else 0.0


def next_opening(window: Window, moment: float) -> Opening | None:
    """Return the first opening that begins after a moment; None if there is none any more."""
    later = (opening for opening in openings(window, moment) if opening.begin > moment)
    return next(later, None)


def freeze_at(window: Window, moment: float) -> Freeze | None:
    """Return the freeze that a moment lies in, of several the last to end; None without."""
    today = datetime.fromtimestamp(moment, ZoneInfo(window.timezone)).date()
    holding = [freeze for freeze in window.freezes if freeze.first <= today <= freeze.last]
    return max(holding, key=lambda freeze: freeze.last, default=None)


def outside(window: Window, moment: float) -> OutsideWindow:
    """Return the refusal of a switch at a moment at which the window is not open."""
    freeze = freeze_at(window, moment)
    why = (
        message(
            "it is frozen until the end of %(last)s (%(reason)s)",
            last=f"{freeze.last:%a %Y-%m-%d}",
            reason=freeze.reason,
        )
        if freeze
        else message("the maintenance window is not open")
    )
    coming = next_opening(window, moment)
    if coming is None:
        when, cure = (
            message("it never opens again"),
            message(
                "Correct `window` in the site file, or switch all the same with "
                "`--override REASON`, which is recorded."
            ),
        )
    else:
        when, cure = (
            message("it opens next on %(moment)s", moment=written(window, coming.begin)),
            message(
                "Wait until then, or switch all the same with `--override REASON`, which is "
                "recorded."
            ),
        )
    return OutsideWindow(
        message("production must not be switched now: %(why)s; %(when)s", why=why, when=when),
        cure=cure,
    )


def written(window: Window, moment: float) -> str:
    """Return a moment in the window's time zone and in UTC."""
    there = datetime.fromtimestamp(moment, ZoneInfo(window.timezone))
    if window.timezone == "UTC":
        return f"{there:%a %Y-%m-%d %H:%M} UTC"
    universal = there.astimezone(UTC)
    day = "" if universal.date() == there.date() else f"{universal:%a %Y-%m-%d} "
    return f"{there:%a %Y-%m-%d %H:%M} {window.timezone} ({day}{universal:%H:%M} UTC)"


def openings(window: Window, moment: float) -> Iterator[Opening]:
    """Openings that are not over at a moment, in the order in which they begin."""
    frozen = sorted(_frozen(window, freeze) for freeze in window.freezes)
    for begin, end in _spans(window, moment):
        for opening in _thawed(begin, end, frozen):
            if opening.end > moment:
                yield opening


def _spans(window: Window, moment: float) -> Iterator[tuple[float, float]]:
    """Begin and end of openings as if there were no freeze, from the one before a moment on."""
    if window.every is None:
        yield -math.inf, math.inf
        return
    for begin in _starts(window, window.every, moment - window.length):
        yield begin, begin + window.length


def _starts(window: Window, every: str, since: float) -> Iterator[float]:
    """Yield the moments at which a window opens, in order.

    By the clock's hands they come in order, but one that the clocks skip may come after one
    that is written later, so a day's worth of them is held back.
    """
    zone = ZoneInfo(window.timezone)
    first = datetime.fromtimestamp(since, zone).replace(tzinfo=None) - _DAY
    held: list[float] = []
    for start in recurrence.parse(every).after(first):
        begin = _moment(start, zone)
        while held and held[0] <= begin - _DAY.total_seconds():
            yield heappop(held)
        heappush(held, begin)
    yield from sorted(held)


def _thawed(begin: float, end: float, frozen: list[tuple[float, float]]) -> Iterator[Opening]:
    """Yield the openings that freezes, in order, leave of a span of time."""
    for first, last in frozen:
        if begin < first < end:
            yield Opening(begin=begin, end=first)
        if first < end:
            begin = max(begin, last)
    if begin < end:
        yield Opening(begin=begin, end=end)


def _frozen(window: Window, freeze: Freeze) -> tuple[float, float]:
    zone = ZoneInfo(window.timezone)
    return _midnight(freeze.first, zone), _midnight(freeze.last + _DAY, zone)


def _midnight(day: date, zone: ZoneInfo) -> float:
    return _moment(datetime(day.year, day.month, day.day), zone)


def _moment(wall: datetime, zone: ZoneInfo) -> float:
    """Moment of a wall-clock time; `fold=0` takes the first of two, and skipped ones late."""
    return wall.replace(tzinfo=zone, fold=0).timestamp()
