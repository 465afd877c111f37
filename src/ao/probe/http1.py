"""HTTP/1.1 connections of the probe."""

from __future__ import annotations

import asyncio
from typing import Any

import httptools

from ao.http import limits
from ao.probe import connection
from ao.probe.probe_load import Protocol
from ao.probe.target import Target


class Connection(connection.Connection):
    """One HTTP/1.1 connection."""

    protocol = Protocol.HTTP1

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._parser: Any = None
        self._headed = False
        self._ended = False
        """Whether the answer is whole."""

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        if not self._waited_for:
            self.close()
            return
        self._touched = True
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError:
            raise
        except httptools.HttpParserUpgrade:
            self._refuse(limits.SWITCHED)
        except httptools.HttpParserError as error:
            self._refuse(f"not HTTP: {error}")
        else:
            if self._waited_for:
                self._bound()

    def eof_received(self) -> None:
        """Take the end of the connection for that of an answer that says no length."""
        super().eof_received()
        if self._waited_for and self._headed and not self._says_length():
            self._end()

    def on_message_begin(self) -> None:
        """Forget an interim answer (called by the parser).

        What comes after the answer was not asked for, and would be taken for the next one.
        """
        self._headers, self._headed = [], False
        if self._ended:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header (called by the parser)."""
        self._fields += 1
        if self._fields <= limits.FIELDS:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Note that the body comes now, or another answer (called by the parser)."""
        status = self._parser.get_status_code()
        self._headed = status >= 200
        self._interim += not self._headed
        if status == limits.SWITCHING_PROTOCOLS:
            self._refuse(limits.SWITCHED)

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body (called by the parser)."""
        self._keep(body, len(body))

    def on_message_complete(self) -> None:
        """Hand the answer over, unless it is an interim one (called by the parser)."""
        if self._headed:
            self._end()

    def _send(self, transport: asyncio.Transport, path: str) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headed = self._ended = False
        transport.write(self._target.request(path))

    def _says_length(self) -> bool:
        return any(name in {b"content-length", b"transfer-encoding"} for name, _ in self._headers)

    def _end(self) -> None:
        self._ended = True
        self.leaving = not self._parser.should_keep_alive()
        self._finish(self._parser.get_status_code())
