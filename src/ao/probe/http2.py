"""HTTP/2 connections of the probe: one request at a time on each."""

from __future__ import annotations

import asyncio
import ssl

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from ao.probe.answer import Answer, Broken
from ao.probe.recording import Outcome
from ao.probe.target import Target


class Connection(asyncio.Protocol):
    """One HTTP/2 connection, by TLS or by prior knowledge."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._transport: asyncio.Transport | None = None
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding=None)
        )
        self._waiting: asyncio.Future[Answer] | None = None
        self._stream: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._going_away = False
        self.answers = 0
        """Answers that came on it."""
        self.closed = False
        """Whether it takes no more requests."""

    @classmethod
    async def open(cls, target: Target) -> Connection:
        """Open a connection; raises Broken when there is none to be had."""
        loop = asyncio.get_running_loop()
        try:
            transport, connection = await loop.create_connection(
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
        tls = transport.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() != "h2":
            transport.abort()
            raise Broken(Outcome.WRONG, "the server speaks no HTTP/2")
        return connection

    async def ask(self, path: str) -> Answer:
        """Send a request and wait for its answer; raises Broken when none comes."""
        if self._transport is None or self.closed:
            raise Broken(Outcome.CLOSED, "the connection was closed", untouched=True)
        self._waiting = asyncio.get_running_loop().create_future()
        self._headers, self._body = [], []
        self._stream = self._h2.get_next_available_stream_id()
        self._h2.send_headers(
            self._stream,
            [
                (":method", "GET"),
                (":scheme", self._target.scheme),
                (":authority", self._target.authority),
                (":path", path),
                ("user-agent", "ao-probe"),
            ],
            end_stream=True,
        )
        self._flush()
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
        """Begin to speak HTTP/2."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._h2.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            self._fail(Broken(Outcome.WRONG, f"not HTTP/2: {error}"))
            self.close()
            return
        for event in events:
            self._take(event)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits on it."""
        self.closed = True
        untouched = not self._headers
        if exc is None:
            self._fail(Broken(Outcome.CLOSED, "the connection was closed", untouched=untouched))
        else:
            reason = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
            self._fail(Broken(Outcome.RESET, reason, untouched=untouched))

    def _take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived(stream_id=self._stream):
                self._headers = [(bytes(name), bytes(value)) for name, value in event.headers]
            case h2.events.DataReceived():
                self._body.append(event.data)
                if event.flow_controlled_length:
                    self._h2.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id
                    )
            case h2.events.StreamEnded(stream_id=self._stream):
                self._finish()
            case h2.events.StreamReset(stream_id=self._stream):
                untouched = not self._headers
                self._fail(Broken(Outcome.RESET, "the stream was reset", untouched=untouched))
            case h2.events.ConnectionTerminated():
                self._leave(event.last_stream_id or 0)

    def _leave(self, last_stream: int) -> None:
        """Take the server's GOAWAY: an answer to an earlier stream still comes."""
        self._going_away = True
        waits = self._waiting is not None and not self._waiting.done()
        if not waits or (self._stream or 0) > last_stream:
            self._fail(Broken(Outcome.CLOSED, "the server went away", untouched=True))
            self.close()

    def _flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._h2.data_to_send())

    def _finish(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            status = next((value for name, value in self._headers if name == b":status"), b"0")
            self._waiting.set_result(
                Answer(
                    status=int(status),
                    headers=self._headers,
                    body=b"".join(self._body),
                    close=self._going_away,
                )
            )

    def _fail(self, broken: Broken) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(broken)
