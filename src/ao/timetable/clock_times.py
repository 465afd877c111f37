"""Clock times of a schedule, and whether the clocks are changed meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ao.timetable.procedure import Opening
from ao.timetable.schedule import Schedule

_DAY = 24 * 3600


def written(opening: Opening, moment: float, *, seconds: bool = False) -> str:
    """Clock time of a moment, in seconds from the opening: `24:30`, or `00:30`, or `00:30:07`.

    Parts of a minute, or of a second, are left out.
    """
    since = int(opening.clock + moment + 1e-6)
    if opening.clock + moment < 0 or not opening.past_midnight:
        since %= _DAY
    minutes, rest = divmod(since, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if seconds else "")


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
