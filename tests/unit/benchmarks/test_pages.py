"""The benchmark of the panel's pages: which it asks for, and what it says."""

import httpx
import pytest

from benchmarks import pages
from benchmarks.pages import Row
from benchmarks.screen.page import Broken, Page
from benchmarks.screen.times import Times

LIST = "/project/bluegreen/"
ROWS = '<tr data-site="shop"></tr><tr data-site="annex"></tr>'


def dashboard(asked: list[str], broken: str = "") -> Page:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(302 if request.url.path == broken else 200, text=ROWS)

    return Page(httpx.Client(base_url="http://horizon.test", transport=httpx.MockTransport(answer)))


def test_the_list_and_each_site_are_asked_for_in_turn_with_their_parts() -> None:
    asked: list[str] = []
    rows = pages.measured(dashboard(asked), rounds=2)
    turn = [LIST, *(f"{LIST}{it}" for it in ("rows", "annex/", "annex/now", "shop/", "shop/now"))]
    assert asked == [LIST, *turn * 3]
    assert [row.name for row in rows][::2] == ["all sites", "annex", "shop"]


def test_a_site_whose_page_does_not_come_is_no_measurement() -> None:
    with pytest.raises(Broken, match="shop/now"):
        pages.measured(dashboard([], broken=f"{LIST}shop/now"), rounds=1)


def test_the_table_has_a_row_for_each_page() -> None:
    *_, last = pages.markdown([Row(name="shop", times=Times(median=0.514, worst=0.7))]).splitlines()
    assert last == "| shop | 0.51 s | 0.70 s |"
