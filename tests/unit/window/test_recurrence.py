from datetime import datetime

import pytest

from ao.window import recurrence

NOON = datetime(2026, 11, 23, 12)
"""A Monday."""


@pytest.mark.parametrize(
    ("text", "coming"),
    [
        ("Sun 23:00", datetime(2026, 11, 29, 23)),
        ("sunday 23:00", datetime(2026, 11, 29, 23)),
        ("Mon 12:00", datetime(2026, 11, 30, 12)),
        ("daily 02:30", datetime(2026, 11, 24, 2, 30)),
        ("RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=23", datetime(2026, 12, 13, 23)),
        ("rrule:freq=daily;byhour=2,14", datetime(2026, 11, 23, 14)),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=1", datetime(2028, 2, 29, 1)),
        (
            "DTSTART:20261101T230000 RRULE:FREQ=WEEKLY;INTERVAL=2",
            datetime(2026, 11, 29, 23),
        ),
        (
            "DTSTART:20261101T230000\nRRULE:FREQ=WEEKLY\nEXDATE:20261129T230000",
            datetime(2026, 12, 6, 23),
        ),
    ],
)
def test_a_recurrence_comes_next_when_it_says(text: str, coming: datetime) -> None:
    assert recurrence.parse(text).after(NOON) == coming


def test_a_recurrence_that_has_ended_comes_never_again() -> None:
    ended = "RRULE:FREQ=DAILY;BYHOUR=1;UNTIL=20250101T000000"
    assert recurrence.parse(ended).after(NOON) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no recurrence"),
        ("Sun", "is no recurrence"),
        ("Sun 25:00", "is no recurrence"),
        ("Sun 9:00", "is no recurrence"),
        ("Sumday 23:00", "is no day of the week"),
        ("RRULE:FREQ=WEEKLY;BYDAY=XX", "is not as RFC 5545 has it"),
        ("RRULE:FREQ=SOMETIMES", "is not as RFC 5545 has it"),
        ("RRULE:FREQ=HOURLY", "DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1", "never comes"),
        ("RRULE:FREQ=DAILY", "does not say all of day and hour"),
        ("RRULE:FREQ=WEEKLY;BYHOUR=23", "does not say all of day and hour"),
        ("RRULE:FREQ=MONTHLY;BYHOUR=23", "does not say all of day and hour"),
        ("RRULE:FREQ=YEARLY;BYMONTHDAY=1", "does not say all of day and hour"),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;BYHOUR=23", "counts from a day"),
        ("RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=SU;BYHOUR=23", "counts from a day"),
        ("DTSTART:20261101T230000Z RRULE:FREQ=WEEKLY", "in local time"),
        ("DTSTART;TZID=Asia/Tokyo:20261101T230000 RRULE:FREQ=WEEKLY", "in local time"),
        ("RRULE:FREQ=DAILY;BYHOUR=1;UNTIL=20270101T000000Z", "RFC 5545|local time"),
    ],
)
def test_what_is_no_recurrence_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        recurrence.parse(text)
