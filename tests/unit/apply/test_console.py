"""The end of a server's console, made fit to stand below an error."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ao.apply import console
from ao.cloud import Member, Resource


def resource(type: str, stack: str, id: str, status: str = "CREATE_COMPLETE") -> Resource:  # noqa: A002
    return Resource(
        name=type,
        type=type,
        status=status,
        reason="",
        physical_id=id,
        stack_name=stack,
        stack_id=stack,
        parent=stack,
    )


def member(id: str, status: str) -> Member:  # noqa: A002
    return Member(id=id, address="", operating_status=status, provisioning_status="ACTIVE")


PLACES = (
    resource(console.SERVER, "one", "i-1"),
    resource(console.MEMBER, "one", "m-1"),
    resource(console.SERVER, "two", "i-2"),
    resource(console.MEMBER, "two", "m-2"),
)


def test_the_last_lines_that_say_something_are_shown_in_their_order() -> None:
    text = "".join(f"line {number}\r\n\n" for number in range(100))
    lines = console.last_lines(text).splitlines()
    assert lines == [f"  line {number}" for number in range(100 - console.LINES, 100)]


def test_colours_are_taken_out_also_where_nova_has_taken_their_escape_character() -> None:
    assert console.last_lines("[\x1b[0;32m  OK  \x1b[0m] Started shop") == "  [  OK  ] Started shop"
    assert console.last_lines("[[0;32m  OK  [0m] Started shop") == "  [  OK  ] Started shop"
    assert console.last_lines("\x1b]0;owned\x07shop[12]: rate[5m]") == "  shop[12]: rate[5m]"


def test_what_was_written_over_is_left_out() -> None:
    assert console.last_lines("10 %\r50 %\r100 %\r\n") == "  100 %"


def test_a_console_that_says_nothing_is_empty() -> None:
    assert console.last_lines("\n \r\n\x1b[2J\n") == ""


def test_secrets_are_masked_before_a_line_is_cut() -> None:
    secret = "hush" * 60
    shown = console.last_lines(f"{'.' * 150} DB_PASSWORD={secret}")
    assert "hush" not in shown
    assert console.last_lines("pass\x1b[0mword=hushhush") == "  password=***"


SPLITTING = (
    "\x1b[0m", "\x1b[1;31m", "\x1b[K", "\x1b(B", "\x9b31m", "\x1b]0;title\x07", "\x1bP+q\x1b\\",
    "\x00", "\x08", "\x7f", "\u200b", "\xad", "[1m", "[0;1m", "[31m", "[0K",
)  # fmt: skip
"""What a terminal shows nothing of, as a server writes it or as Nova leaves it."""


@pytest.mark.parametrize("splitting", SPLITTING)
def test_a_secret_is_masked_wherever_what_nobody_sees_splits_it_or_its_name(
    splitting: str,
) -> None:
    line = "DB_PASSWORD=hushhush"
    for at in range(1, len(line)):
        shown = console.last_lines(f"{line[:at]}{splitting}{line[at:]} done")
        assert "hush" not in shown
        assert "ush" not in shown.replace("hushhush", "")


def test_a_secret_is_masked_by_what_stands_above_the_lines_that_are_shown() -> None:
    drawn = [f"user{number}:hush{number}" for number in range(30)]
    text = "\n".join(["Set the following 'random' passwords", *drawn])
    assert "hush" not in console.last_lines(text)
    key = "\n".join(["-----BEGIN PRIVATE KEY-----", *["A" * 64] * 30, "-----END PRIVATE KEY-----"])
    assert console.last_lines(f"{key}\nready") == "  ***\n  ready"


@given(st.text())
@example("\x1b[2J" * 5000)
@example("[0;" + "1;" * 100_000)
@example("\x1b]" + "a" * 200_000)
@example("a" * 300_000)
def test_whatever_a_console_says_is_bounded_and_acts_on_no_terminal(text: str) -> None:
    lines = console.last_lines(text).splitlines()
    assert len(lines) <= console.LINES
    assert all(len(line) <= console.WIDTH + 2 and line.startswith("  ") for line in lines)
    assert "\x1b" not in "".join(lines)


def test_the_server_whose_place_gets_no_requests_is_asked() -> None:
    online, ill = member("m-1", "ONLINE"), member("m-2", "ERROR")
    assert console.silent_server(PLACES, (online, ill)) == "i-2"
    assert console.silent_server(PLACES, (online,)) == "i-2"
    assert console.silent_server(PLACES, (online, member("m-2", "NO_MONITOR"))) is None
    assert console.silent_server((), ()) is None


def test_the_server_that_failed_is_asked_or_else_one_that_something_failed_beside() -> None:
    lost = resource(console.SERVER, "three", "i-3", "CREATE_FAILED")
    beside = resource(console.MEMBER, "two", "", "CREATE_FAILED")
    assert console.failed_server((*PLACES, beside)) == "i-2"
    assert console.failed_server((*PLACES, beside, lost)) == "i-3"
    assert console.failed_server(PLACES) is None
    assert console.failed_server((resource(console.SERVER, "one", "", "CREATE_FAILED"),)) is None
