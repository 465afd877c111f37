"""The benchmark of the sites page: what it reads of the page, and what it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from ao import fake
from benchmarks.screen import table
from benchmarks.screen.page import Broken, Page
from benchmarks.screen.times import Row, Times, measured

ROW = Row(
    sites=51,
    entries=1234,
    overview=Times(median=0.514, worst=0.7),
    requests=7,
    page=Times(median=1.0, worst=1.25),
)
PAGE = '<tr data-site="shop"><th><a href="/project/bluegreen/shop/">shop</a></th></tr>'


@contextmanager
def answering(status: int, text: str) -> Iterator[Page]:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=text))
    with httpx.Client(base_url="http://horizon.test", transport=transport) as client:
        yield Page(client)


def test_the_page_tells_the_sites_that_have_a_row() -> None:
    with answering(200, f'<a href="/project/bluegreen/other/">other</a>{PAGE}') as page:
        assert page.get().sites == {"shop"}


@pytest.mark.parametrize("status", [302, 500])
def test_a_page_that_does_not_come_is_no_measurement(status: int) -> None:
    with answering(status, PAGE) as page, pytest.raises(Broken, match=str(status)):
        page.get()


def test_the_requests_of_one_overview_are_counted() -> None:
    row = measured(fake.Cloud("shop"), None, rounds=3)
    assert (row.sites, row.requests, row.page) == (0, 7, None)


def test_the_table_has_a_row_for_each_number_of_sites() -> None:
    *_, last = table.markdown([ROW]).splitlines()
    assert last == "| 51 | 1,234 | 7 | 0.51 s | 0.70 s | 1.00 s | 1.25 s |"


def test_a_page_that_was_not_measured_is_told() -> None:
    assert "page not measured" in table.sentence(replace(ROW, page=None))
