"""Times, shares and savings of a timetable, as people read them."""

from __future__ import annotations

from fractions import Fraction

from ao.message import Message, joined, message
from ao.timetable.comparison import Comparison
from ao.timetable.durations import Fixed, Range, TaskDuration
from ao.timetable.schedule import Schedule


def time(seconds: float) -> Message:
    """Return a time as a timetable has it: `120 min`, `5 min 3 s`, `0.4 s`."""
    if seconds < 0:
        return joined("", ["-", time(-seconds)])
    if seconds < 10:
        return message("%(value)s s", value=f"{round(seconds, 1):g}")
    minutes, rest = divmod(round(seconds), 60)
    whole = message("%(value)s min", value=f"{minutes:,}")
    part = message("%(value)s s", value=rest)
    if not minutes:
        return part
    return message("%(minutes)s %(seconds)s", minutes=whole, seconds=part) if rest else whole


def hours(seconds: float) -> Message:
    """Return a time of a year: `104 h`, to a tenth below 10 hours."""
    value = seconds / 3600
    return message("%(value)s h", value=f"{round(value, 1) if value < 10 else round(value):,}")


def takes(how_long: TaskDuration) -> Message:
    """Return the planned duration of a task, in words."""
    planned = time(how_long.planned)
    match how_long:
        case Fixed():
            return planned
        case Range():
            return message("up to %(time)s", time=planned)
    return message("%(time)s (95 of 100)", time=planned)


def window(plan: Schedule) -> Message:
    """Return the window that a procedure needs."""
    return time(plan.window) if plan.procedure.stops else message("no window")


def toll(plan: Schedule) -> tuple[Message, Message]:
    """Return the window that a procedure needs and how long it stops production, in words."""
    needed = message("window %(time)s", time=time(plan.window))
    return (
        needed if plan.procedure.stops else message("no window"),
        message("production stopped %(time)s", time=time(plan.stopped)),
    )


def saving(compared: Comparison) -> Message | None:
    """Return what the second procedure saves, in one line; None if it saves nothing."""
    if compared.ratio is None or compared.saving <= 0:
        return None
    part = Fraction(compared.ratio).limit_denominator(100)
    return message(
        "%(part)s of the window: %(time)s saved with every release",
        part=part if abs(part - compared.ratio) < 1e-9 else f"{compared.ratio:.0%}",
        time=time(compared.saving),
    )


def percent(share: float) -> str:
    """Return a share in percent: `97.3 %`; only what is all or nothing is 100 % or 0 %."""
    shown = min(max(share * 100, 0.1), 99.9) if 0 < share < 1 else share * 100
    return f"{round(shown, 1):g} %"
