"""HTTP/1.1 connections of the probe."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httptools

from ao.probe.answer import Answer, Broken
from ao.probe.recording import Outcome
from ao.probe.target import Target


class Connection(asyncio.Protocol):
    """One connection, which takes one request at a time."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._parser: Any = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._headed = False
        self._touched = False
        self.answers = 0
        """Answers that came on it."""
        self.closed = False
        """Whether it takes no more requests."""

    @classmethod
    async def open(cls, target: Target) -> Connection:
        """Open a connection; raises Broken when there is none to be had."""
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: cls(target),
                target.address,
                target.port,
                ssl=target.tls,
                server_hostname=target.host if target.tls else None,
            )
        except ssl.SSLError as error:
            raise Broken(Outcome.REFUSED, f"TLS: {error.reason or error}") from error
        except OSError as error:
            raise Broken(Outcome.REFUSED, error.strerror or str(error)) from error
        return connection

    async def ask(self, path: str) -> Answer:
        """Send a request and wait for its answer; raises Broken when none comes."""
        if self._transport is None or self.closed:
            raise Broken(Outcome.CLOSED, "the connection was closed", untouched=True)
        self._waiting = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._headers, self._body = [], []
        self._headed = self._touched = False
        self._transport.write(self._target.request(path))
        try:
            answer = await self._waiting
        finally:
            self._waiting = None
        self.answers += 1
        if answer.close:
            self.close()
        return answer

    def close(self) -> None:
        """Close it, without a word to whoever waits on it."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note that it is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        if self._waiting is None:
            self.close()
            return
        self._touched = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(Broken(Outcome.WRONG, f"not HTTP: {error}"))
            self.close()

    def eof_received(self) -> None:
        """Take the end of the connection for that of an answer that says no length."""
        if self._headed and self._waiting is not None and not self._says_length():
            self._finish(close=True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits on it."""
        self.closed = True
        if exc is None:
            self._fail(
                Broken(Outcome.CLOSED, "the connection was closed", untouched=not self._touched)
            )
        else:
            reason = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
            self._fail(Broken(Outcome.RESET, reason, untouched=not self._touched))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header (called by the parser)."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Note that the body comes now (called by the parser)."""
        self._headed = True

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body (called by the parser)."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Hand the answer over (called by the parser)."""
        if self._parser.get_status_code() >= 200:
            self._finish(close=not self._parser.should_keep_alive())

    def _says_length(self) -> bool:
        return any(name in {b"content-length", b"transfer-encoding"} for name, _ in self._headers)

    def _finish(self, *, close: bool) -> None:
        if self._waiting is not None and not self._waiting.done():
            status = self._parser.get_status_code()
            body = b"".join(self._body)
            self._waiting.set_result(
                Answer(status=status, headers=self._headers, body=body, close=close)
            )

    def _fail(self, broken: Broken) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(broken)
