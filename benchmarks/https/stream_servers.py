"""Servers whose answers last: WebSocket and server-sent events by HTTP/1.1, and gRPC's HTTP/2.

They run on this machine, at its address of the external network, where a load balancer of the box
reaches them through its router. Everything else they answer at once, health checks too.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from ao.colour import Colour
from benchmarks.https import frames

ADDRESS = "172.31.1.1"
"""This machine's address in the network `public` of the box."""
TICK = 0.25
"""Seconds between two events of a stream."""
SECONDS = "seconds"
"""Name of the query's parameter that says how long a stream lasts."""
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What a WebSocket's key is answered with (RFC 6455, section 1.3)."""

Ports = dict[Colour, tuple[int, int]]
"""Ports of each colour's servers: of HTTP/1.1, and of gRPC by TLS."""


@contextmanager
def serving(tls: ssl.SSLContext, address: str = ADDRESS) -> Iterator[Ports]:
    """Serve for both colours, on ports that are free; `tls` is what gRPC is served with."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="streams")
    thread.start()
    tls.set_alpn_protocols(["h2"])

    def done(what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, loop).result()

    servers: list[asyncio.Server] = []
    ports: Ports = {}
    try:
        for colour in Colour:
            plain = done(asyncio.start_server(_http1(colour), address, 0))
            servers.append(plain)
            secure = done(_serve_grpc(loop, colour, address, tls))
            servers.append(secure)
            ports[colour] = (_port(plain), _port(secure))
        yield ports
    finally:
        for server in servers:
            loop.call_soon_threadsafe(server.close)
        done(_cancel())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve_grpc(
    loop: asyncio.AbstractEventLoop, colour: Colour, address: str, tls: ssl.SSLContext
) -> asyncio.Server:
    return await loop.create_server(lambda: _Grpc(colour), address, 0, ssl=tls)


async def _cancel() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _http1(
    colour: Colour,
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _answer(colour, reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return serve


async def _answer(
    colour: Colour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """Answer one request; whether another may follow on the connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    where = urlsplit(head[0].split()[1])
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:])
    }
    told = f"X-Ao-Colour: {colour}\r\n"
    if "sec-websocket-key" in fields:
        accepted = base64.b64encode(
            hashlib.sha1(fields["sec-websocket-key"].encode() + GUID).digest()
        )
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accepted + f"\r\n{told}\r\n".encode()
        )
        await _echo(colour, reader, writer)
        return False
    if where.path == "/events":
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{told}"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        for _ in range(_ticks(where.query)):
            event = f"data: {colour}\n\n".encode()
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await writer.drain()
            await asyncio.sleep(TICK)
        writer.write(b"0\r\n\r\n")
        return True
    body = json.dumps({"colour": colour}).encode()
    writer.write(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{told}"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + (b"" if head[0].startswith("HEAD") else body)
    )
    return True


async def _echo(colour: Colour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each message of a WebSocket with the colour, until the client closes it."""
    while True:
        head = await reader.readexactly(2)
        await reader.readexactly(4 + (head[1] & 0x7F))
        if head[0] & 0x0F == frames.CLOSE:
            writer.write(frames.message(b"", kind=frames.CLOSE))
            await writer.drain()
            return
        writer.write(frames.message(str(colour).encode()))
        await writer.drain()


def _ticks(query: str) -> int:
    return round(float(parse_qs(query)[SECONDS][0]) / TICK)


class _Grpc(asyncio.Protocol):
    """A server of gRPC: a call is answered with messages, and then with its status."""

    def __init__(self, colour: Colour) -> None:
        self._colour = colour
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self._transport: asyncio.Transport | None = None
        self._calls: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._h2.initiate_connection()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for call in self._calls:
            call.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            events = []
            if self._transport is not None:
                self._transport.close()
        for event in events:
            if isinstance(event, h2.events.RequestReceived):
                path = dict(event.headers)[b":path"].decode()
                call = asyncio.get_running_loop().create_task(self._call(event.stream_id, path))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
        self._flush()

    async def _call(self, stream: int, path: str) -> None:
        colour = str(self._colour)
        self._h2.send_headers(
            stream,
            [(":status", "200"), ("content-type", "application/grpc"), ("x-ao-colour", colour)],
        )
        for _ in range(_ticks(urlsplit(path).query)):
            self._h2.send_data(stream, frames.grpc(colour.encode()))
            self._flush()
            await asyncio.sleep(TICK)
        self._h2.send_headers(stream, [("grpc-status", "0")], end_stream=True)
        self._flush()

    def _flush(self) -> None:
        if self._transport is not None:
            self._transport.write(self._h2.data_to_send())
