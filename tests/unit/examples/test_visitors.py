"""The demo shop's visitors, which come by HTTP or HTTPS."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.unit.authority import Authority
from tests.visitors import shop_visitors

visitors = shop_visitors()
BODY = b'{"version": "1.0", "colour": "blue"}'


class Server(ThreadingHTTPServer):
    """A shop, or what leads to it; it notes the hosts that were asked for."""

    def __init__(self, leads: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.leads, self.hosts = leads, list[str]()
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_args: object) -> None:
        """Say nothing: some visitors trust nobody, and hang up."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        body = b"" if self.server.leads else BODY
        self.send_response(301 if self.server.leads else 200)
        if self.server.leads:
            self.send_header("Location", self.server.leads + self.path)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as ended:

        def serve(*, leads: str = "", tls: ssl.SSLContext | None = None) -> Server:
            server = ended.enter_context(Server(leads, tls))
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            ended.callback(thread.join)
            ended.callback(server.shutdown)
            return server

        yield serve


@pytest.fixture
def authority() -> Authority:
    return Authority()


def trusting(authority: Authority, url: str) -> "visitors.Way":
    way = visitors.Way(url, "127.0.0.1")
    way.tls.load_verify_locations(cadata=authority.pem)
    return way


def test_they_find_a_shop_by_a_name_that_no_name_server_knows(
    serve: Serve, authority: Authority
) -> None:
    shop = serve(tls=authority.context("shop.example"))
    url = f"https://shop.example:{shop.server_port}"
    assert trusting(authority, url).visit() == "1.0 on blue"
    assert shop.hosts == [f"shop.example:{shop.server_port}"]


def test_they_go_where_plain_http_leads_them(serve: Serve, authority: Authority) -> None:
    shop = serve(tls=authority.context("shop.example"))
    before = serve(leads=f"https://shop.example:{shop.server_port}")
    url = f"http://shop.example:{before.server_port}"
    assert trusting(authority, url).visit() == "1.0 on blue"
    assert (len(before.hosts), len(shop.hosts)) == (1, 1)


def test_a_shop_that_leads_to_itself_is_lost(serve: Serve) -> None:
    shop = serve(leads="http://shop.example")
    shop.leads = url = f"http://127.0.0.1:{shop.server_port}"
    with pytest.raises(HTTPException, match="HTTP 301"):
        visitors.Way(url).visit()


@pytest.mark.parametrize(("name", "trusted"), [("shop.example", False), ("other.example", True)])
def test_a_certificate_of_nobody_or_of_another_name_is_lost(
    serve: Serve, authority: Authority, name: str, trusted: bool
) -> None:
    shop = serve(tls=authority.context(name))
    way = trusting(
        authority if trusted else Authority(), f"https://shop.example:{shop.server_port}"
    )
    with pytest.raises(ssl.SSLCertVerificationError):
        way.visit()
    assert shop.hosts == []
