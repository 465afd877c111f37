"""The demo shop's files, as a server's first start writes them, and what its programs answer."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "examples/shop/user-data.sh"
SHELLCHECK = Path(sys.executable).with_name("shellcheck")


class Shop:
    """A shop's files below a folder."""

    def __init__(self, root: Path, colour: str, version: str) -> None:
        text = SCRIPT.read_text()
        for word, value in {"SITE": "tea", "COLOUR": colour, "VERSION": version}.items():
            text = text.replace(f"$AO_{word}", value)
        environment = {"PATH": "/usr/bin:/bin", "ROOT": str(root)}
        subprocess.run(["sh"], input=text, text=True, env=environment, check=True)
        self.pages = root / "var/www/shop"
        self.settings = (root / "etc/lighttpd/lighttpd.conf").read_text()
        self._environment = {
            "COLOUR": colour, "VERSION": version, "SERVER": "tea-1", "TZ": "UTC",
            "NEVER": str(root / "var/www/never"),
        }  # fmt: skip

    def answer(self, program: str, query: str = "") -> tuple[str, str]:
        """Headers and body that a CGI program answers a query with."""
        environment = {"PATH": "/usr/bin:/bin", "QUERY_STRING": query, **self._environment}
        output = subprocess.run(
            [self.pages / program], env=environment, capture_output=True, check=True
        ).stdout.decode()
        headers, _, body = output.partition("\r\n\r\n")
        return headers, body


@pytest.fixture
def blue(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "blue", "blue", "1.0")


@pytest.fixture
def green(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "green", "green", "2.0")


def test_version_3_answers_one_visitor_and_fails_a_second_at_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "green", "green", "3.0")
    assert 'cgi.assign += ("/version" => "")' in shop.settings
    headers, body = shop.answer("version")
    assert "Status" not in headers
    assert json.loads(body)["version"] == "3.0"
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: shop.answer("version")[0], range(4)))
    assert any("Status: 503" in headers for headers in answers)
    assert "Status" not in shop.answer("version")[0]


@pytest.mark.parametrize("word", ["$AO_SITE", "$AO_COLOUR", "$AO_VERSION"])
def test_each_word_that_ao_replaces_stands_once(word: str) -> None:
    assert SCRIPT.read_text().count(word) == 1


def test_no_other_word_looks_like_one_of_aos() -> None:
    assert SCRIPT.read_text().count("$AO_") == 3


def test_the_version_page_tells_site_colour_and_version(green: Shop) -> None:
    told = json.loads((green.pages / "version").read_text())
    assert {**told, "server": ""} == {
        "site": "tea", "colour": "green", "version": "2.0", "server": "",
    }  # fmt: skip


def test_health_is_a_plain_file(blue: Shop) -> None:
    assert (blue.pages / "health").read_text() == "ok\n"


def test_every_answer_names_colour_and_version_in_its_headers(green: Shop) -> None:
    assert '"X-Ao-Colour" => "green", "X-Ao-Version" => "2.0"' in green.settings


def test_the_page_is_in_the_systems_colour_and_names_version_and_server(
    blue: Shop, green: Shop
) -> None:
    headers, page = blue.answer("shop.cgi")
    assert headers.startswith("Content-Type: text/html; charset=utf-8")
    assert "header{background:#1f5fbf" in page
    assert "<mark>blue 1.0</mark>" in page
    assert "Served by <b>tea-1</b>" in page

    _, page = green.answer("shop.cgi")
    assert "header{background:#1b8a5a" in page
    assert "<mark>green 2.0</mark>" in page


def test_only_a_version_after_the_first_has_a_sale(blue: Shop, green: Shop) -> None:
    assert "sale" not in blue.answer("shop.cgi")[1]
    assert "<b>New in 2.0</b> Autumn sale" in green.answer("shop.cgi")[1]


def test_the_page_is_light(green: Shop) -> None:
    assert len(green.answer("shop.cgi")[1].encode()) < 4096


def test_burning_takes_as_long_as_asked(blue: Shop) -> None:
    begin = time.monotonic()
    _, body = blue.answer("burn", "ms=200")
    assert time.monotonic() - begin > 0.18
    assert body == "burned 200 ms on tea-1\n"


@pytest.mark.parametrize("query", ["ms=2001", "ms=99999999999999999999"])
def test_burning_is_bounded(blue: Shop, query: str) -> None:
    assert blue.answer("burn", query)[1] == "burned 2000 ms on tea-1\n"


@pytest.mark.parametrize("query", ["", "ms=", "ms=-1", "ms=1;id", "ms=08"])
def test_burning_for_nonsense_is_a_bad_request(blue: Shop, query: str) -> None:
    assert blue.answer("burn", query)[0].startswith("Status: 400")


def test_waiting_takes_as_long_as_asked_and_no_processor(blue: Shop) -> None:
    begin, used = time.monotonic(), os.times()
    _, body = blue.answer("wait", "ms=1050")
    assert time.monotonic() - begin > 1.04
    now = os.times()
    assert now.children_user + now.children_system - used.children_user - used.children_system < 0.5
    assert body == "waited 1050 ms on tea-1\n"


def test_waiting_for_no_time_answers_at_once(blue: Shop) -> None:
    assert blue.answer("wait", "ms=0")[1] == "waited 0 ms on tea-1\n"


@pytest.mark.parametrize("query", ["", "ms=", "ms=-1", "ms=1;id", "ms=08"])
def test_waiting_for_nonsense_is_a_bad_request(blue: Shop, query: str) -> None:
    assert blue.answer("wait", query)[0].startswith("Status: 400")


@pytest.mark.parametrize("program", ["burn", "wait", "shop.cgi"])
def test_the_written_programs_are_sound_shell(blue: Shop, program: str) -> None:
    result = subprocess.run([SHELLCHECK, blue.pages / program], capture_output=True, text=True)
    assert result.stdout == ""
