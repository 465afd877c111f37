"""The benchmark's clients of streams and those that ignore GOAWAY, with servers on this machine."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from ao.colour import Colour
from ao.probe import target
from ao.probe.probe_load import ProbeLoad
from ao.probe.target import Target
from benchmarks.https import stream_clients
from benchmarks.https.deaf import Fate, deaf
from benchmarks.https.stream_clients import PASSED, TERMINATED, Client, Course, follow
from benchmarks.https.stream_servers import TICK, serving
from tests.unit.authority import Authority
from tests.unit.probe.server import HEADER, LONGEST, Streams, listening, port
from tests.unit.probe.test_http2 import Peer

HOST = "shop.example"
AUTHORITY = Authority()


def found(where: int, scheme: str) -> Target:
    load = ProbeLoad(
        url=f"{scheme}://127.0.0.1:{where}", host=HOST, identify=HEADER, ca=AUTHORITY.pem
    )
    (it,) = asyncio.run(target.find(load))
    return it


def followed(client: Client, *, plain: bool) -> Course:
    course = Course()
    with serving(AUTHORITY.context(HOST), "127.0.0.1") as ports:
        http, grpc = ports[Colour.GREEN]
        where = found(http, "http") if plain else found(grpc, "https")
        asyncio.run(follow(client, where, 3 * TICK, course))
    return course


@pytest.mark.parametrize(
    ("client", "plain"),
    [
        (TERMINATED["WebSocket, HTTP/1.1"], True),
        (TERMINATED["server-sent events, HTTP/1.1"], True),
        (PASSED["gRPC, a streaming call"], False),
    ],
)
def test_a_stream_comes_to_its_end_and_each_message_tells_its_colour(
    client: Client, plain: bool
) -> None:
    course = followed(client, plain=plain)
    assert course.failure == ""
    assert [colour for _, colour in course.notes] == ["green"] * 3
    assert course.told is None


def test_calls_go_over_one_connection_as_long_as_it_lasts() -> None:
    course = followed(PASSED["gRPC, call after call"], plain=False)
    assert (course.failure, course.connections) == ("", 1)
    assert len(course.notes) > 1


async def served(client: Client, serve: Callable[[Any], Any], course: Course) -> None:
    tls = AUTHORITY.context(HOST)
    async with listening(Streams(serve, Peer), tls=tls) as listener:
        url = f"https://127.0.0.1:{port(listener)}"
        load = ProbeLoad(url=url, host=HOST, identify=HEADER, ca=AUTHORITY.pem)
        (where,) = await target.find(load)
        await follow(client, where, 3 * TICK, course)


async def cuts(peer: Peer) -> None:
    """Begin an answer, say goodbye, and close without its end."""
    await peer.request()
    peer.state.send_headers(peer.stream, [(":status", "200")])
    peer.state.send_data(peer.stream, b"data: blue\n\n")
    peer.flush()
    peer.go_away(peer.stream)
    await asyncio.sleep(0.05)
    peer.writer.close()


def test_a_stream_that_is_cut_tells_how_and_when_it_was_told_to_end() -> None:
    course = Course()
    asyncio.run(served(TERMINATED["server-sent events, HTTP/2"], cuts, course))
    assert "closed" in course.failure
    assert [colour for _, colour in course.notes] == ["blue"]
    assert course.told is not None
    assert course.ended is not None
    assert course.told <= course.ended


async def fails(peer: Peer) -> None:
    """Answer a call with a status of gRPC that is none of success."""
    await peer.request()
    peer.state.send_headers(peer.stream, [(":status", "200")])
    peer.state.send_headers(peer.stream, [("grpc-status", "14")], end_stream=True)
    peer.flush()
    await peer.request()


def test_a_call_that_ends_with_another_status_than_success_is_no_whole_one() -> None:
    course = Course()
    asyncio.run(served(stream_clients.call, fails, course))
    assert "14" in course.failure


def ignoring(serve: Callable[[Any], Any], enough: Callable[[Fate], bool]) -> Fate:
    """What becomes of a client that ignores GOAWAY, once it is enough."""

    async def go() -> Fate:
        async with listening(Streams(serve, Peer), tls=AUTHORITY.context(HOST)) as listener:
            load = ProbeLoad(
                url=f"https://127.0.0.1:{port(listener)}",
                host=HOST,
                identify=HEADER,
                ca=AUTHORITY.pem,
                kept_interval=0.01,
                timeout=LONGEST,
            )
            return await asyncio.to_thread(lived, load)

    def lived(load: ProbeLoad) -> Fate:
        with deaf(load, slow=[False]) as fates:
            end = time.monotonic() + LONGEST
            while not enough(fates[0]) and time.monotonic() < end:
                time.sleep(0.01)
        return fates[0]

    return asyncio.run(go())


async def goes_on(peer: Peer) -> None:
    """Say goodbye as HAProxy does, with the highest stream there may be, and answer on."""
    await peer.request()
    peer.answer()
    peer.go_away(2**31 - 1)
    while await peer.request():
        peer.answer()


def test_a_server_that_answers_on_keeps_a_client_that_ignores_goaway() -> None:
    fate = ignoring(goes_on, lambda it: it.answered > 2)
    assert fate.told is not None
    assert fate.answered > 2
    assert (fate.colour, fate.refusal, fate.over, fate.failure) == ("blue", "", None, "")


def test_a_client_that_is_refused_comes_over_on_a_new_connection() -> None:
    connections: list[Peer] = []

    async def refuses(peer: Peer) -> None:
        """Say goodbye on the first connection and fail from then on; the next are another's."""
        connections.append(peer)
        await peer.request()
        peer.answer("blue" if len(connections) == 1 else "green")
        if len(connections) == 1:
            peer.go_away(2**31 - 1)
            await peer.request()
            peer.answer("blue", "503")
        await peer.request()

    fate = ignoring(refuses, lambda it: it.over is not None)
    assert fate.refusal == "HTTP 503"
    assert fate.ended is not None
    assert fate.over is not None
    assert fate.over >= fate.ended
