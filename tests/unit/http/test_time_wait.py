"""Ao's clients are the side that closes, so that no server remembers their ports.

A client that meets one load balancer through two addresses, as preview and production are after a
switch by the address method, would otherwise lose requests that no user loses: the balancer drops
a connection from a port that it holds in TIME_WAIT, as its timestamps run backwards (RFC 7323,
appendix B.2).
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ao.probe.probe_load import ProbeLoad
from ao.probe.run import Run
from ao.site import Identify
from ao.visit import visit
from tests.visitors import shop_visitors

REQUESTS = 200
TIME_WAIT = "06"
"""State of a connection in /proc/net/tcp (include/net/tcp_states.h)."""

Client = Callable[[int], None]
"""Sends REQUESTS requests to a port, each on a connection of its own."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"version": "1.0", "colour": "blue"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Port of a server that closes no connection unless it is asked to."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def remembered(port: int) -> int:
    """Connections to a server that it has closed, and remembers."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == TIME_WAIT for row in rows)


def probe(port: int) -> None:
    load = ProbeLoad(
        url=f"http://127.0.0.1:{port}",
        identify=Identify(path="/version", header="x-ao-colour", body=None),
        new_per_second=200.0,
        kept=5,
    )
    recording = asyncio.run(Run(load).go(REQUESTS / 200))
    assert recording.lost == 0
    assert recording.sent >= REQUESTS / 2


def visits(port: int) -> None:
    for _ in range(REQUESTS):
        visit(f"http://127.0.0.1:{port}/version", 5.0)


def visitors(port: int) -> None:
    way = shop_visitors().Way(f"http://127.0.0.1:{port}")
    for _ in range(REQUESTS):
        way.visit()


@pytest.mark.parametrize("client", [probe, visits, visitors])
def test_a_client_leaves_no_connection_at_the_server(client: Client, port: int) -> None:
    client(port)
    assert remembered(port) == 0
