"""The maintenance window: when production may be switched. Pure; moments are seconds since 1970.

A window opens at its wall-clock time, and stays open for its length as a stopwatch has it,
also when the clocks are changed meanwhile. An opening time that the clocks skip is the same
time by the clock as it was before the change, so 02:30 is 03:30; one that comes twice is the
first of the two (RFC 5545, sections 3.3.5 and 3.3.10).
"""

from __future__ import annotations

import bisect
import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from ao.errors import OutsideWindow
from ao.message import message
from ao.site.window import Freeze, RecurringFreeze, Window
from ao.window import recurrence

AHEAD = 366 * 86_400.0
"""Seconds for which windows and freezes that recur are looked for."""
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


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A time in which production must not be switched."""

    begin: float
    """First moment."""
    end: float
    """Moment at which it is over."""
    freeze: Freeze | RecurringFreeze
    """The freeze of the site file."""


def freeze_at(window: Window, moment: float) -> Frozen | None:
    """Return the freeze that a moment lies in, of several the last to end; None without."""
    holding = [it for it in _freezes(window, moment, moment) if it.begin <= moment < it.end]
    return max(holding, key=lambda it: it.end, default=None)


def outside(window: Window, moment: float) -> OutsideWindow:
    """Return the refusal of a switch at a moment at which the window is not open."""
    frozen = freeze_at(window, moment)
    why = _frozen_until(window, frozen) if frozen else message("the maintenance window is not open")
    coming = next_opening(window, moment)
    if coming is None:
        when, cure = (
            message("it does not open within a year"),
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


def _frozen_until(window: Window, frozen: Frozen) -> str:
    """Return until when production is frozen, and why."""
    freeze = frozen.freeze
    if isinstance(freeze, Freeze) and not isinstance(freeze.last, datetime):
        return message(
            "it is frozen until the end of %(last)s (%(reason)s)",
            last=f"{freeze.last:%a %Y-%m-%d}",
            reason=freeze.reason,
        )
    return message(
        "it is frozen until %(moment)s (%(reason)s)",
        moment=written(window, frozen.end),
        reason=freeze.reason,
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
    """Yield the openings that are not over at a moment, in the order in which they begin.

    What recurs is looked for a year ahead.
    """
    until = moment + AHEAD
    frozen = _joined((it.begin, it.end) for it in _freezes(window, moment, until))
    for begin, end in _spans(window, moment, until):
        for opening in _thawed(begin, end, frozen):
            if opening.end > moment:
                yield opening


def _spans(window: Window, moment: float, until: float) -> Iterator[tuple[float, float]]:
    """Yield begin and end of openings as if there were no freeze, from before a moment on."""
    if not window.every:
        yield -math.inf, math.inf
        return
    for begin in _starts(window, window.every, moment - window.length, until):
        yield begin, begin + window.length


def _freezes(window: Window, since: float, until: float) -> Iterator[Frozen]:
    """Yield all freezes of days, and those that recur as far as they reach into a time."""
    zone = ZoneInfo(window.timezone)
    for freeze in window.freezes:
        match freeze:
            case Freeze():
                begin, end = _begin(freeze.first, zone), _end(freeze.last, zone)
                yield Frozen(begin=begin, end=end, freeze=freeze)
            case RecurringFreeze():
                for begin in _starts(window, freeze.every, since - freeze.length, until):
                    yield Frozen(begin=begin, end=begin + freeze.length, freeze=freeze)


def _starts(window: Window, every: tuple[str, ...], since: float, until: float) -> Iterator[float]:
    """Yield the moments at which recurrences come in a time, in order."""
    return takewhile(
        lambda begin: begin <= until,
        heapq.merge(*(_starts_of(window, it, since) for it in every)),
    )


def _starts_of(window: Window, every: str, since: float) -> Iterator[float]:
    """Yield the moments at which a recurrence comes, in order.

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


def _joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans of time in order, those that overlap or touch as one."""
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def _thawed(begin: float, end: float, frozen: list[tuple[float, float]]) -> Iterator[Opening]:
    """Yield the openings that freezes, in order and apart, leave of a span of time."""
    over = bisect.bisect_right(frozen, begin, key=lambda it: it[1])
    for first, last in islice(frozen, over, None):
        if first >= end:
            break
        if begin < first:
            yield Opening(begin=begin, end=first)
        begin = last
    if begin < end:
        yield Opening(begin=begin, end=end)


def _begin(first: date, zone: ZoneInfo) -> float:
    return _moment(first if isinstance(first, datetime) else datetime.combine(first, time()), zone)


def _end(last: date, zone: ZoneInfo) -> float:
    return _begin(last if isinstance(last, datetime) else last + _DAY, zone)


def _moment(wall: datetime, zone: ZoneInfo) -> float:
    """Return the moment of a wall-clock time: the first of two, and a skipped one late."""
    return wall.replace(tzinfo=zone, fold=0).timestamp()
