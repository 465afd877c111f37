"""A web server on this machine that does to each connection what a test wants."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Recording
from ao.probe.request_counter import RequestCounter
from ao.probe.run import Lately, Run
from ao.site import Identify

LONGEST = 20.0
"""Seconds after which a test has to be over."""
HEADER = Identify(path="/version", header="X-Colour", body=None)


@dataclass
class Peer:
    """The server's end of an HTTP/1.1 connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    """Requests that came on it."""
    path: str = ""
    """Path of the last request."""
    host: str = ""
    """Host that it named."""

    async def request(self) -> bool:
        """Take a request; whether one came."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        self.path = head.split(b" ", 2)[1].decode()
        self.host = head.partition(b"Host: ")[2].partition(b"\r\n")[0].decode()
        self.number += 1
        return True

    def send(self, text: str) -> None:
        """Send a part of an answer as it is."""
        self.writer.write(text.encode())

    def answer(self, colour: str = "blue", status: str = "200 OK", *headers: str) -> None:
        """Send a whole answer."""
        lines = (f"HTTP/1.1 {status}", f"X-Colour: {colour}", "Content-Length: 2", *headers)
        self.send("\r\n".join((*lines, "", "ok")))

    def reset(self) -> None:
        """Close with a reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Serve = Callable[[Peer], Awaitable[None]]


@dataclass
class Streams:
    """Accepts connections for one behaviour, each with a peer of its own."""

    serve: Callable[..., Awaitable[None]]
    peer: Callable[..., Any] = Peer
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    failures: list[Exception] = field(default_factory=list)
    """What went wrong in a behaviour itself, be it an assertion."""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            await self.serve(self.peer(reader, writer, 0))
        except (asyncio.CancelledError, ConnectionError):
            pass
        except Exception as failure:
            self.failures.append(failure)
        finally:
            self.tasks.discard(task)
            writer.close()


@asynccontextmanager
async def listening(
    streams: Streams, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[asyncio.Server]:
    """A server in the running loop; it takes all its connections along when it ends."""
    server = await asyncio.start_server(streams, host, 0, ssl=tls)
    try:
        yield server
    finally:
        server.close()
        for task in list(streams.tasks):
            task.cancel()
        await asyncio.gather(*streams.tasks)
        if streams.failures:
            raise streams.failures[0]


def port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def probe(
    serve: Callable[..., Awaitable[None]],
    seconds: float | None = None,
    *,
    peer: Callable[..., Any] = Peer,
    host: str = "127.0.0.1",
    name: str | None = None,
    tls: ssl.SSLContext | None = None,
    enough: int = 4,
    named: str | None = None,
    **load: Any,
) -> Recording:
    """What the probe sees of a server: by default 50 new connections a second, 10 by TLS, 3 kept.

    It goes on for so many seconds, else until it and each of its clients has seen enough
    requests end. Its requests name the host `named`.
    """
    chosen: dict[str, Any] = {
        "identify": HEADER,
        # A busy machine takes longer for a handshake than until the next one.
        "new_per_second": 50.0 if tls is None else 10.0,
        "kept": 3,
        "kept_interval": 0.02,
        "host": named,
        **load,
    }

    async def go() -> Recording:
        async with listening(Streams(serve, peer), host=host, tls=tls) as server:
            url = f"{'https' if tls else 'http'}://{name or host}:{port(server)}"
            run = Run(load=ProbeLoad(url=url, **chosen), interval=0.02)

            def look(_: Lately, recorder: RequestCounter) -> None:
                if seconds is None and _seen_enough(recorder.recording(0.0, 0.0), enough):
                    run.stop()

            run.lately = look
            return await run.go(seconds or LONGEST)

    return asyncio.run(go())


def _seen_enough(recording: Recording, enough: int) -> bool:
    kept = [client.answers + client.lost for client in recording.kept]
    new = recording.sent - sum(kept)
    return min([*kept, enough]) >= enough and (new >= enough or not recording.load.new_per_second)


async def answers(peer: Peer) -> None:
    """The plain behaviour."""
    while await peer.request():
        peer.answer()
