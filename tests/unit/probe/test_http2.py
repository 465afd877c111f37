import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import GoAwayFrame

from ao.errors import Unavailable
from ao.probe.load import Protocol
from ao.probe.recording import Kind, Outcome, Recording
from ao.site import Identify
from tests.unit.probe import certificate, server

KEPT_ONLY = {"new_per_second": 0}


@dataclass
class Peer:
    """The server's end of an HTTP/2 connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    state: h2.connection.H2Connection = field(init=False)
    stream: int = 0
    """Stream of the last request."""

    def __post_init__(self) -> None:
        config = h2.config.H2Configuration(client_side=False, header_encoding="ascii")
        self.state = h2.connection.H2Connection(config)
        self.state.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.writer.write(self.state.data_to_send())

    async def request(self) -> bool:
        """Take a request; whether one came."""
        while data := await self.reader.read(65536):
            events = self.state.receive_data(data)
            self.flush()
            for event in events:
                if isinstance(event, h2.events.RequestReceived):
                    self.stream = event.stream_id
                    self.number += 1
                    return True
        return False

    def answer(self, colour: str = "blue", status: str = "200", body: bytes = b"ok") -> None:
        self.state.send_headers(self.stream, [(":status", status), ("x-colour", colour)])
        self.state.send_data(self.stream, body, end_stream=True)
        self.flush()

    def go_away(self, last_stream: int) -> None:
        """Ask for the connection's end, without ending it."""
        self.writer.write(GoAwayFrame(0, last_stream_id=last_stream).serialize())

    def refuse(self, code: ErrorCodes) -> None:
        self.state.reset_stream(self.stream, code)
        self.flush()


def probe(serve: Callable[[Peer], Awaitable[None]], **load: Any) -> Recording:
    return server.probe(serve, **{"peer": Peer, "protocol": Protocol.HTTP2, **load})


async def answers_h2(peer: Peer) -> None:
    while await peer.request():
        peer.answer()


def test_requests_on_kept_connections_are_streams_of_one_connection() -> None:
    seen = probe(answers_h2)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert {(s.colour, s.kind) for s in seen.sightings} == {("blue", kind) for kind in Kind}
    assert all(c.connections == 1 and c.answers > 1 for c in seen.kept)


def test_the_colour_is_found_in_a_body_of_more_than_one_frame_and_window() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.state.send_headers(peer.stream, [(":status", "200")])
            peer.state.send_data(peer.stream, b"I am blue")
            for _ in range(7):
                while peer.state.local_flow_control_window(peer.stream) < 10_000:
                    peer.state.receive_data(await peer.reader.read(65536))
                peer.state.send_data(peer.stream, b"." * 10_000)
                peer.flush()
            peer.state.end_stream(peer.stream)
            peer.flush()

    body = Identify(path="/", header=None, body=r"I am (\w+)")
    seen = probe(serve, identify=body, kept=1, **KEPT_ONLY)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert seen.kept[0].colour == "blue"
    assert seen.kept[0].answers > 2


def test_an_answer_under_way_still_comes_after_a_goaway() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.go_away(peer.stream)
        await asyncio.sleep(0.01)
        peer.answer()
        assert not await peer.request()

    seen = probe(serve)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert all(c.told_to_close == c.connections == c.answers > 1 for c in seen.kept)


def test_a_goaway_and_an_answer_in_one_packet_are_both_taken() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.state.send_headers(peer.stream, [(":status", "200"), ("x-colour", "blue")])
        peer.state.send_data(peer.stream, b"ok", end_stream=True)
        goaway = GoAwayFrame(0, last_stream_id=2**31 - 1).serialize()
        peer.writer.write(goaway + peer.state.data_to_send())
        assert not await peer.request()

    seen = probe(serve, **KEPT_ONLY)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert all(c.told_to_close == c.connections for c in seen.kept)


def test_a_request_that_a_goaway_leaves_out_is_sent_once_more() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()
        await peer.request()
        peer.go_away(peer.stream - 2)
        await peer.request()

    seen = probe(serve, **KEPT_ONLY)
    assert set(seen.outcomes) == {Outcome.ANSWERED, Outcome.RETRIED}
    assert all(c.told_to_close >= c.retried > 0 for c in seen.kept)


def test_an_idle_connection_with_a_goaway_is_left_without_a_loss() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()
        await asyncio.sleep(0.02)
        peer.go_away(peer.stream)
        assert not await peer.request()

    seen = probe(serve, kept=1, kept_interval=0.25, enough=2, **KEPT_ONLY)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert all(c.connections > 1 and c.told_to_close >= c.connections - 1 for c in seen.kept)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (ErrorCodes.REFUSED_STREAM, Outcome.RETRIED),
        (ErrorCodes.INTERNAL_ERROR, Outcome.RESET),
    ],
)
def test_only_a_refused_stream_is_sent_once_more(code: ErrorCodes, outcome: Outcome) -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()
        await peer.request()
        peer.refuse(code)
        await peer.request()

    assert set(probe(serve, **KEPT_ONLY).outcomes) == {Outcome.ANSWERED, outcome}


def test_a_connection_closed_under_a_reused_stream_is_sent_once_more() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()
        await peer.request()

    assert set(probe(serve, **KEPT_ONLY).outcomes) == {Outcome.ANSWERED, Outcome.RETRIED}


def test_every_request_to_a_server_of_http1_is_lost() -> None:
    async def serve(peer: server.Peer) -> None:
        await peer.reader.read(1000)
        peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        peer.writer.write_eof()
        await peer.reader.read(1000)

    seen = server.probe(serve, protocol=Protocol.HTTP2)
    assert seen.lost == seen.sent > 0
    assert seen.retried == 0


def test_what_is_not_http2_is_wrong() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.writer.write(bytes(9) + b"\x00\x00\x01\x00\x00\x00\x00\x00\x00!")
        await peer.request()

    assert set(probe(serve, **KEPT_ONLY).outcomes) == {Outcome.WRONG}


def test_http2_is_agreed_on_by_tls() -> None:
    tls = certificate.context("h2")
    seen = probe(answers_h2, tls=tls, verify=False)
    assert set(seen.outcomes) == {Outcome.ANSWERED}


def test_a_tls_server_without_http2_is_told() -> None:
    tls = certificate.context("http/1.1")
    with pytest.raises(Unavailable, match="the server speaks no HTTP/2"):
        server.probe(server.answers, tls=tls, verify=False, protocol=Protocol.HTTP2)
