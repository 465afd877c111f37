#!/usr/bin/env python3
"""Visits a shop over and over, each visit on a new connection, until Ctrl-C.

Then tells how many visits each version answered, how many got no answer, and how long
the longest wait for an answer was.
"""

import argparse
import http.client
import json
import signal
import socket
import ssl
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

VISITORS = 4
PAUSE = 0.02
"""Seconds between two visits of a visitor."""
PATIENCE = 5.0
"""Seconds after which a visit without an answer is lost."""


@dataclass
class Tally:
    """What the visitors have seen; shared by their threads."""

    answers: Counter[str] = field(default_factory=Counter)
    """Visits by `version on colour`."""
    lost: Counter[str] = field(default_factory=Counter)
    """Visits without a good answer, by reason."""
    longest: float = 0.0
    """Longest visit in seconds."""

    def text(self) -> str:
        """The tally in a few lines."""
        lines = [f"{count:6} visits answered by {who}" for who, count in self.answers.items()]
        lines += [f"{count:6} visits LOST: {why}" for why, count in self.lost.items()]
        if not self.lost:
            lines.append("     0 visits lost")
        return "\n".join([*lines, f"longest visit {self.longest:.2f} s"])


@dataclass(frozen=True)
class Way:
    """The way to a shop."""

    url: str
    """What visitors ask for, without a path. An answer may lead from http to https."""
    address: str = ""
    """IP address of the shop, for a name that no name server knows; the URL's host when empty."""
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    """Which certificates visitors trust."""

    def visit(self) -> str:
        """Visit once; who answered. Raises OSError or HTTPException when nobody did."""
        answer, body = self._ask(f"{self.url}/version")
        if answer.status == 301 and (leads := answer.getheader("Location")):
            answer, body = self._ask(leads)
        if answer.status != 200:
            raise http.client.HTTPException(f"HTTP {answer.status}")
        told = json.loads(body)
        return f"{told['version']} on {told['colour']}"

    def _ask(self, asked: str) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask for a URL on a new connection.

        The visitor closes the connection, not the shop. A load balancer remembers for a minute what
        it has closed, and takes no connection from the same port then that comes by another
        address.
        """
        url = urlsplit(asked)
        name = url.hostname or ""
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        connection = http.client.HTTPConnection(name, port)
        plain = socket.create_connection((self.address or name, port), PATIENCE)
        try:
            # The certificate has to name the host, wherever the connection goes.
            sock = self.tls.wrap_socket(plain, server_hostname=name) if secure else plain
            connection.sock = sock
            connection.request("GET", url.path, headers={"Host": url.netloc})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()
            plain.close()


def keep_visiting(way: Way, tally: Tally, stop: threading.Event) -> None:
    """Visit until told to stop."""
    while not stop.wait(PAUSE):
        begin = time.monotonic()
        try:
            tally.answers[way.visit()] += 1
        except (OSError, http.client.HTTPException, ValueError) as error:
            tally.lost[f"{type(error).__name__}: {error}"] += 1
        tally.longest = max(tally.longest, time.monotonic() - begin)


def main() -> None:
    """Send visitors to the URL given."""
    parser = argparse.ArgumentParser(description="Visit a shop until Ctrl-C, and tell how it was.")
    parser.add_argument("url", metavar="URL", help="http or https, without a path")
    parser.add_argument("--at", metavar="ADDRESS", default="", help="where the URL's host is")
    parser.add_argument("--ca", metavar="FILE", help="trust this authority beside the system's")
    asked = parser.parse_args()
    way = Way(asked.url.rstrip("/"), asked.at)
    if asked.ca:
        way.tls.load_verify_locations(asked.ca)
    stop, tally = threading.Event(), Tally()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    visitors = [
        threading.Thread(target=keep_visiting, args=(way, tally, stop)) for _ in range(VISITORS)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    print(tally.text())


if __name__ == "__main__":
    main()
