import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ao.colour import Colour
from ao.http import limits
from ao.http.request_options import RequestOptions
from ao.site import Identify
from ao.visit import Answer, NoAnswer, _text, colour_of, visit
from tests.unit.hostile import GZIP, OK, Kind, once, serving, whole


class Shop(BaseHTTPRequestHandler):
    """A server that answers as a green system, or not at all."""

    def do_GET(self) -> None:
        if self.path == "/silent":
            self.close_connection = True
            return
        self.send_response(200 if self.path == "/version" else 503)
        self.send_header("X-Ao-Colour", "green")
        self.send_header("X-Asked", f"{self.command} {self.headers['Host']}")
        if self.path == "/broken":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(b'{"colour": "green"}')
        with suppress(ConnectionError):
            while self.path == "/endless":
                self.wfile.write(b" ")
                time.sleep(0.02)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("X-Asked", f"{self.command} {self.headers['Host']}")
        self.send_header("Content-Length", "19")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_answer_has_status_headers_and_body(shop: str) -> None:
    answer = visit(f"{shop}/version", 5)
    assert (answer.status, answer.headers["x-ao-colour"]) == (200, "green")
    assert answer.body == '{"colour": "green"}'


def test_a_request_names_the_urls_host_unless_it_is_told_another(shop: str) -> None:
    assert visit(f"{shop}/version", 5).headers["x-asked"] == f"GET {shop.removeprefix('http://')}"
    named = RequestOptions(host="shop.example")
    assert visit(f"{shop}/version", 5, named).headers["x-asked"] == "GET shop.example"


def test_a_head_has_status_and_headers_and_no_body(shop: str) -> None:
    answer = visit(f"{shop}/health", 5, RequestOptions(host="shop.example", method="HEAD"))
    assert (answer.status, answer.body) == (200, "")
    assert answer.headers["x-asked"] == "HEAD shop.example"


def test_an_error_is_an_answer_too(shop: str) -> None:
    assert visit(f"{shop}/missing", 5).status == 503


def test_an_answer_that_does_not_end_is_no_answer_at_the_time_out(shop: str) -> None:
    begin = time.monotonic()
    with pytest.raises(NoAnswer, match=r"/endless: no whole answer within 0\.3 s$"):
        visit(f"{shop}/endless", 0.3)
    assert time.monotonic() - begin < 2


def test_an_answer_that_cannot_be_read_is_no_answer(shop: str) -> None:
    with pytest.raises(NoAnswer, match="/broken"):
        visit(f"{shop}/broken", 5)


def test_a_lost_connection_is_no_answer(shop: str) -> None:
    with pytest.raises(NoAnswer, match="/silent"):
        visit(f"{shop}/silent", 5)


def test_a_closed_port_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        visit("http://127.0.0.1:1/", 5)


def given(answer: bytes) -> Answer:
    """What a visit makes of an answer."""
    with serving(Kind(once(answer), "")) as place:
        return visit(f"http://{place}/", 5)


@pytest.mark.parametrize(
    "location", [b"/login", b"http://[::bad/\x80", b"javascript:alert(1)", b""]
)
def test_a_redirect_is_an_answer_wherever_it_leads(location: bytes) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n"
    assert given(whole(b"", head)).status == 302


def test_a_long_page_is_cut_and_is_an_answer_all_the_same() -> None:
    body = given(whole(b"<title>" + b"x" * 3 * limits.VISITED)).body
    assert len(body) == limits.VISITED
    assert body.startswith("<title>")


def test_a_page_that_comes_compressed_is_read_as_far_as_is_kept() -> None:
    assert given(whole(gzip.compress(b"hello"), GZIP)).body == "hello"
    assert len(given(whole(gzip.compress(bytes(10 * limits.VISITED)), GZIP)).body) == limits.VISITED


@pytest.mark.parametrize(
    "charset", ["zlib", "hex", "idna", "undefined", "no-such", "../x", '"', ""]
)
def test_a_charset_that_is_none_is_read_as_utf8(charset: str) -> None:
    head = OK + f"Content-Type: text/html; charset={charset}\r\n".encode()
    assert given(whole("青".encode(), head)).body == "青"


def test_a_charset_is_heeded() -> None:
    head = OK + b"Content-Type: text/html; Charset='Shift_JIS'\r\n"
    assert given(whole("青".encode("shift_jis"), head)).body == "青"
    assert given(whole(b"\xff!")).body == "\ufffd!"


def test_why_there_is_no_answer_is_safe_to_print() -> None:
    with pytest.raises(NoAnswer) as told:
        given(b"HTTP/1.1 \x1b[2Jpwned\r\n\r\n")
    assert str(told.value).isprintable()


def answer(header: str = "", body: str = "") -> Answer:
    return Answer(status=200, headers={"x-ao-colour": header} if header else {}, body=body)


BY_HEADER = Identify(path="/", header="X-Ao-Colour", body=None)
BY_BODY = Identify(path="/", header=None, body='"colour": *"(blue|green)"')


@pytest.mark.parametrize(
    ("seen", "identify", "colour"),
    [
        (answer(header="green"), BY_HEADER, Colour.GREEN),
        (answer(header=" Blue "), BY_HEADER, Colour.BLUE),
        (answer(header="red"), BY_HEADER, None),
        (answer(), BY_HEADER, None),
        (answer(body='{"colour":  "blue"}'), BY_BODY, Colour.BLUE),
        (answer(body="{}"), BY_BODY, None),
    ],
)
def test_a_colour_is_told_by_header_or_body(
    seen: Answer, identify: Identify, colour: Colour | None
) -> None:
    assert colour_of(seen, identify) is colour


@pytest.mark.parametrize("charset", ["punycode", "idna", "zlib", "unicode_escape", "no-such"])
def test_a_charset_that_no_page_has_is_read_as_utf_8(charset: str) -> None:
    assert _text("青".encode(), f"text/html; charset={charset}") == "青"


def by_body(expression: str, body: str) -> Colour | None:
    answer = Answer(status=200, headers={}, body=body)
    return colour_of(answer, Identify(path="/", header=None, body=expression))


@pytest.mark.parametrize("expression", ["()", "(blue)?", "x(blue)?"])
def test_a_group_that_matches_nothing_tells_no_colour(expression: str) -> None:
    assert by_body(expression, "x green") is None


def test_a_search_without_end_is_no_answer_and_says_why() -> None:
    with pytest.raises(NoAnswer, match=r"`identify.body` was searched for 0.5 s without an end"):
        by_body("(a|a)*$", "a" * 60_000 + "!")
