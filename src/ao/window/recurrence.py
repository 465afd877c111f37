"""Recurrences as people write them: `Sun 23:00`, `Mon-Fri 22:00`, `daily 2:00`, or RFC 5545.

Anybody may write a recurrence into the project, so neither reading one nor looking for when it
comes next may take long. Libraries look until the year 9999 for one that never comes; here each
look ends after LOOKED_DAYS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any

FIRST = datetime(2020, 1, 1)
"""Beginning of a recurrence without DTSTART."""
EARLIEST = datetime(1970, 1, 1)
"""The earliest DTSTART."""
LOOKED_DAYS = 8 * 366
"""Days that are looked through for the next time; 29 February may be eight years away."""
LONGEST = 10_000
"""Characters that a recurrence may have."""
RULES = 10
"""Rules that a recurrence may have."""
TIMES = 96
"""Times of a day that a rule may name: one each quarter of an hour."""

_EXAMPLES = "`Sun 23:00`, `Mon-Fri 22:00`, `daily 2:00` or `RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=23`"
_SHORT = re.compile(r"([a-z]+(?:[-,][a-z]+){0,6}) ([01]?[0-9]|2[0-3]):([0-5][0-9])", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CODES = tuple(day[:2].upper() for day in _DAYS)
_WEEK_DAY = re.compile(rf"([+-]?\d{{1,2}})?({'|'.join(_CODES)})")
_DAY = timedelta(days=1)


class Frequency(StrEnum):
    """How often a rule comes, and so which time it looks at as a whole."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A recurrence rule (RFC 5545, 3.3.10), in wall-clock time. Empty lists restrict nothing."""

    frequency: Frequency
    begin: datetime
    """No time before it is one of the rule's."""
    interval: int = 1
    """Each how manieth period of the frequency counts, from that of `begin` on."""
    count: int | None = None
    """How many times there are; None without such an end."""
    until: datetime = datetime.max
    """The last time that may be one."""
    months: tuple[int, ...] = ()
    """Months of the year, 1 to 12."""
    weeks: tuple[int, ...] = ()
    """Weeks of the year, 1 to 53, or -1 for the last."""
    year_days: tuple[int, ...] = ()
    """Days of the year, 1 to 366, or -1 for the last."""
    month_days: tuple[int, ...] = ()
    """Days of the month, 1 to 31, or -1 for the last."""
    week_days: tuple[tuple[int | None, int], ...] = ()
    """Days of the week, 0 for Monday, each with which one of its month or year, or None for all."""
    easter_days: tuple[int, ...] = ()
    """Days after Easter Sunday; none of RFC 5545, but read by earlier versions."""
    times: tuple[time, ...] = (time(),)
    """Times of the day, in order."""
    positions: tuple[int, ...] = ()
    """Which of the times of a period count: 1 for the first, -1 for the last."""
    week_start: int = 0
    """Day on which a week begins."""

    def between(self, first: date, last: date) -> Iterator[datetime]:
        """Its times from one day to another, in order."""
        # How many there have been is known only from the first of them on.
        day = self.begin.date() if self.count else max(first, self.begin.date())
        number = 0
        origin = self._period(self.begin.date())
        period = self._first_of(day)
        while period <= last:
            following = self._following(period)
            if (self._period(period) - origin) % self.interval == 0:
                for moment in self._times(period, following):
                    if moment < self.begin:
                        continue
                    number += 1
                    if moment > self.until or (self.count and number > self.count):
                        return
                    if first <= moment.date() <= last:
                        yield moment
            period = following

    def _times(self, first: date, following: date) -> Iterable[datetime]:
        """Its times in a period that ends before another day begins."""
        days = [first + _DAY * i for i in range((following - first).days)]
        times = [datetime.combine(day, at) for day in days if self._holds(day) for at in self.times]
        if not self.positions:
            return times
        size = len(times)
        chosen = {it - 1 if it > 0 else size + it for it in self.positions}
        return [times[it] for it in sorted(chosen) if 0 <= it < size]

    def _holds(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return all(
            (
                not self.months or day.month in self.months,
                not self.weeks or _is_one(_week(day, self.week_start), self.weeks),
                not self.year_days or _is_one(_day_of_year(day), self.year_days),
                not self.month_days or _is_one(_day_of_month(day), self.month_days),
                not self.week_days or any(self._is(day, *it) for it in self.week_days),
                not self.easter_days or (day - _easter(day.year)).days in self.easter_days,
            )
        )

    def _is(self, day: date, which: int | None, week_day: int) -> bool:
        """Whether a day is the so-manieth of a day of the week, in its month or else its year."""
        if day.weekday() != week_day:
            return False
        if which is None or self.frequency in {Frequency.DAILY, Frequency.WEEKLY}:
            return True
        monthly = self.frequency is Frequency.MONTHLY or self.months
        at, size = _day_of_month(day) if monthly else _day_of_year(day)
        return which == ((at - 1) // 7 + 1 if which > 0 else -((size - at) // 7 + 1))

    def _period(self, day: date) -> int:
        """Number of the period that a day lies in."""
        match self.frequency:
            case Frequency.DAILY:
                return day.toordinal()
            case Frequency.WEEKLY:
                # 1 January of the year 1 is a Monday.
                return (day.toordinal() - 1 - self.week_start) // 7
            case Frequency.MONTHLY:
                return day.year * 12 + day.month
            case Frequency.YEARLY:
                return day.year

    def _first_of(self, day: date) -> date:
        """The first day of the period that a day lies in."""
        match self.frequency:
            case Frequency.DAILY:
                return day
            case Frequency.WEEKLY:
                return day - _DAY * ((day.weekday() - self.week_start) % 7)
            case Frequency.MONTHLY:
                return day.replace(day=1)
            case Frequency.YEARLY:
                return day.replace(month=1, day=1)

    def _following(self, first: date) -> date:
        """The first day of the period after one that begins on a day."""
        match self.frequency:
            case Frequency.DAILY:
                return first + _DAY
            case Frequency.WEEKLY:
                return first + 7 * _DAY
            case Frequency.MONTHLY:
                return (first + 31 * _DAY).replace(day=1)
            case Frequency.YEARLY:
                return first.replace(year=first.year + 1)


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """Times at which something comes, in wall-clock time without a zone."""

    rules: tuple[Rule, ...]
    exceptions: tuple[Rule, ...] = ()
    """Rules whose times are none of it."""
    dates: frozenset[datetime] = frozenset()
    """Further times."""
    excluded: frozenset[datetime] = frozenset()
    """Times that are none of it."""

    @property
    def a_day(self) -> int:
        """How many times it comes in a day at most."""
        return sum(len(rule.times) for rule in self.rules)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Its times from a moment on, in order, as far as LOOKED_DAYS."""
        first = moment.date()
        last = first + min(LOOKED_DAYS * _DAY, date.max - 400 * _DAY - first)
        # A year at once: nobody who wants the next time waits for all of them.
        while first <= last:
            end = min(first + 365 * _DAY, last)
            yield from (it for it in self._between(first, end) if it >= moment)
            first = end + _DAY

    def _between(self, first: date, last: date) -> list[datetime]:
        def of(rules: tuple[Rule, ...]) -> set[datetime]:
            return {moment for rule in rules for moment in rule.between(first, last)}

        dates = {it for it in self.dates if first <= it.date() <= last}
        return sorted((of(self.rules) | dates) - of(self.exceptions) - self.excluded)


@lru_cache
def parse(text: str) -> Recurrence:
    """Return the recurrence that a text means. Raises ValueError for none."""
    if len(text) > LONGEST:
        raise ValueError(f"a recurrence has at most {LONGEST} characters")
    if found := _SHORT.fullmatch(text.strip()):
        text = _written_out(found[1].lower(), int(found[2]), int(found[3]))
    elif "RRULE:" not in text.upper():
        raise ValueError(f"{text!r} is no recurrence; write {_EXAMPLES}")
    return _rfc5545(text.upper())


def _written_out(days: str, hour: int, minute: int) -> str:
    """Return days of the week, or every day, and a time as RFC 5545 writes them."""
    time = f"BYHOUR={hour};BYMINUTE={minute}"
    if days == "daily":
        return f"RRULE:FREQ=DAILY;{time}"
    named: list[int] = []
    for part in days.split(","):
        first, *last = [_day(it) for it in part.split("-")]
        if len(last) > 1:
            raise ValueError(f"{part!r} is no range of days; write Mon-Fri")
        # A range may go on over the end of the week, as Sat-Mon does.
        size = (last[0] - first) % 7 if last else 0
        named += [(first + n) % 7 for n in range(size + 1)]
    codes = ",".join(_CODES[it] for it in sorted(set(named)))
    return f"RRULE:FREQ=WEEKLY;BYDAY={codes};{time}"


def _day(name: str) -> int:
    """Return a day of the week, 0 for Monday, by its name or the name's first three letters."""
    for number, day in enumerate(_DAYS):
        if name in {day, day[:3]}:
            return number
    raise ValueError(f"{name!r} is no day of the week; write Mon, Tue, … or daily")


def _rfc5545(text: str) -> Recurrence:
    """A recurrence of lines, which spaces may part too."""
    lines = [_line(it) for it in text.split()]
    begins = [_moment(value) for name, value in lines if name == "DTSTART"]
    if any(begin < EARLIEST for begin in begins):
        raise ValueError(f"DTSTART is before {EARLIEST:%Y}")
    begin = begins[0] if begins else None

    def rules(wanted: str) -> tuple[Rule, ...]:
        return tuple(_rule(value, begin) for name, value in lines if name == wanted)

    def dates(wanted: str) -> frozenset[datetime]:
        values = (value.split(",") for name, value in lines if name == wanted)
        return frozenset(_moment(it) for value in values for it in value)

    recurrence = Recurrence(
        rules=rules("RRULE"),
        exceptions=rules("EXRULE"),
        dates=dates("RDATE"),
        excluded=dates("EXDATE"),
    )
    if len(recurrence.rules + recurrence.exceptions) > RULES:
        raise ValueError(f"a recurrence has at most {RULES} rules")
    if next(recurrence.after(begin or FIRST), None) is None:
        raise ValueError(f"{text!r} never comes")
    return recurrence


def _line(line: str) -> tuple[str, str]:
    """Name and value of a line."""
    named, colon, value = line.partition(":")
    name, *parameters = named.split(";") if colon else ("RRULE",)
    if name not in {"RRULE", "EXRULE", "RDATE", "EXDATE", "DTSTART"}:
        raise ValueError(f"{line!r} is not as RFC 5545 has it: it knows no {name!r} here")
    if any(it.startswith("TZID=") for it in parameters):
        raise ValueError("DTSTART and UNTIL are written in local time, without TZID and Z")
    return name, value if colon else line


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(
            f"{value!r} is not as RFC 5545 has it: a time is written as 20261129T230000"
        ) from error
    if moment.tzinfo is not None:
        raise ValueError("DTSTART and UNTIL are written in local time, without TZID and Z")
    return moment


def _rule(value: str, given: datetime | None) -> Rule:
    """A rule that begins at a time; one without such a time says all of day and hour itself."""
    parts = dict(part.partition("=")[::2] for part in value.split(";"))
    frequency = parts.get("FREQ", "")
    if frequency in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise ValueError("a recurrence is DAILY, WEEKLY, MONTHLY or YEARLY; BYHOUR=2,14 for hours")
    if unknown := sorted(parts.keys() - _PARTS.keys()):
        raise ValueError(f"{value!r} is not as RFC 5545 has it: it knows no {unknown[0]!r}")
    try:
        read = {_PARTS[key].name: _PARTS[key].read(it) for key, it in parts.items()}
    except ValueError as error:
        raise ValueError(f"{value!r} is not as RFC 5545 has it: {error}") from error
    if "frequency" not in read:
        raise ValueError(f"{value!r} is not as RFC 5545 has it: it says no FREQ")
    begin = given or FIRST
    clock = [read.pop(name, None) for name in ("hours", "minutes", "seconds")]
    days = read.keys() & {"weeks", "year_days", "month_days", "week_days", "easter_days"}
    if given is None and (
        clock[0] is None
        or not (days or read["frequency"] is Frequency.DAILY)
        or read.keys() & {"interval", "count"}
    ):
        raise ValueError(
            f"{value!r} does not say all of day and hour, or counts from a day that it does not "
            "name: add BYDAY and BYHOUR, or `DTSTART:20261129T230000` before RRULE"
        )
    if not days:
        read = _days_of(begin, read["frequency"]) | read
    return Rule(begin=begin, times=_clock_times(begin, clock), **read)


def _days_of(begin: datetime, frequency: Frequency) -> dict[str, Any]:
    """The days of a rule that names none: those of its beginning."""
    match frequency:
        case Frequency.DAILY:
            return {}
        case Frequency.WEEKLY:
            return {"week_days": ((None, begin.weekday()),)}
        case Frequency.MONTHLY:
            return {"month_days": (begin.day,)}
        case Frequency.YEARLY:
            return {"months": (begin.month,), "month_days": (begin.day,)}


def _clock_times(begin: datetime, clock: list[tuple[int, ...] | None]) -> tuple[time, ...]:
    """Times of the day, of which what is not named is as at the beginning."""
    own = (begin.hour, begin.minute, begin.second)
    parts = [
        (default,) if named is None else named for named, default in zip(clock, own, strict=True)
    ]
    if len(parts[0]) * len(parts[1]) * len(parts[2]) > TIMES:
        raise ValueError(f"a recurrence comes at most {TIMES} times a day")
    return tuple(sorted({time(hour, minute, second) for hour, minute, second in product(*parts)}))


@dataclass(frozen=True)
class _Part:
    """A part of a rule: the field of Rule, or of the clock, and how it is read."""

    name: str
    read: Callable[[str], Any]


def _numbers(most: int, *, least: int = 1, backwards: bool = False) -> Callable[[str], object]:
    def read(value: str) -> tuple[int, ...]:
        numbers = tuple(sorted({int(it) for it in value.split(",")}))
        if not all(least <= (-it if backwards and it < 0 else it) <= most for it in numbers):
            raise ValueError(f"{value} is not between {least} and {most}")
        return numbers

    return read


def _number(value: str) -> int:
    number = int(value)
    if not 1 <= number <= 10_000:
        raise ValueError(f"{value} is not between 1 and 10000")
    return number


def _week_days(value: str) -> tuple[tuple[int | None, int], ...]:
    found = [_WEEK_DAY.fullmatch(it) for it in value.split(",")]
    days = [(int(it[1]) if it[1] else None, _CODES.index(it[2])) for it in found if it]
    if len(days) < len(found) or any(which == 0 for which, _ in days):
        raise ValueError(f"{value} is no list of days such as SU or 2SU")
    return tuple(days)


_PARTS = {
    "FREQ": _Part("frequency", Frequency),
    "INTERVAL": _Part("interval", _number),
    "COUNT": _Part("count", _number),
    "UNTIL": _Part("until", _moment),
    "BYMONTH": _Part("months", _numbers(12)),
    "BYWEEKNO": _Part("weeks", _numbers(53, backwards=True)),
    "BYYEARDAY": _Part("year_days", _numbers(366, backwards=True)),
    "BYMONTHDAY": _Part("month_days", _numbers(31, backwards=True)),
    "BYDAY": _Part("week_days", _week_days),
    "BYEASTER": _Part("easter_days", _numbers(366, least=0, backwards=True)),
    "BYHOUR": _Part("hours", _numbers(23, least=0)),
    "BYMINUTE": _Part("minutes", _numbers(59, least=0)),
    "BYSECOND": _Part("seconds", _numbers(59, least=0)),
    "BYSETPOS": _Part("positions", _numbers(366, backwards=True)),
    "WKST": _Part("week_start", _CODES.index),
}


def _is_one(place: tuple[int, int], wanted: tuple[int, ...]) -> bool:
    """Whether a place, of so many, is one of those that are wanted from either end."""
    at, size = place
    return at in wanted or at - size - 1 in wanted


def _day_of_month(day: date) -> tuple[int, int]:
    """Which day of its month a day is, and how many that has."""
    following = (day.replace(day=1) + 31 * _DAY).replace(day=1)
    return day.day, (following - _DAY).day


def _day_of_year(day: date) -> tuple[int, int]:
    """Which day of its year a day is, and how many that has."""
    return day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday


def _week(day: date, week_start: int) -> tuple[int, int]:
    """Which week of its year a day lies in, and how many that has.

    A week is one of the year in which four of its days lie (RFC 5545, 3.3.10), so that of the
    fourth of them.
    """
    fourth = day - _DAY * ((day.weekday() - week_start) % 7) + 3 * _DAY
    at, size = _day_of_year(fourth)
    return (at - 1) // 7 + 1, (at - 1) // 7 + 1 + (size - at) // 7


@lru_cache(maxsize=64)
def _easter(year: int) -> date:
    from dateutil.easter import easter

    return easter(year)
