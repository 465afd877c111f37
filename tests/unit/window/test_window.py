import math
import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ao.site.window import Freeze, Outside, RecurringFreeze, Window
from ao.window import window as windows

TOKYO, NEW_YORK, SAMOA = "Asia/Tokyo", "America/New_York", "Pacific/Apia"


def window(
    every: str | tuple[str, ...] = "Sun 23:00",
    minutes: float = 15,
    timezone: str = TOKYO,
    freezes: tuple[Freeze | RecurringFreeze, ...] = (),
) -> Window:
    return Window(
        every=(every,) if isinstance(every, str) else every,
        length=minutes * 60,
        timezone=timezone,
        freezes=freezes,
        outside=Outside.REFUSE,
    )


YEAR_END = Freeze(first=date(2026, 12, 20), last=date(2027, 1, 4), reason="year end")


def at(text: str, timezone: str = TOKYO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp()


def wall(moment: float, timezone: str = TOKYO) -> str:
    return f"{datetime.fromtimestamp(moment, ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def test_a_window_is_open_from_its_first_moment_until_right_before_its_last() -> None:
    begin, end = at("2026-11-29 23:00"), at("2026-11-29 23:15")
    assert windows.open_at(window(), begin - 1) is None
    assert windows.open_at(window(), begin) == windows.Opening(begin=begin, end=end)
    assert windows.left(window(), begin + 300) == 600
    assert windows.open_at(window(), end - 1)
    assert windows.open_at(window(), end) is None
    assert windows.left(window(), end) == 0


def test_while_it_is_open_the_next_opening_is_that_of_the_next_week() -> None:
    coming = windows.next_opening(window(), at("2026-11-29 23:00"))
    assert coming is not None
    assert wall(coming.begin) == "2026-12-06 23:00"


def test_a_window_past_midnight_is_open_on_the_day_after() -> None:
    assert windows.left(window(minutes=120), at("2026-11-30 00:30")) == 1800


def test_a_window_of_days_is_open_until_its_end() -> None:
    weekend = window("Sat 00:00", minutes=48 * 60)
    assert windows.left(weekend, at("2026-11-29 23:00")) == 3600


def test_of_two_windows_that_overlap_the_last_to_close_counts() -> None:
    twice = window("RRULE:FREQ=DAILY;BYHOUR=1,2", minutes=90)
    assert windows.left(twice, at("2026-11-23 02:15")) == 75 * 60


def test_without_a_recurrence_it_is_open_but_for_the_freezes() -> None:
    always = window((), 0, freezes=(YEAR_END,))
    assert windows.left(always, at("2027-01-05 00:00")) == math.inf
    assert windows.left(always, at("2026-12-19 23:00")) == 3600
    assert windows.open_at(always, at("2026-12-20 00:00")) is None
    coming = windows.next_opening(always, at("2026-12-25 12:00"))
    assert coming is not None
    assert wall(coming.begin) == "2027-01-05 00:00"


def test_a_freeze_closes_the_windows_that_lie_in_it() -> None:
    frozen = window(freezes=(YEAR_END,))
    coming = windows.next_opening(frozen, at("2026-12-14 12:00"))
    assert coming is not None
    assert wall(coming.begin) == "2027-01-10 23:00"
    assert windows.open_at(frozen, at("2026-12-27 23:05")) is None


def test_a_freeze_holds_from_its_first_day_until_the_end_of_its_last() -> None:
    frozen = window(freezes=(YEAR_END,))
    assert windows.freeze_at(frozen, at("2026-12-19 23:59")) is None
    for moment in ("2026-12-20 00:00", "2027-01-04 23:59"):
        held = windows.freeze_at(frozen, at(moment))
        assert held is not None
        assert held.freeze is YEAR_END
    assert windows.freeze_at(frozen, at("2027-01-05 00:00")) is None


def test_a_freeze_that_ends_within_a_window_leaves_its_rest() -> None:
    day = Freeze(first=date(2026, 11, 29), last=date(2026, 11, 29), reason="audit")
    late = window(minutes=120, freezes=(day,))
    opening = windows.open_at(late, at("2026-11-30 00:10"))
    assert opening is not None
    assert (wall(opening.begin), wall(opening.end)) == ("2026-11-30 00:00", "2026-11-30 01:00")


def test_a_freeze_that_begins_within_a_window_ends_it() -> None:
    day = Freeze(first=date(2026, 11, 30), last=date(2026, 11, 30), reason="audit")
    late = window(minutes=120, freezes=(day,))
    assert windows.left(late, at("2026-11-29 23:10")) == 50 * 60


def test_a_window_that_never_opens_again_has_no_next_opening() -> None:
    ended = window("RRULE:FREQ=DAILY;BYHOUR=1;UNTIL=20250101T000000")
    assert windows.next_opening(ended, at("2026-11-29 23:10")) is None
    assert "it does not open within a year" in str(windows.outside(ended, at("2026-11-29 23:10")))


def test_of_several_recurrences_each_opens_it() -> None:
    both = window(("Mon-Fri 22:00", "Sun 9:00"))
    coming = windows.openings(both, at("2026-11-27 12:00"))
    told = [wall(opening.begin) for opening in islice(coming, 3)]
    assert told == ["2026-11-27 22:00", "2026-11-29 09:00", "2026-11-30 22:00"]


def test_a_freeze_of_hours_holds_from_moment_to_moment() -> None:
    eve = Freeze(
        first=datetime(2026, 12, 24, 18), last=datetime(2026, 12, 27, 6), reason="christmas"
    )
    frozen = window("daily 17:00", minutes=120, freezes=(eve,))
    assert windows.left(frozen, at("2026-12-24 17:30")) == 30 * 60
    assert windows.open_at(frozen, at("2026-12-24 18:00")) is None
    coming = windows.next_opening(frozen, at("2026-12-24 18:00"))
    assert coming is not None
    assert wall(coming.begin) == "2026-12-27 17:00"
    assert "it is frozen until Sun 2026-12-27 06:00 Asia/Tokyo" in str(
        windows.outside(frozen, at("2026-12-26 17:30"))
    )


def test_a_freeze_that_comes_every_week_closes_each_of_its_windows() -> None:
    weekend = RecurringFreeze(every=("Fri 18:00",), length=60 * 3600, reason="weekend")
    frozen = window("daily 20:00", freezes=(weekend,))
    coming = windows.openings(frozen, at("2026-11-26 12:00"))
    told = [wall(opening.begin) for opening in islice(coming, 3)]
    assert told == ["2026-11-26 20:00", "2026-11-30 20:00", "2026-12-01 20:00"]
    always = window((), 0, freezes=(weekend,))
    assert windows.left(always, at("2026-11-26 18:00")) == 24 * 3600
    assert windows.open_at(always, at("2026-11-28 12:00")) is None
    coming_again = windows.next_opening(always, at("2026-11-28 12:00"))
    assert coming_again is not None
    assert wall(coming_again.begin) == "2026-11-30 06:00"


def test_whatever_recurs_a_look_for_the_next_opening_takes_no_time() -> None:
    often = f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))}"
    freezes = tuple(
        RecurringFreeze(every=(often,), length=length, reason="x") for length in (1e7, 1e3, 1)
    )
    begin = time.process_time()
    shut = window(often, freezes=freezes)
    assert windows.next_opening(shut, at("2026-11-28 12:00")) is None
    assert "does not open within a year" in str(windows.outside(shut, at("2026-11-28 12:00")))
    assert time.process_time() - begin < 3


