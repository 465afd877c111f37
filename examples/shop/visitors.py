#!/usr/bin/env python3
"""Visits a shop over and over, each visit on a new connection, until Ctrl-C.

Then tells how many visits each version answered, how many got no answer, and how long
the longest wait for an answer was.
"""

import http.client
import json
import signal
import sys
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


def visit(host: str, port: int) -> str:
    """Visit once; who answered. Raises OSError or HTTPException when nobody did.

    The visitor closes the connection, not the shop. A load balancer remembers for a minute what
    it has closed, and takes no connection from the same port then that comes by another address.
    """
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/version")
        answer = connection.getresponse()
        told = json.loads(answer.read())
    finally:
        connection.close()
    if answer.status != 200:
        raise http.client.HTTPException(f"HTTP {answer.status}")
    return f"{told['version']} on {told['colour']}"


def keep_visiting(host: str, port: int, tally: Tally, stop: threading.Event) -> None:
    """Visit until told to stop."""
    while not stop.wait(PAUSE):
        begin = time.monotonic()
        try:
            tally.answers[visit(host, port)] += 1
        except (OSError, http.client.HTTPException, ValueError) as error:
            tally.lost[f"{type(error).__name__}: {error}"] += 1
        tally.longest = max(tally.longest, time.monotonic() - begin)


def main() -> None:
    """Send visitors to the URL given."""
    url = urlsplit(sys.argv[1])
    stop, tally = threading.Event(), Tally()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    visitors = [
        threading.Thread(target=keep_visiting, args=(url.hostname, url.port or 80, tally, stop))
        for _ in range(VISITORS)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    print(tally.text())


if __name__ == "__main__":
    main()
