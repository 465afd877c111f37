"""A service that takes webhooks, for the tests of those who send them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Delivery:
    path: str
    headers: dict[str, str]
    text: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.text)


@dataclass
class Receiver:
    url: str
    statuses: list[int] = field(default_factory=list)
    """Answers to the next deliveries, 0 for none; 200 to those after them."""
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def points(self) -> list[str]:
        return [delivery.body["point"] for delivery in self.deliveries]


@contextmanager
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            taken.deliveries.append(Delivery(path=self.path, headers=headers, text=text))
            status = taken.statuses.pop(0) if taken.statuses else 200
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        taken = Receiver(url=f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield taken
        finally:
            server.shutdown()
            thread.join()
