"""What a service or a proxy has no time for is asked for again, as it says and no longer."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

import pytest
from requests import Response

from ao import cloud
from ao.cloud import Cloud, FloatingIP, retries
from ao.errors import Unavailable
from tests.unit.cloud.openstack import Handler, Server, connect, serving

ADDRESS = FloatingIP(
    id="f-1",
    address="203.0.113.5",
    network_id="n-2",
    port_id=None,
    status="DOWN",
    description="",
    revision=1,
)


class Limited:
    """Services that have no time for the first requests."""

    def __init__(self, server: Server, status: int, times: int, **headers: str) -> None:
        self.server = server
        self.left = times

        def answer(handler: Handler) -> None:
            self.left -= 1
            if self.left >= 0:
                handler.reply(status, b"slow down", "text/plain", **headers)
            else:
                handler.answer()

        server.answer = answer


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def connected(server: Server) -> Cloud:
    return cloud.of(connect(server))


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were waited, which pass at once."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize("status", [429, 503])
def test_what_is_read_is_asked_for_again_after_the_seconds_that_an_answer_names(
    server: Server, connected: Cloud, slept: list[float], status: int
) -> None:
    Limited(server, status, 2, Retry_After="7")
    assert connected.stacks.all()
    assert slept == [7, 7]


def test_a_limit_that_names_no_seconds_is_waited_for_longer_each_time(
    server: Server, connected: Cloud, slept: list[float]
) -> None:
    Limited(server, 429, 3)
    assert connected.stacks.all()
    assert slept == sorted(slept)
    assert 5 < sum(slept) < retries.LONGEST


def test_a_write_that_may_be_repeated_is(
    server: Server, connected: Cloud, slept: list[float]
) -> None:
    Limited(server, 503, 1, Retry_After="2")
    connected.floating_ips.point(ADDRESS, "p-1", None)
    assert server.asked.count("PUT /network/v2.0/floatingips/f-1") == 2
    assert slept == [2]


def test_a_write_that_may_not_be_repeated_is_only_where_nothing_was_done(
    server: Server, connected: Cloud, slept: list[float]
) -> None:
    Limited(server, 503, 1, Retry_After="2")
    with pytest.raises(Unavailable):
        connected.software_configs.add("ao.site/shop", "x")
    Limited(server, 429, 1, Retry_After="2")
    connected.software_configs.add("ao.site/shop", "x")
    assert slept == [2]


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_for_more_time_than_there_is_is_told_at_once_and_so_is_the_user(
    server: Server, connected: Cloud, slept: list[float], status: int
) -> None:
    Limited(server, status, 1, Retry_After="120")
    with pytest.raises(Unavailable) as told:
        connected.stacks.all()
    assert "asks to wait for 120 s" in told.value.cure
    assert not slept


def test_a_limit_that_does_not_end_is_told_after_half_a_minute(
    server: Server, connected: Cloud, slept: list[float]
) -> None:
    Limited(server, 429, 1000)
    with pytest.raises(Unavailable) as told:
        connected.stacks.all()
    assert "limits how often it is asked" in told.value.cure
    assert sum(slept) <= retries.LONGEST
    assert len(server.asked) == retries.TRIES


def test_a_login_is_asked_for_again_too(server: Server, slept: list[float]) -> None:
    before, limited = server.login, [1]

    def login(handler: Handler) -> None:
        if limited:
            limited.pop()
            handler.reply(429, b"", Retry_After="3")
        else:
            before(handler)

    server.login = login
    assert cloud.of(connect(server)).stacks.all()
    assert slept == [3]


@pytest.mark.parametrize("words", ["", "soon", "-1", "1.5", "٣", "\x1b[2J", "Fri, 99 Foo 2026"])
def test_a_time_that_is_none_is_passed_over(words: str) -> None:
    assert retries.retry_after(_answer(words)) is None


def test_a_date_and_a_number_are_seconds_from_now() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert retries.retry_after(_answer(soon)) == pytest.approx(20, abs=2)
    assert retries.retry_after(_answer("Mon, 01 Jan 2001 00:00:00 GMT")) == 0
    assert retries.retry_after(_answer(" 9 ")) == 9
    assert retries.retry_after(_answer("9" * 5000)) == 10**retries.DIGITS


def _answer(retry_after: str) -> Response:
    response = Response()
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response.headers["Retry-After"] = retry_after
    return response
