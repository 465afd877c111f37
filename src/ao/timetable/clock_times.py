"""Clock times of a schedule, and whether the clocks are changed meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ao.timetable.procedure import Opening
from ao.timetable.schedule import Schedule

_DAY = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Style:
    """How the times of one table are written, so that no two of them look alike."""

    seconds: bool = False
    """Whether they tell seconds."""
    days: bool = False
    """Whether they tell the day: its date, or how many days after the opening's it is."""


def style(plan: Schedule, moments: Iterable[float]) -> Style:
    """Return how some moments of a schedule are written, in seconds from its opening.

    Seconds are told where two moments are in one minute, days from a schedule of 24 hours on.
    """
    found = sorted({int(moment + 1e-6) for moment in moments})
    opening, minutes = plan.procedure.opening, [_since(plan, moment) // 60 for moment in found]
    long = bool(found) and found[-1] - found[0] >= _DAY
    return Style(seconds=len(set(minutes)) < len(minutes), days=long and not opening.past_midnight)


def _since(plan: Schedule, moment: float) -> int:
    """Return the whole seconds from midnight of the opening's day to a moment."""
    return int(plan.procedure.opening.clock + moment + 1e-6)


def written(opening: Opening, moment: float, *, seconds: bool = False, days: bool = False) -> str:
    """Clock time of a moment, in seconds from the opening: `24:30`, or `00:30`, or `00:30:07`.

    With days `2026-11-30 00:30`, or `+1d 00:30` where the opening's day is not known. Parts of a
    minute, or of a second, are left out.
    """
    since = math.floor(opening.clock + moment + 1e-6)
    day = since // _DAY
    if since < 0 or not opening.past_midnight:
        since %= _DAY
    minutes, rest = divmod(since, 60)
    time = f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if seconds else "")
    if not days:
        return time
    if opening.day is not None:
        return f"{opening.day + timedelta(days=day)} {time}"
    return f"{day:+}d {time}" if day else time


def elapsed(moment: float) -> str:
    """Return the time from the opening: `+0:30`, `-1:00`."""
    minutes = int(abs(moment) / 60)
    return f"{'-' if moment < 0 else '+'}{minutes // 60}:{minutes % 60:02}"


def changed(plan: Schedule) -> str | None:
    """Return what is wrong with a day on which the clocks change between first and last task.

    None if they do not, or if no day is given.
    """
    opening = plan.procedure.opening
    if opening.day is None:
        return None
    zone = ZoneInfo(opening.timezone)
    midnight = datetime(opening.day.year, opening.day.month, opening.day.day)
    opens = midnight + timedelta(seconds=opening.clock)
    first = min((slot.begin for slot in plan.slots), default=0.0)
    begin, end = (opens + timedelta(seconds=moment) for moment in (min(first, 0.0), plan.closes))
    before, after = (moment.replace(tzinfo=zone, fold=0).utcoffset() for moment in (begin, end))
    twice = end.replace(tzinfo=zone, fold=1).utcoffset()
    if before == after == twice:
        return None
    return (
        f"the clocks of {opening.timezone} change between {begin:%Y-%m-%d %H:%M} and "
        f"{end:%Y-%m-%d %H:%M}, so that clock times would be wrong; choose another day or time"
    )
