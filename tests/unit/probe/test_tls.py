"""Probes of servers that speak TLS."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ao.errors import ConfigError, Unavailable
from ao.probe import http2, target, wire
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.probe.recording import KeptClient, Kind, Outcome, Recording
from ao.probe.run import Run
from tests.unit.authority import Authority
from tests.unit.probe import server, test_http2
from tests.unit.probe.server import HEADER, Streams, answers, listening, port
from tests.unit.probe.test_http2 import answers_h2

HOST = "shop.example"
AUTHORITY = Authority()
TRUSTED = {"named": HOST, "ca": AUTHORITY.pem}
H1, H2 = Protocol


def either(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> Any:
    """The server's end of a connection, by what was agreed on."""
    agreed = writer.get_extra_info("ssl_object").selected_alpn_protocol()
    return (test_http2.Peer if agreed == "h2" else server.Peer)(reader, writer, number)


async def answers_either(peer: Any) -> None:
    await (answers_h2 if isinstance(peer, test_http2.Peer) else answers)(peer)


def mixed(serve: Callable[[Any], Awaitable[None]], *protocols: str, **load: Any) -> Recording:
    """What a probe of both protocols sees of a server that offers some."""
    tls = AUTHORITY.context(HOST, protocols=protocols or ("h2", "http/1.1"))
    given = {"mixed": True, "kept": 4, **TRUSTED, **load}
    return server.probe(serve, peer=either, tls=tls, **given)


def spoken(recording: Recording) -> list[Protocol | None]:
    return [client.protocol for client in recording.kept]


@pytest.mark.parametrize("protocol", list(Protocol))
def test_a_server_is_asked_for_the_hosts_name_and_a_private_authority_is_trusted(
    protocol: Protocol,
) -> None:
    names: set[str] = set()
    tls = AUTHORITY.context(HOST)
    tls.sni_callback = lambda _, name, __: names.add(name)
    seen = server.probe(answers_either, peer=either, tls=tls, protocol=protocol, **TRUSTED)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert names == {HOST}


def test_new_connections_by_tls_are_made_all_the_time() -> None:
    seen = server.probe(answers, tls=AUTHORITY.context(HOST), kept=0, **TRUSTED)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert [sighting.kind for sighting in seen.sightings] == [Kind.NEW]


