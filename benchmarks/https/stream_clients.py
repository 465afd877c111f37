"""Clients of answers that last: what they received, and how that ended."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import h2.events

from ao.probe import connection, http1, http2
from ao.probe.answer import Broken
from ao.probe.probe_load import Protocol
from ao.probe.target import Target
from benchmarks.https import frames
from benchmarks.https.stream_servers import SECONDS, TICK

OPEN, PATIENCE = 5.0, 5.0
"""Seconds that a connection may take, and a message."""


@dataclass(kw_only=True)
class Course:
    """The course of one stream, or of calls one after another. Moments are seconds since 1970."""

    notes: list[tuple[float, str]] = field(default_factory=list)
    """When a message came, and from whom."""
    told: float | None = None
    """When the connection was told to end (GOAWAY)."""
    connections: int = 1
    ended: float | None = None
    failure: str = ""
    """Why it ended before its time; empty for one that came to its own end."""

    def note(self, words: bytes) -> None:
        """Note a message, which tells its colour."""
        self.notes.append((time.time(), words.decode(errors="replace").rpartition(" ")[2].strip()))


Client = Callable[[Target, float, Course], Awaitable[None]]
"""Receives for so many seconds. Raises Broken, OSError or TimeoutError when it is cut."""


class _Noted(connection.Connection):
    """A connection that notes when each part of its answer came."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.course = Course()

    def _keep(self, part: bytes, size: int) -> None:
        if words := part.rstrip(b"\n"):
            self.course.note(words)
        super()._keep(part, size)


class _Events1(_Noted, http1.Connection):
    """Server-sent events by HTTP/1.1."""


class _Events2(_Noted, http2.Connection):
    """Server-sent events by HTTP/2."""

    def _leave(self, last_stream: int) -> None:
        self.course.told = self.course.told or time.time()
        super()._leave(last_stream)


