"""A connection of the probe that is fed by hand, without a socket."""

import asyncio
from collections.abc import Iterable

from ao.probe.answer import Answer, Broken
from ao.probe.connection import Connection
from ao.probe.target import Target

TARGET = Target(
    server_name="shop.example",
    address="192.0.2.1",
    port=80,
    authority="shop.example",
    tls={},
    scheme="http",
)


class Transport(asyncio.Transport):
    """What is written goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.aborted = False

    def write(self, data: object) -> None:
        pass

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted

    def get_write_buffer_size(self) -> int:
        return 0


def feed(kind: type[Connection], pieces: Iterable[bytes]) -> Answer | Broken:
    """What becomes of a request when a server sends these pieces, and closes the connection."""

    async def go() -> Answer | Broken:
        connection, transport = kind(TARGET), Transport()
        connection.connection_made(transport)
        request = asyncio.create_task(connection.ask("/"))
        await asyncio.sleep(0)
        for piece in pieces:
            if not transport.aborted:
                connection.data_received(piece)
        if not transport.aborted:
            connection.eof_received()
        connection.connection_lost(None)
        try:
            return await request
        except Broken as broken:
            return broken

    return asyncio.run(go())
