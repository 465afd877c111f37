#!/usr/bin/python3
"""Takes orders, and keeps them in the database that blue and green share.

It is the servers' user data: Ao writes site, colour, version and the sealed secrets into it. Of
these it takes the database's password, by the key that is in the image alone.
Works on the image `ao-database` and, under cloud-init, on Debian and Ubuntu.

GET /health is a server's own; GET /version tells who answers. GET /orders tells how many orders
there are, and the last one. POST /orders takes one, as JSON: its `id`, a UUID of the client's, by
which an order that is sent twice is taken once, an `item` and, from version 2.0 on, `gift`.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import socket
import socketserver
import subprocess
import threading
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

try:
    import psycopg2
except ModuleNotFoundError:
    subprocess.run(["apt-get", "update", "-q"], check=True)
    subprocess.run(["apt-get", "install", "-qy", "python3-psycopg2"], check=True)
    import psycopg2

SITE, COLOUR, VERSION = "$AO_SITE", "$AO_COLOUR", "$AO_VERSION"
GIFTS = VERSION != "1.0"
"""Whether this version knows the column that migrations/2.0.sql brings."""
SECRETS = "$AO_SECRETS"
KEY = Path("/etc/ao/servers.key")
DATABASE = (
    "host=10.42.9.10 dbname=orders user=orders sslmode=require "
    "channel_binding=require connect_timeout=3 tcp_user_timeout=3000 "
    "options='-c statement_timeout=3000'"
)
LONGEST = 4096
"""Bytes of an order that are read."""


def secrets() -> dict[str, str]:
    """Open the sealed secrets, lines NAME="value" as a shell reads them."""
    command = ("openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", str(KEY))
    sealed = base64.b64decode(SECRETS)
    opened = subprocess.run(command, input=sealed, stdout=subprocess.PIPE, check=True).stdout
    return dict(word.split("=", 1) for word in shlex.split(opened.decode()))


class Database:
    """The one connection of this server, made anew when it has ended."""

    def __init__(self) -> None:
        self._password = secrets()["DATABASE_PASSWORD"]
        self._lock = threading.Lock()
        self._connection: Any = None

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a query that may run twice; its rows. Raises psycopg2.OperationalError."""
        with self._lock:
            if self._connection is not None:
                try:
                    return self._run(query, values)
                except (psycopg2.OperationalError, psycopg2.InterfaceError):
                    self._connection = None
            self._connection = psycopg2.connect(DATABASE, password=self._password)
            self._connection.autocommit = True
            return self._run(query, values)

    def _run(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall()) if cursor.description else []


def overview(database: Database) -> dict[str, Any]:
    """Return how many orders there are, and the last one."""
    gift = ", gift" if GIFTS else ""
    rows = database.ask(
        f"select count(*) over (), id, item{gift} from orders order by placed desc limit 1"
    )
    count = rows[0][0] if rows else 0
    names = ("id", "item", "gift")
    last = [dict(zip(names, map(_plain, row[1:]), strict=False)) for row in rows]
    return {"version": VERSION, "colour": COLOUR, "orders": count, "last": last}


def take(database: Database, text: bytes) -> None:
    """Take an order. Raises ValueError when it is none."""
    order = json.loads(text)
    if not isinstance(order, dict) or not isinstance(order.get("item"), str):
        raise ValueError("an order is a JSON object with id and item")
    id_, item = str(uuid.UUID(str(order.get("id")))), order["item"]
    if not 1 <= len(item) <= 100:
        raise ValueError("an item has 1 to 100 characters")
    if GIFTS:
        database.ask(
            "insert into orders (id, item, gift) values (%s, %s, %s) on conflict do nothing",
            id_, item, order.get("gift") is True,
        )  # fmt: skip
    else:
        database.ask(
            "insert into orders (id, item) values (%s, %s) on conflict do nothing", id_, item
        )


def _plain(value: object) -> object:
    return value if isinstance(value, bool) else str(value)


class Handler(BaseHTTPRequestHandler):
    """Answers requests."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    timeout = 65
    database = Database()

    def do_GET(self) -> None:
        """Tell what was asked for."""
        if self.path == "/health":
            self._answer(HTTPStatus.OK, {"healthy": True})
        elif self.path == "/version":
            told = {"site": SITE, "colour": COLOUR, "version": VERSION}
            self._answer(HTTPStatus.OK, told | {"server": socket.gethostname()})
        elif self.path == "/orders":
            self._with_database()
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "ask for /orders"})

    def do_POST(self) -> None:
        """Take an order."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/orders" or not length.isascii() or not length.isdigit():
            self.close_connection = True
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "post an order to /orders"})
        elif int(length) > LONGEST:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "an order is short"})
        else:
            self._with_database(self.rfile.read(int(length)))

    def _with_database(self, order: bytes | None = None) -> None:
        try:
            if order is None:
                self._answer(HTTPStatus.OK, overview(self.database))
            else:
                take(self.database, order)
                self._answer(HTTPStatus.CREATED, {"version": VERSION, "colour": COLOUR})
        except ValueError as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        except psycopg2.Error:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "the database is away"})

    def _answer(self, status: HTTPStatus, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Ao-Colour", COLOUR)
        self.send_header("X-Ao-Version", VERSION)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing: the load balancer's health checks alone would fill the disk."""


class Server(socketserver.ThreadingTCPServer):
    """Each connection has a thread. A server of http.server asks name servers for its own name."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    """Begin to serve, in a process that outlives the server's first start."""
    server = Server(("", 80), Handler)
    if os.fork():
        return
    os.setsid()
    with Path(os.devnull).open("r+b") as silent:
        for standard in range(3):
            os.dup2(silent.fileno(), standard)
    server.serve_forever()


if __name__ == "__main__":
    main()
