"""HTTP/1.1 connections of the probe."""

from __future__ import annotations

import asyncio
from typing import Any

import httptools

from ao.probe import connection
from ao.probe.recording import Outcome
from ao.probe.target import Target


class Connection(connection.Connection):
    """One HTTP/1.1 connection."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._parser: Any = None
        self._headed = False

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        if not self._waited_for:
            self.close()
            return
        self._touched = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError:
            raise
        except httptools.HttpParserError as error:
            self._fail(Outcome.WRONG, f"not HTTP: {error}")
            self.close()

    def eof_received(self) -> None:
        """Take the end of the connection for that of an answer that says no length."""
        super().eof_received()
        if self._waited_for and self._headed and not self._says_length():
            self._end()

    def on_message_begin(self) -> None:
        """Forget an interim answer (called by the parser)."""
        self._headers, self._headed = [], False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header (called by the parser)."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Note that the body comes now (called by the parser)."""
        self._headed = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body (called by the parser)."""
        self._keep(body)

    def on_message_complete(self) -> None:
        """Hand the answer over, unless it is an interim one (called by the parser)."""
        if self._headed:
            self._end()

    def _send(self, transport: asyncio.Transport, path: str) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headed = False
        transport.write(self._target.request(path))

    def _says_length(self) -> bool:
        return any(name in {b"content-length", b"transfer-encoding"} for name, _ in self._headers)

    def _end(self) -> None:
        self.leaving = not self._parser.should_keep_alive()
        self._finish(self._parser.get_status_code())
