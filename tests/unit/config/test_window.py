from datetime import date, datetime
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from ao.config.window import WindowSection
from ao.site.window import Freeze, Outside, RecurringFreeze, Window


def section(text: str) -> WindowSection:
    return WindowSection.model_validate(yaml.safe_load(text))


def test_a_window_is_read_with_its_freezes() -> None:
    text = """
    every: Sun 23:00
    length: 15m
    timezone: Asia/Tokyo
    freezes: [{from: 2026-12-20, to: 2027-01-04, reason: year end}]
    outside: wait
    """
    year_end = Freeze(first=date(2026, 12, 20), last=date(2027, 1, 4), reason="year end")
    assert section(text).value() == Window(
        every=("Sun 23:00",),
        length=900,
        timezone="Asia/Tokyo",
        freezes=(year_end,),
        outside=Outside.WAIT,
    )


def test_the_dates_of_a_freeze_may_be_quoted() -> None:
    text = """freezes: [{from: "2026-12-20", to: '2026-12-20', reason: audit}]"""
    (freeze,) = section(text).value().freezes
    assert freeze.first == freeze.last == date(2026, 12, 20)


def test_without_a_word_it_is_always_open() -> None:
    window = WindowSection().value()
    assert (window.every, window.freezes) == ((), ())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{every: Sunday, length: 15m}", "is no recurrence; write `Sun 23:00`"),
        ("{every: Sun 23:00}", "give `every` and `length`"),
        ("{length: 15m}", "give `every` and `length`"),
        ("{every: Sun 23:00, length: 0s}", "greater than 0"),
        ("{timezone: Asia/Tokio}", "'Asia/Tokio' is no time zone"),
        ("{timezone: ../etc/passwd}", "is no time zone"),
        ("{timezone: ''}", "is no time zone"),
        ("{freezes: [{from: 2027-01-04, to: 2026-12-20, reason: x}]}", "before it begins"),
        ("{freezes: [{from: 2026-12-20, to: 2027-01-04}]}", "reason"),
        (
            "{freezes: [{from: 2026-12-20 18:00, to: 2026-12-20 18:00, reason: x}]}",
            "before it begins",
        ),
        ("{freezes: [{from: 2026-12-20 18:00+09:00, to: 2027-01-04, reason: x}]}", "timezone"),
        ("{freezes: [{from: 2026-12-20, reason: x}]}", "give `from` and `to`, or `every`"),
        ("{freezes: [{every: Fri 18:00, reason: x}]}", "give `from` and `to`, or `every`"),
        (
            "{freezes: [{from: 2026-12-20, to: 2026-12-21, every: Fri 18:00, reason: x}]}",
            "give `from` and `to`, or `every`",
        ),
        ("{freezes: [{every: Someday 18:00, length: 1h, reason: x}]}", "no day of the week"),
        ("{every: [Sun 23:00, Sunday], length: 15m}", "is no recurrence"),
        ("{every: [1], length: 15m}", "string"),
        ("{every: 7, length: 15m}", "every"),
        (f"{{every: [{', '.join(['daily 9:00'] * 21)}], length: 15m}}", "at most 20 items"),
        (
            "freezes:\n"
            + "".join(
                f"- {{every: ['RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))}'], "
                "length: 1m, reason: x}\n"
                for _ in range(5)
            ),
            "at most 100 times a day in all",
        ),
        ("{freezes: [{from: soon, to: 2027-01-04, reason: x}]}", "from"),
        ("{outside: ask}", "'wait' or 'refuse'"),
    ],
)
def test_what_is_no_window_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        section(text)


def test_the_schema_names_the_keys_as_the_file_does() -> None:
    schema: dict[str, Any] = WindowSection.model_json_schema()
    assert set(schema["$defs"]["FreezeSection"]["properties"]) == {
        "from",
        "to",
        "every",
        "length",
        "reason",
    }


def test_several_windows_and_freezes_of_hours_and_of_every_week_are_read() -> None:
    text = """
    every: [Mon-Fri 22:00, "Sun 9:00"]
    length: 2h
    freezes:
    - {from: 2026-12-24 18:00, to: "2026-12-27T06:00", reason: christmas}
    - {every: Fri 18:00, length: 60h, reason: weekend}
    """
    window = section(text).value()
    assert window.every == ("Mon-Fri 22:00", "Sun 9:00")
    assert window.freezes == (
        Freeze(
            first=datetime(2026, 12, 24, 18), last=datetime(2026, 12, 27, 6), reason="christmas"
        ),
        RecurringFreeze(every=("Fri 18:00",), length=216_000.0, reason="weekend"),
    )