@pytest.mark.parametrize(
    ("names", "days", "why"),
    [
        (["other.example"], (-1, 1), f"its certificate does not name {HOST}"),
        ([HOST], (-9, -1), "its certificate has expired"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_told_with_the_cure(
    names: list[str], days: tuple[int, int], why: str
) -> None:
    with pytest.raises(Unavailable, match=why) as told:
        server.probe(answers, tls=AUTHORITY.context(*names, days=days), **TRUSTED)
    assert "--host NAME" in told.value.cure


def test_an_authority_that_cannot_be_read_is_told() -> None:
    load = ProbeLoad(url="https://127.0.0.1:1", identify=HEADER, ca="none")
    with pytest.raises(ConfigError, match="no certificate in PEM form"):
        asyncio.run(Run(load=load).go(0.1))


@pytest.mark.parametrize("slow", [0, 2])
def test_every_second_kept_client_speaks_http2_and_new_connections_do_not(slow: int) -> None:
    seen = mixed(answers_either, slow_path="/version", slow_kept=slow)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert spoken(seen) == [H2, H1, H2, H1]
    assert [client.slow for client in seen.kept] == [n < slow for n in range(4)]
    assert seen.load.mixed


def test_a_server_without_http2_is_asked_by_http11_alone() -> None:
    seen = mixed(answers_either, "http/1.1")
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert spoken(seen) == [H1] * 4
    assert not seen.load.mixed


async def refuses_http2(peer: Any) -> None:
    """Refuse a handshake by the alert that no protocol is known (RFC 7301, section 3.2)."""
    await peer.reader.read(1)
    peer.writer.write(b"\x15\x03\x03\x00\x02\x02\x78")
    await peer.reader.read()


def test_a_server_that_refuses_the_handshake_of_http2_speaks_none() -> None:
    async def go() -> None:
        async with listening(Streams(refuses_http2, Plain)) as listener:
            url = f"https://127.0.0.1:{port(listener)}"
            (found,) = await target.find(ProbeLoad(url=url, identify=HEADER))
            with pytest.raises(http2.NoHttp2):
                await http2.Connection.open(found)

    asyncio.run(go())


async def leaves(peer: Any) -> None:
    """Say goodbye in each answer: by GOAWAY while a stream is under way, or Connection: close."""
    if isinstance(peer, test_http2.Peer):
        await peer.request()
        peer.go_away(peer.stream)
        await asyncio.sleep(0.01)
        peer.answer()
        assert not await peer.request()
    elif await peer.request():
        peer.answer("blue", "200 OK", "Connection: close")


def test_streams_that_a_goaway_lets_end_are_told_apart() -> None:
    seen = mixed(leaves, new_per_second=0)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    told: dict[Protocol | None, list[KeptClient]] = {H1: [], H2: []}
    for client in seen.kept:
        told[client.protocol].append(client)
    assert all(it.told_to_close == it.answers > 1 for it in seen.kept)
    assert all(it.finished == it.told_to_close for it in told[H2])
    assert all(it.finished == 0 for it in told[H1])


async def ends(peer: Any) -> None:
    """End an idle HTTP/2 connection by a GOAWAY that is of no stream under way."""
    if not isinstance(peer, test_http2.Peer):
        await answers(peer)
        return
    await peer.request()
    peer.answer()
    peer.go_away(peer.stream)
    assert not await peer.request()


def test_a_goaway_on_an_idle_connection_ends_no_stream() -> None:
    seen = mixed(ends, new_per_second=0)
    assert set(seen.outcomes) <= {Outcome.ANSWERED, Outcome.RETRIED}
    assert {client.finished for client in seen.kept} == {0}


def test_a_recording_has_no_authority() -> None:
    assert mixed(answers_either).load.ca is None


def test_the_order_to_a_probes_process_has_the_authority() -> None:
    load = ProbeLoad(url="https://192.0.2.1", identify=HEADER, mixed=True, ca=AUTHORITY.pem)
    assert wire.load(json.loads(wire.dumps(load))) == load


@dataclass
class Plain:
    """The server's end of a connection without TLS."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int


async def stalls(peer: Plain) -> None:
    await peer.reader.read()


async def trickles(peer: Plain) -> None:
    for _ in range(200):
        peer.writer.write(b"\x16\x03\x03\x00\x01\x02")
        await asyncio.sleep(0.02)


async def babbles(peer: Plain) -> None:
    await peer.reader.read(1)
    peer.writer.write(b"\x80garbage" * 1000)
    await peer.writer.drain()


async def swells(peer: Plain) -> None:
    """Send a certificate message that is of 16 MiB, by its own word."""
    peer.writer.write((b"\x16\x03\x03\x40\x00" + b"\x0b\xff\xff\xff" + bytes(0x3FFC)) * 10)
    await peer.writer.drain()


@pytest.mark.parametrize("talk", [stalls, trickles, babbles, swells])
@pytest.mark.parametrize("protocol", list(Protocol))
def test_a_handshake_that_does_not_end_well_is_told_in_time(
    protocol: Protocol, talk: Callable[[Plain], Awaitable[None]]
) -> None:
    async def go() -> None:
        async with listening(Streams(talk, Plain)) as listener:
            load = ProbeLoad(
                url=f"https://127.0.0.1:{port(listener)}",
                identify=HEADER,
                timeout=1.0,
                protocol=protocol,
                host=HOST,
                verify=False,
            )
            with pytest.raises(Unavailable, match=r"takes no connection: (TLS: |no connection)"):
                await Run(load=load).go(1.0)

    begin = time.monotonic()
    asyncio.run(go())
    assert time.monotonic() - begin < 10


def test_a_handshake_that_stalls_later_is_a_request_that_timed_out() -> None:
    """No connection is answered after the first, which is the probe's own try."""
    opened = 0

    async def stalls_later(peer: Plain) -> None:
        nonlocal opened
        opened += 1
        if opened == 1:
            await peer.writer.start_tls(AUTHORITY.context(HOST))
        await peer.reader.read()

    async def go() -> Recording:
        async with listening(Streams(stalls_later, Plain)) as listener:
            load = ProbeLoad(
                url=f"https://127.0.0.1:{port(listener)}",
                identify=HEADER,
                timeout=0.5,
                host=HOST,
                kept=1,
                ca=AUTHORITY.pem,
            )
            return await Run(load=load).go(1.0)

    assert set(asyncio.run(go()).outcomes) == {Outcome.TIMED_OUT}
