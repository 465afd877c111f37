import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    ExtensionFrame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given
from hypothesis import strategies as st

from ao.errors import Unavailable
from ao.probe.answer import Answer, Broken
from ao.probe.http2 import Connection
from ao.probe.probe_load import Protocol
from ao.probe.recording import Kind, Outcome, Recording
from ao.site import Identify
from tests.unit.hostile import END, START, frames, head, new_settings
from tests.unit.probe import certificate, server
from tests.unit.probe.fed import feed

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
    authority: str = ""
    """Host that it named."""

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
                    self.authority = dict(event.headers)[":authority"]
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


def test_requests_name_the_host_that_they_are_told_to() -> None:
    named: set[str] = set()

    async def serve(peer: Peer) -> None:
        while await peer.request():
            named.add(peer.authority)
            peer.answer()

    assert set(probe(serve, named="shop.example").outcomes) == {Outcome.ANSWERED}
    assert named == {"shop.example"}


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


def test_pings_without_end_on_an_idle_connection_end_it_and_lose_nothing() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()
        await asyncio.sleep(0.02)
        peer.writer.write(frames(PingFrame(0, opaque_data=bytes(8))) * 1_000)
        assert not await peer.request()

    seen = probe(serve, kept=1, kept_interval=0.3, enough=2, **KEPT_ONLY)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert seen.kept[0].connections > 1


def test_new_settings_before_each_answer_end_a_connection_at_last() -> None:
    """The state of HTTP/2 remembers each setting for as long as the connection lives."""

    async def serve(peer: Peer) -> None:
        while await peer.request():
            first = 10 + 100 * peer.number
            peer.writer.write(new_settings(range(first, first + 100)))
            peer.answer()

    seen = probe(serve, kept=1, enough=8, **KEPT_ONLY)
    assert {loss.reason for loss in seen.losses} == {"more than 512 settings"}
    assert seen.outcomes[Outcome.ANSWERED] >= 5


def test_a_redirect_is_an_answer() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.answer(status="302")

    assert set(probe(serve, **KEPT_ONLY).outcomes) == {Outcome.ANSWERED}


PIECES = [
    START,
    *(frames(SettingsFrame(0, settings=it)) for it in ({1: 0}, {4: 2**31 - 1}, {3: 0}, {2: 1})),
    frames(SettingsFrame(0, flags=("ACK",))),
    *(frames(head((":status", it), flags=END)) for it in ("200", "302", "x", "", "101")),
    *(frames(head((":status", it))) for it in ("200", "103")),
    *(frames(head(it, flags=END)) for it in (("x-colour", "blue"), (":path", "/"), ("A", "b"))),
    frames(head((":status", "200"), ("content-length", "5"))),
    frames(head((":status", "200"), (":status", "200"))),
    *(frames(HeadersFrame(it, data=b"\x88", flags=END)) for it in (1, 2, 3)),
    frames(HeadersFrame(1, data=b"\x88")),
    *(frames(ContinuationFrame(1, data=b"\x88", flags=it)) for it in ((), ("END_HEADERS",))),
    *(frames(DataFrame(it, data=b"x")) for it in (1, 2, 3)),
    *(frames(DataFrame(1, data=it, flags=("END_STREAM",))) for it in (b"", b"x")),
    *(frames(RstStreamFrame(1, error_code=it)) for it in (0, 7, 2**32 - 1)),
    *(frames(GoAwayFrame(0, last_stream_id=it, additional_data=b"\x1b")) for it in (0, 1)),
    *(frames(WindowUpdateFrame(it, window_increment=2**31 - 1)) for it in (0, 1, 7)),
    *(frames(PingFrame(0, flags=it)) for it in ((), ("ACK",))),
    *(frames(PriorityFrame(it, depends_on=1)) for it in (1, 5)),
    frames(PushPromiseFrame(1, promised_stream_id=2, flags=("END_HEADERS",))),
    frames(ExtensionFrame(10, 0, body=b"x")),
    # Frames that are too short, of the wrong stream, or with more padding than length.
    *(b"\0\0\1\7\0\0\0\0\0x", b"\0\0\4\1\4\0\0\0\1\xff\xff\xff\xff", b"\0\0\0\1\4\0\0\0\0"),
    *(b"\0\0\1\0\x08\0\0\0\1\xff", b"\0\0\3\4\0\0\0\0\0\0\0\0", b"\0\0\0\6\0\0\0\0\0"),
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=12), st.booleans())
def test_whatever_comes_ends_in_an_answer_or_in_the_reason_why_there_is_none(
    pieces: list[bytes], apart: bool
) -> None:
    for begin in (b"", START):
        match feed(Connection, [begin, *pieces] if apart else [begin + b"".join(pieces)]):
            case Answer(status=status):
                assert 200 <= status <= 999
            case Broken(reason=reason):
                assert reason.isprintable()
