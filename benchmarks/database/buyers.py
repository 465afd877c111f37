"""Buyers: they place one order after another, each on a connection of its own."""

from __future__ import annotations

import http.client
import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BUYERS = 2
PAUSE = 1.0
"""Seconds between two orders of a buyer."""
PATIENCE = 5.0
"""Seconds after which an order without an answer is refused."""


@dataclass
class Orders:
    """What became of the orders; shared by the buyers' threads, each of which adds only."""

    taken: dict[str, str] = field(default_factory=dict)
    """Version that took an order, by the order's ID."""
    refused: Counter[str] = field(default_factory=Counter)
    """Orders that none took, by what became of them."""


@contextmanager
def buying(url: str) -> Iterator[Orders]:
    """Have orders placed at a site; what became of all of them is known at the end."""
    orders, stop = Orders(), threading.Event()
    netloc = urlsplit(url).netloc
    buyers = [
        threading.Thread(target=_buy, args=(netloc, orders, stop), daemon=True)
        for _ in range(BUYERS)
    ]
    for buyer in buyers:
        buyer.start()
    try:
        yield orders
    finally:
        stop.set()
        for buyer in buyers:
            buyer.join(2 * PATIENCE)


def _buy(netloc: str, orders: Orders, stop: threading.Event) -> None:
    while not stop.is_set():
        id_ = str(uuid.uuid4())
        try:
            orders.taken[id_] = _order(netloc, id_)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            orders.refused[f"{type(error).__name__}: {error}"] += 1
        stop.wait(PAUSE)


def _order(netloc: str, id_: str) -> str:
    """Place an order, as a gift; the version that took it."""
    connection = http.client.HTTPConnection(netloc, timeout=PATIENCE)
    try:
        order = json.dumps({"id": id_, "item": "tea cup", "gift": True})
        connection.request("POST", "/orders", order, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.CREATED:
        raise ValueError(f"HTTP {answer.status}")
    return str(json.loads(body)["version"])
