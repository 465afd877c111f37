"""The base of the probe's connections by HTTP/1.1 and HTTP/2."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import struct
from abc import abstractmethod
from typing import ClassVar, Self

from ao.http import limits, trust
from ao.probe.answer import Answer, Broken, Exhausted
from ao.probe.probe_load import Protocol
from ao.probe.recording import Outcome
from ao.probe.target import Target

_OWN_FAULTS = {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM}
"""Errors that tell of this machine's limits and nothing of the server."""
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER for a close that leaves no port waiting: at 500 connections a second and more,
ports would run out."""


class Connection(asyncio.Protocol):
    """One connection, which takes one request at a time.

    What a server sends is bounded by `ao.http.limits`: a request whose answer exceeds them is
    Broken, and its connection closed.
    """

    protocol: ClassVar[Protocol]
    """What it speaks."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._touched = False
        self._received = 0
        """Bytes that came since the last request was sent."""
        self._read = 0
        """Bytes of the answer's body that came."""
        self._parts = 0
        """Parts in which the body came, without empty ones."""
        self._fields = 0
        """Header fields and trailers of the answer that came."""
        self._interim = 0
        """Interim answers (1xx) that came before the answer."""
        self.answers = 0
        """Answers that came on it."""
        self.leaving = False
        """Whether the server asked to close it."""
        self.finished = False
        """Whether it did so by GOAWAY while an answer was under way, which came all the same."""
        self.closed = False
        """Whether it takes no more requests."""

    @classmethod
    async def open(cls, target: Target) -> Self:
        """Open a connection; raises Broken when there is none to be had, and Exhausted."""
        loop = asyncio.get_running_loop()
        tls = target.tls.get(cls.protocol)
        try:
            transport, connection = await loop.create_connection(
                lambda: cls(target),
                target.address,
                target.port,
                ssl=tls,
                server_hostname=target.server_name if tls else None,
            )
        except ssl.SSLCertVerificationError as error:
            distrust = trust.distrusted(error, target.server_name)
            raise Broken(Outcome.REFUSED, f"TLS: {distrust.why}") from error
        except ssl.SSLError as error:
            raise Broken(Outcome.REFUSED, f"TLS: {trust.failure(error)}") from error
        except OSError as error:
            if error.errno in _OWN_FAULTS:
                raise Exhausted(_reason(error)) from error
            raise Broken(Outcome.REFUSED, _reason(error)) from error
        own = transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        return connection

    async def ask(self, path: str) -> Answer:
        """Send a request and wait for its answer; raises Broken when none comes."""
        if self._transport is None or self.closed:
            raise Broken(Outcome.CLOSED, "the connection was closed", untouched=True)
        self._waiting = asyncio.get_running_loop().create_future()
        self._headers, self._body, self._touched = [], bytearray(), False
        self._received = self._read = self._parts = self._fields = self._interim = 0
        try:
            self._send(self._transport, path)
            answer = await self._waiting
        finally:
            self._waiting = None
        self.answers += 1
        if self.leaving:
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

    def eof_received(self) -> None:
        """Note that the server has closed it."""
        self.closed = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits on it."""
        self.closed = True
        if exc is None:
            self._fail(Outcome.CLOSED, "the connection was closed", untouched=not self._touched)
        else:
            self._fail(Outcome.RESET, _reason(exc), untouched=not self._touched)

    @abstractmethod
    def _send(self, transport: asyncio.Transport, path: str) -> None:
        """Send a request; raises Broken when the connection takes none."""

    @property
    def _waited_for(self) -> bool:
        """Whether somebody waits for an answer."""
        return self._waiting is not None and not self._waiting.done()

    def _keep(self, part: bytes, size: int) -> None:
        """Keep a part of the body, and count the bytes that it took on its way."""
        self._read += size
        self._parts += bool(part)
        self._body += part[: limits.PROBED - len(self._body)]

    def _bound(self) -> None:
        """Give up an answer, or an idle connection, that exceeds a limit."""
        if why := self._excess():
            self._refuse(why)

    def _refuse(self, why: str) -> None:
        """Take no more from the server: the request under way, if any, has a wrong answer."""
        self._fail(Outcome.WRONG, why)
        self.close()

    def _excess(self) -> str:
        """Say which limit is exceeded; empty for none."""
        if self._received - self._read > limits.HEAD + limits.FRAMING * self._parts:
            return limits.HEAD_EXCEEDED
        if self._read > limits.BODY:
            return limits.body_exceeded(limits.BODY)
        if self._fields > limits.FIELDS:
            return limits.FIELDS_EXCEEDED
        if self._interim > limits.INTERIM:
            return limits.INTERIM_EXCEEDED
        # A server may answer what it does not read: requests that are known before they come.
        if self._transport is not None and self._transport.get_write_buffer_size() > limits.HEAD:
            return "the server reads nothing"
        return ""

    def _finish(self, status: int) -> None:
        self._bound()
        if self._waited_for:
            assert self._waiting is not None
            self._waiting.set_result(
                Answer(status=status, headers=self._headers, body=bytes(self._body))
            )

    def _fail(self, outcome: Outcome, reason: str, *, untouched: bool = False) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Broken(outcome, reason, untouched=untouched))


def _reason(error: Exception) -> str:
    """Return the text of an error, without the address that asyncio adds."""
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
