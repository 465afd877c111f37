"""What became of sessions at a switch, counted."""

import json

from benchmarks.sessions import figures
from benchmarks.sessions.__main__ import BEFORE, PAGE
from benchmarks.sessions.figures import Figures, Kind
from benchmarks.sessions.users import Seen, User
from benchmarks.setting import Setting
from benchmarks.sites import SHOP


def seen(server: str, srv: str = "") -> Seen:
    return Seen(colour=server.partition("-")[0], server=server, srv=srv)


def test_a_switch_is_counted_by_what_users_saw() -> None:
    kind = Kind("HTTP_COOKIE")
    before = [seen("blue-1", "a"), seen("blue-2", "b"), None]
    first = [seen("green-1", "c"), seen("blue-2", "b"), seen("green-1", "c")]
    second = [seen("green-1", "c"), seen("green-2", "d"), None]
    kind.switched("green", before, first, second)
    assert str(kind.moved) == "2 of 3"
    assert str(kind.settled) == "1 of 2"
    assert str(kind.renewed) == "1 of 2"
    kind.came_back(before, [seen("blue-1"), seen("blue-1"), seen("blue-1")])
    assert str(kind.returned) == "1 of 2"


def test_the_table_has_a_row_for_each_kind() -> None:
    setting = Setting(commit="abc", day="2026-11-30", load=0.5)
    told = Figures(setting=setting, servers=2, users=10, kinds=[Kind("SOURCE_IP")])
    assert "| `SOURCE_IP` | 0 | 0 of 0 | - |" in figures.markdown(told)
    assert json.loads(figures.document(told))["kinds"][0]["name"] == "SOURCE_IP"


def test_a_request_that_nobody_answers_is_lost() -> None:
    user = User("127.0.0.1:9", "user0")
    assert user.ask() is None
    assert (user.asked, user.lost) == (1, 1)


def test_the_shop_gets_a_page_that_gives_a_session() -> None:
    text = (SHOP / "user-data.sh").read_text()
    assert text.count(BEFORE) == 1
    assert "/enter" in text.replace(BEFORE, PAGE + BEFORE, 1)