@pytest.mark.parametrize(
    ("every", "day", "begin", "end"),
    [
        # The clocks go from 02:00 to 03:00 on 8 March, and from 02:00 to 01:00 on 1 November.
        ("Sun 01:30", "2026-03-08", "2026-03-08 06:30", "2026-03-08 07:30"),
        ("Sun 02:30", "2026-03-08", "2026-03-08 07:30", "2026-03-08 08:30"),
        ("Sun 03:30", "2026-03-08", "2026-03-08 07:30", "2026-03-08 08:30"),
        ("Sun 00:30", "2026-11-01", "2026-11-01 04:30", "2026-11-01 05:30"),
        ("Sun 01:30", "2026-11-01", "2026-11-01 05:30", "2026-11-01 06:30"),
        ("Sun 02:30", "2026-11-01", "2026-11-01 07:30", "2026-11-01 08:30"),
    ],
)
def test_a_window_of_an_hour_lasts_an_hour_also_when_the_clocks_change(
    every: str, day: str, begin: str, end: str
) -> None:
    hour = window(every, 60, NEW_YORK)
    opening = windows.next_opening(hour, at(f"{day} 00:00", NEW_YORK))
    assert opening is not None
    assert (wall(opening.begin, "UTC"), wall(opening.end, "UTC")) == (begin, end)


def test_openings_that_the_clocks_bring_out_of_order_are_told_in_order() -> None:
    both = window("RRULE:FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30,45", 1, NEW_YORK)
    change = at("2026-03-08 00:00", NEW_YORK)
    coming = windows.openings(both, change)
    told = [wall(next(coming).begin, NEW_YORK)[-5:] for _ in range(6)]
    assert told == ["03:00", "03:00", "03:30", "03:30", "03:45", "03:45"]


