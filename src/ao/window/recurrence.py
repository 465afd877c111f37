"""Recurrences as people write them: `Sun 23:00`, `daily 02:00`, or RFC 5545."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateutil.rrule import rrule, rruleset

FIRST = datetime(2020, 1, 1)
"""Beginning of a recurrence without DTSTART."""
_OTHER = datetime(2021, 2, 12, 13)
"""Another beginning: another year, month, day of the week, and hour. Minutes may be left out."""
_SAMPLE = datetime(2024, 1, 1)
_EXAMPLES = "`Sun 23:00`, `daily 02:00` or `RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=23`"
_SHORT = re.compile(r"(?P<day>[a-z]+) (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@lru_cache
def parse(text: str) -> rrule | rruleset:
    """Return the recurrence that a text means, in wall-clock time. Raises ValueError for none."""
    if found := _SHORT.fullmatch(text.strip()):
        text = _written_out(found["day"].lower(), int(found["hour"]), int(found["minute"]))
    elif "RRULE:" not in text.upper():
        raise ValueError(f"{text!r} is no recurrence; write {_EXAMPLES}")
    recurrence = _rfc5545(text, FIRST)
    if "DTSTART" not in text.upper():
        _check_free(text, recurrence)
    return recurrence


def _written_out(day: str, hour: int, minute: int) -> str:
    """Return a weekday, or every day, and a time as RFC 5545 writes them."""
    time = f"BYHOUR={hour};BYMINUTE={minute}"
    if day == "daily":
        return f"RRULE:FREQ=DAILY;{time}"
    name = next((name for name in _DAYS if day in {name, name[:3]}), None)
    if name is None:
        raise ValueError(f"{day!r} is no day of the week; write Mon, Tue, … or daily")
    return f"RRULE:FREQ=WEEKLY;BYDAY={name[:2].upper()};{time}"


def _rfc5545(text: str, begin: datetime) -> rrule | rruleset:
    from dateutil.rrule import rrulestr

    if re.search(r"FREQ=(SECOND|MINUTE|HOUR)LY", text, re.IGNORECASE):
        raise ValueError("a recurrence is DAILY, WEEKLY, MONTHLY or YEARLY; BYHOUR=2,14 for hours")
    try:
        recurrence = rrulestr(text, dtstart=begin, cache=True)
        first = next(iter(recurrence), None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{text!r} is not as RFC 5545 has it: {error}") from error
    if first is None:
        raise ValueError(f"{text!r} never comes")
    if first.tzinfo is not None:
        raise ValueError("DTSTART and UNTIL are written in local time, without TZID and Z")
    return recurrence


def _check_free(text: str, recurrence: rrule | rruleset) -> None:
    """Refuse a recurrence that depends on where it begins, and does not say where."""

    def sample(whole: rrule | rruleset) -> list[datetime]:
        return list(islice(whole.xafter(_SAMPLE), 60))

    counted = re.search("INTERVAL=|COUNT=", text, re.IGNORECASE)
    if counted or sample(recurrence) != sample(_rfc5545(text, _OTHER)):
        raise ValueError(
            f"{text!r} does not say all of day and hour, or counts from a day that it does not "
            "name: add BYDAY and BYHOUR, or `DTSTART:20261129T230000` before RRULE"
        )
