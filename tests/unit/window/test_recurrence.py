import time
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice, takewhile

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from ao.window import recurrence

NOON = datetime(2026, 11, 23, 12)
"""A Monday."""


@pytest.mark.parametrize(
    ("text", "coming"),
    [
        ("Sun 23:00", datetime(2026, 11, 29, 23)),
        ("sunday 23:00", datetime(2026, 11, 29, 23)),
        ("Mon 12:00", datetime(2026, 11, 23, 12)),
        ("daily 02:30", datetime(2026, 11, 24, 2, 30)),
        ("Sun 9:00", datetime(2026, 11, 29, 9)),
        ("Tue,Thu 9:00", datetime(2026, 11, 24, 9)),
        ("Fri-Sun 9:00", datetime(2026, 11, 27, 9)),
        ("Sat-Mon 9:00", datetime(2026, 11, 28, 9)),
        ("wed,Fri-Sat 9:00", datetime(2026, 11, 25, 9)),
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
    assert next(recurrence.parse(text).after(NOON)) == coming


def test_a_recurrence_that_has_ended_comes_never_again() -> None:
    ended = "RRULE:FREQ=DAILY;BYHOUR=1;UNTIL=20250101T000000"
    assert not list(recurrence.parse(ended).after(NOON))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no recurrence"),
        ("Sun", "is no recurrence"),
        ("Sun 25:00", "is no recurrence"),
        ("Mon-Fri-Sun 9:00", "is no range of days"),
        ("Mon-Frisday 9:00", "is no day of the week"),
        ("Mon, 9:00", "is no recurrence"),
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


NEVER = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1"
HOSTILE = [
    NEVER,
    f"{NEVER};BYMINUTE={','.join(map(str, range(60)))}",
    "RRULE:FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1",
    "RRULE:FREQ=YEARLY;BYEASTER=-366;BYHOUR=1;BYMONTH=12",
    "RRULE:FREQ=DAILY;BYDAY=MO;BYYEARDAY=366;BYMONTH=1;BYHOUR=1",
    "RRULE:FREQ=MONTHLY;BYDAY=6MO;BYHOUR=1",
    "RRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=300;BYHOUR=1",
    "RRULE:FREQ=DAILY;BYHOUR=1 EXRULE:FREQ=DAILY;BYHOUR=1",
    "DTSTART:19700101T000000 RRULE:FREQ=DAILY;COUNT=10000;BYMONTH=2;BYMONTHDAY=30",
    "DTSTART:00010101T000000 RRULE:FREQ=DAILY",
    "DTSTART:99990101T000000 RRULE:FREQ=DAILY",
    "DTSTART:99991231T235959 RRULE:FREQ=YEARLY",
    "DTSTART:20200101T000000 RRULE:FREQ=DAILY;INTERVAL=9999999999999",
    f"RRULE:FREQ=DAILY;BYHOUR={','.join(['1'] * 5000)}",
    "\n".join([NEVER] * 40),
    "RRULE:" * 1000,
    "RRULE:FREQ=DAILY;BYHOUR=" + "9" * 9000,
    "RRULE:FREQ=DAILY;BYHOUR=1;UNTIL=99999999",
    "RRULE:=;;=;BYHOUR",
    "RRULE:FREQ=DAILY;BYHOUR=٣",
    "RRULE:FREQ=DAILY;BYHOUR=\x00",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_written_takes_no_time_to_read_or_to_look_for(text: str) -> None:
    begin = time.process_time()
    with suppress(ValueError):
        list(islice(recurrence.parse(text).after(NOON), 100))
    assert time.process_time() - begin < 1


def test_what_comes_first_after_years_without_one_is_not_looked_for() -> None:
    far = "DTSTART:20260101T000000 RRULE:FREQ=YEARLY;INTERVAL=100"
    assert not list(recurrence.parse(far).after(NOON))


def numbers(most: int, *, least: int = 1, backwards: bool = False) -> st.SearchStrategy[str]:
    of = st.integers(least, most)
    of = of | of.map(lambda it: -it) if backwards else of
    return st.lists(of, min_size=1, max_size=3, unique=True).map(lambda it: ",".join(map(str, it)))


DAY = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
DAYS = st.lists(DAY, min_size=1, max_size=3, unique=True).map(",".join)
NTH = st.lists(
    st.builds("{}{}".format, st.integers(-5, 5).filter(bool), DAY), min_size=1, max_size=2
).map(",".join)
RULES = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(list(recurrence.Frequency))},
    optional={
        "INTERVAL": st.integers(1, 5).map(str),
        "END": st.integers(1, 40).map("COUNT={}".format)
        | st.sampled_from(["UNTIL=99960101T000000", "UNTIL=99950601", "UNTIL=99961231T235959"]),
        "BYMONTH": numbers(12),
        "BYWEEKNO": numbers(53, backwards=True),
        "BYYEARDAY": numbers(366, backwards=True),
        "BYMONTHDAY": numbers(31, backwards=True),
        "BYDAY": DAYS | NTH,
        "BYEASTER": numbers(60, least=0, backwards=True),
        "BYHOUR": numbers(23, least=0),
        "BYMINUTE": numbers(59, least=0),
        "BYSETPOS": numbers(5, backwards=True),
        "WKST": DAY,
    },
).map(lambda parts: ";".join(f"{key}={it}".removeprefix("END=") for key, it in parts.items()))
BEGINS = st.datetimes(datetime(9992, 1, 1), datetime(9995, 12, 31)).map(
    lambda it: it.replace(microsecond=0)
)
"""Years after which dateutil has few to look through."""


@settings(deadline=None, max_examples=40)
@given(RULES, BEGINS)
def test_a_rule_comes_when_dateutil_says(rule: str, begin: datetime) -> None:
    """dateutil reads RFC 5545 as well, but looks until the year 9999 for a rule's next time."""
    text = f"DTSTART:{begin:%Y%m%dT%H%M%S} RRULE:{rule}"
    end = begin + timedelta(days=2 * 366)
    ours: list[datetime] = []
    with suppress(ValueError):
        ours = list(takewhile(lambda it: it < end, recurrence.parse(text).after(begin)))
    assert ours == list(takewhile(lambda it: it < end, rrule.rrulestr(text)))