@pytest.mark.parametrize(
    ("of", "moment", "said"),
    [
        (
            window(),
            "2026-11-23 12:00",
            "the maintenance window is not open; it opens next on "
            "Sun 2026-11-29 23:00 Asia/Tokyo (14:00 UTC)",
        ),
        (
            window("daily 02:00"),
            "2026-11-23 12:00",
            "Tue 2026-11-24 02:00 Asia/Tokyo (Mon 2026-11-23 17:00 UTC)",
        ),
        (
            window(timezone="UTC"),
            "2026-11-23 12:00",
            "it opens next on Sun 2026-11-29 23:00 UTC",
        ),
        (
            window(freezes=(YEAR_END,)),
            "2026-12-27 23:05",
            "it is frozen until the end of Mon 2027-01-04 (year end); it opens next on "
            "Sun 2027-01-10 23:00",
        ),
    ],
)
def test_a_refusal_says_when_the_window_opens_next(of: Window, moment: str, said: str) -> None:
    refusal = windows.outside(of, at(moment))
    assert said in str(refusal)
    assert "--override REASON" in refusal.cure
    assert refusal.exit_code == 4


zones = st.sampled_from([TOKYO, NEW_YORK, SAMOA, "Europe/Dublin", "Australia/Lord_Howe", "UTC"])
days = st.dates(date(2020, 2, 1), date(2035, 1, 1))
recurrences = st.one_of(
    st.builds(
        "{} {:02}:{:02}".format,
        st.sampled_from(["daily", "Mon", "Wed", "Sun"]),
        st.integers(0, 23),
        st.integers(0, 59),
    ),
    st.builds("RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR={}".format, st.integers(0, 23)),
)
freezes = st.lists(
    st.builds(
        lambda first, more: Freeze(first=first, last=first + timedelta(days=more), reason="x"),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.integers(0, 40),
    )
    | st.builds(
        lambda first, more: Freeze(first=first, last=first + timedelta(hours=more), reason="x"),
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
        st.integers(1, 40),
    )
    | st.builds(
        lambda every, hours: RecurringFreeze(every=(every,), length=hours * 3600.0, reason="x"),
        recurrences,
        st.integers(1, 12),
    ),
    max_size=4,
).map(tuple)
several = st.builds(
    window,
    st.lists(recurrences, min_size=1, max_size=3).map(tuple),
    st.integers(1, 2880),
    zones,
    freezes,
)
moments = st.integers(int(at("2026-01-01 00:00")), int(at("2027-01-01 00:00")))


@settings(max_examples=50)
@given(several, moments)
def test_it_is_closed_until_the_next_opening_and_open_from_then_on(
    of: Window, moment: float
) -> None:
    coming = windows.next_opening(of, moment)
    assume(coming is not None)
    assert coming is not None
    assert coming.begin > moment
    assert windows.open_at(of, coming.begin)
    if windows.open_at(of, moment) is None:
        assert windows.open_at(of, moment + (coming.begin - moment) // 2) is None
        assert windows.open_at(of, coming.begin - 1) is None


@given(several, moments)
def test_no_moment_of_an_opening_is_frozen(of: Window, moment: float) -> None:
    if opening := windows.open_at(of, moment):
        assert opening.begin <= moment < opening.end
        assert windows.freeze_at(of, moment) is None
        assert windows.left(of, moment) == opening.end - moment
        assert opening.end - opening.begin <= of.length


@given(recurrences, zones, moments)
def test_a_window_opens_at_its_wall_clock_time_unless_the_clocks_skip_it(
    every: str, timezone: str, moment: float
) -> None:
    coming = windows.next_opening(window(every, 15, timezone), moment)
    assert coming is not None
    assert coming.end - coming.begin == 900
    zone = ZoneInfo(timezone)
    there = datetime.fromtimestamp(coming.begin, zone)
    hour = int(every[-5:-3]) if ":" in every[-5:] else int(every.rpartition("=")[2])
    minute = int(every[-2:]) if ":" in every[-5:] else 0
    nominal = there.replace(hour=hour, minute=minute, fold=0)
    skipped = nominal.astimezone(UTC).astimezone(zone).hour != hour
    assert skipped or (there.hour, there.minute, there.fold) == (hour, minute, 0)


@given(days, zones)
def test_a_freeze_of_a_day_holds_all_of_that_day_and_no_more(day: date, timezone: str) -> None:
    frozen = window((), 0, timezone, (Freeze(first=day, last=day, reason="x"),))
    zone = ZoneInfo(timezone)
    begin = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    coming = windows.next_opening(frozen, begin)
    assert coming is not None
    assert datetime.fromtimestamp(coming.begin - 1, zone).date() == day
    assert datetime.fromtimestamp(coming.begin, zone).date() == day + timedelta(days=1)
    assert windows.left(frozen, begin - 1) == 1