class _Socket2(_Events2):
    """A WebSocket in a stream of HTTP/2 (RFC 8441)."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._data = bytearray()
        self.heard = asyncio.Event()

    def say(self, frame: bytes) -> None:
        """Send a frame."""
        self._h2.send_data(self._stream, frame)
        self._flush()

    def _send(self, transport: asyncio.Transport, path: str) -> None:
        self._stream = self._h2.get_next_available_stream_id()
        head = [
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":scheme", self._target.scheme),
            (":authority", self._target.authority),
            (":path", path),
            ("sec-websocket-version", "13"),
        ]
        self._h2.send_headers(self._stream, head)
        self._flush()

    def _keep(self, part: bytes, size: int) -> None:
        self._data += part
        for _, words in frames.messages(self._data):
            self.heard.set()
            if words:
                self.course.note(words)
        http2.Connection._keep(self, part, size)


class _Call(_Events2):
    """Calls of gRPC, one at a time."""

    status: bytes | None = None
    """What the last call ended with."""

    def _send(self, transport: asyncio.Transport, path: str) -> None:
        self._stream = self._h2.get_next_available_stream_id()
        head = [
            (":method", "POST"),
            (":scheme", self._target.scheme),
            (":authority", self._target.authority),
            (":path", path),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        ]
        self.status = None
        self._h2.send_headers(self._stream, head)
        self._h2.send_data(self._stream, frames.grpc(b"?"), end_stream=True)
        self._flush()

    def _keep(self, part: bytes, size: int) -> None:
        if words := part[5:]:
            self.course.note(words)
        http2.Connection._keep(self, part, size)

    def _take(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.TrailersReceived):
            self.status = dict(event.headers).get(b"grpc-status")
        super()._take(event)


async def _opened(kind: type[_Noted], target: Target, course: Course) -> _Noted:
    async with asyncio.timeout(OPEN):
        opened = await kind.open(target)
    opened.course = course
    return opened


def events(kind: type[_Noted]) -> Client:
    """Server-sent events: as many as come in that time."""

    async def receive(target: Target, seconds: float, course: Course) -> None:
        opened = await _opened(kind, target, course)
        try:
            async with asyncio.timeout(seconds + PATIENCE):
                await opened.ask(f"/events?{SECONDS}={seconds}")
        finally:
            opened.close()

    return receive


async def socket1(target: Target, seconds: float, course: Course) -> None:
    """A WebSocket by HTTP/1.1: a message, an answer, again and again, and a good end."""
    tls = target.tls.get(Protocol.HTTP1)
    async with asyncio.timeout(OPEN):
        reader, writer = await asyncio.open_connection(
            target.address,
            target.port,
            ssl=tls,
            server_hostname=target.server_name if tls else None,
        )
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        request = (
            f"GET /socket HTTP/1.1\r\nHost: {target.authority}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n"
        )
        writer.write(request.encode())
        if b" 101 " not in (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0]:
            raise OSError("no WebSocket")
    try:
        end = time.time() + seconds
        while time.time() < end:
            writer.write(frames.message(b"?", masked=True))
            async with asyncio.timeout(PATIENCE):
                head = await reader.readexactly(2)
                course.note(await reader.readexactly(head[1]))
            await asyncio.sleep(TICK)
        writer.write(frames.message(b"", kind=frames.CLOSE, masked=True))
        async with asyncio.timeout(PATIENCE):
            if (await reader.readexactly(2))[0] & 0x0F != frames.CLOSE:
                raise OSError("no good end")
    except asyncio.IncompleteReadError as error:
        raise OSError("the connection was closed") from error
    finally:
        writer.close()


async def socket2(target: Target, seconds: float, course: Course) -> None:
    """The same in a stream of HTTP/2."""
    opened = await _opened(_Socket2, target, course)
    assert isinstance(opened, _Socket2)
    # HAProxy answers no such stream before its settings have been taken.
    await asyncio.sleep(TICK)
    whole = asyncio.create_task(opened.ask("/socket"))
    try:
        await asyncio.sleep(TICK)
        end = time.time() + seconds
        while time.time() < end and not whole.done():
            opened.heard.clear()
            opened.say(frames.message(b"?", masked=True))
            async with asyncio.timeout(PATIENCE):
                await opened.heard.wait()
            await asyncio.sleep(TICK)
        if not whole.done():
            opened.say(frames.message(b"", kind=frames.CLOSE, masked=True))
        async with asyncio.timeout(PATIENCE):
            await whole
    finally:
        whole.cancel()
        opened.close()


async def call(target: Target, seconds: float, course: Course) -> None:
    """A call of gRPC that is answered with messages for that time."""
    opened = await _opened(_Call, target, course)
    assert isinstance(opened, _Call)
    try:
        async with asyncio.timeout(seconds + PATIENCE):
            await opened.ask(f"/events?{SECONDS}={seconds}")
        if opened.status != b"0":
            raise OSError(f"status {opened.status!r}")
    finally:
        opened.close()


async def calls(target: Target, seconds: float, course: Course) -> None:
    """Short calls of gRPC, one after another on one connection, on a new one when it has ended."""
    opened = await _opened(_Call, target, course)
    try:
        end = time.time() + seconds
        while time.time() < end:
            if opened.closed:
                opened = await _opened(_Call, target, course)
                course.connections += 1
            async with asyncio.timeout(PATIENCE):
                await opened.ask(f"/events?{SECONDS}={TICK}")
            await asyncio.sleep(TICK)
    finally:
        opened.close()


TERMINATED: Mapping[str, Client] = {
    "WebSocket, HTTP/1.1": socket1,
    "WebSocket, HTTP/2": socket2,
    "server-sent events, HTTP/1.1": events(_Events1),
    "server-sent events, HTTP/2": events(_Events2),
}
"""What users of TERMINATED_HTTPS have."""
PASSED: Mapping[str, Client] = {"gRPC, a streaming call": call, "gRPC, call after call": calls}
"""What users have whose TLS is passed on to the servers (HTTPS)."""
REENCRYPTED: Mapping[str, Client] = {
    "gRPC by TLS to the servers, a streaming call": call,
    "gRPC by TLS to the servers, call after call": calls,
}
"""What users of TERMINATED_HTTPS have where the load balancer speaks TLS to the servers, and so
HTTP/2."""


async def follow(client: Client, target: Target, seconds: float, course: Course) -> None:
    """Receive, and note how it ended."""
    try:
        await client(target, seconds, course)
    except Broken as error:
        course.failure = f"{error.outcome}: {error.reason}"
    except TimeoutError:
        course.failure = "nothing came any more"
    except OSError as error:
        course.failure = error.strerror or str(error)
    finally:
        course.ended = time.time()
