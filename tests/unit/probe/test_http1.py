import asyncio
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ao.probe.answer import Answer, Broken
from ao.probe.http1 import Connection
from ao.probe.recording import Kind, Outcome, Recording
from ao.site import Identify
from tests.unit.hostile import HTTP1_PIECES
from tests.unit.probe.fed import Transport, feed
from tests.unit.probe.server import Peer, answers, probe

NEW_ONLY = {"kept": 0}
KEPT_ONLY = {"new_per_second": 0}


def outcomes(recording: Recording) -> set[Outcome]:
    return set(recording.outcomes)


def test_a_server_that_answers_loses_nothing_and_keeps_its_connections() -> None:
    seen = probe(answers)
    assert seen.lost == seen.retried == seen.skipped == 0
    assert {(s.colour, s.kind) for s in seen.sightings} == {
        ("blue", Kind.NEW),
        ("blue", Kind.KEPT),
    }
    assert sum(s.answers for s in seen.sightings) == seen.sent
    assert [(c.colour, c.connections, c.told_to_close) for c in seen.kept] == [("blue", 1, 0)] * 3
    assert all(c.answers > 1 for c in seen.kept)
    assert 0 < seen.latency_p50 <= seen.latency_p95 * 1.02
    assert sum(n for part in seen.slices for n in part.colours.values()) == seen.sent


def test_a_good_answer_without_a_colour_is_of_the_system_that_knows_of_none() -> None:
    async def serve(peer: Peer) -> None:
        for status in ("200 OK", "503 Service Unavailable", "200 OK"):
            await peer.request()
            peer.answer("", status)

    seen = probe(serve, untold="blue", **KEPT_ONLY)
    assert {it.colour for it in seen.sightings} == {"blue"}
    assert {it.colour for it in seen.kept} == {"blue"}
    assert seen.load.untold is None
    assert seen.outcomes[Outcome.WRONG]
    assert {it.colour for it in probe(serve, **KEPT_ONLY).sightings} == {"unknown"}


def test_connection_close_is_honoured_and_counted() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer("blue", "200 OK", "Connection: close")

    seen = probe(serve, **KEPT_ONLY)
    assert outcomes(seen) == {Outcome.ANSWERED}
    for client in seen.kept:
        assert client.told_to_close == client.connections == client.answers > 1


def test_an_idle_connection_that_the_server_closes_is_neither_lost_nor_sent_again() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()

    seen = probe(serve, kept_interval=0.2, enough=2, **KEPT_ONLY)
    assert outcomes(seen) == {Outcome.ANSWERED}
    assert all(c.connections > 1 and c.told_to_close == 0 for c in seen.kept)


@pytest.mark.parametrize("end", [lambda peer: None, Peer.reset], ids=["closed", "reset"])
def test_a_request_on_a_reused_connection_that_ends_before_an_answer_is_sent_once_more(
    end,
) -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()
        if await peer.request():
            end(peer)

    seen = probe(serve)
    assert outcomes(seen) == {Outcome.ANSWERED, Outcome.RETRIED}
    assert sum(c.retried for c in seen.kept) == seen.retried > 0
    assert all(s.answers > 0 for s in seen.sightings)
    assert all(c.connections == c.retried + 1 for c in seen.kept)


def test_a_request_that_is_sent_once_more_in_vain_is_lost() -> None:
    connections = count()

    async def serve(peer: Peer) -> None:
        if next(connections) <= 1:
            await peer.request()
            peer.answer()
        await peer.request()

    seen = probe(serve, kept=1, **KEPT_ONLY)
    assert outcomes(seen) == {Outcome.ANSWERED, Outcome.CLOSED}
    assert seen.outcomes[Outcome.ANSWERED] == 1


@pytest.mark.parametrize(
    ("end", "outcome"),
    [(lambda peer: None, Outcome.CLOSED), (Peer.reset, Outcome.RESET)],
    ids=["closed", "reset"],
)
def test_a_first_request_on_a_connection_is_never_sent_again(end, outcome: Outcome) -> None:
    async def serve(peer: Peer) -> None:
        if await peer.request():
            end(peer)

    seen = probe(serve)
    assert outcomes(seen) == {outcome}
    assert {loss.kind for loss in seen.losses} == {Kind.NEW, Kind.KEPT}
    assert all(c.connections == c.lost for c in seen.kept)
    assert seen.latency_p50 is None


def test_half_an_answer_on_a_reused_connection_is_lost() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer()
        await peer.request()
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    seen = probe(serve, **KEPT_ONLY)
    assert outcomes(seen) == {Outcome.ANSWERED, Outcome.CLOSED}


def test_after_a_time_out_a_kept_client_opens_a_new_connection() -> None:
    connections = count()

    async def serve(peer: Peer) -> None:
        if next(connections) == 1:
            await peer.request()
            await asyncio.sleep(30)
        await answers(peer)

    seen = probe(serve, kept=1, timeout=0.2, **KEPT_ONLY)
    (client,) = seen.kept
    assert (client.hung, client.lost, client.connections) == (1, 1, 2)
    assert seen.losses[0].seconds >= 0.2
    assert client.answers > 0


def test_requests_that_hang_when_the_probe_stops_are_lost_too() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        await asyncio.sleep(30)

    seen = probe(serve, 0.1, timeout=0.4)
    assert outcomes(seen) == {Outcome.TIMED_OUT}
    assert {loss.kind for loss in seen.losses} == {Kind.NEW, Kind.KEPT}
    assert seen.seconds < 0.4 <= min(loss.at for loss in seen.losses)


def test_an_answer_that_trickles_in_does_not_escape_the_time_out() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            peer.send(".")
            await asyncio.sleep(0.02)

    assert outcomes(probe(serve, 0.1, timeout=0.3)) == {Outcome.TIMED_OUT}


def test_a_late_answer_is_an_answer() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            await asyncio.sleep(0.1)
            peer.answer()

    seen = probe(serve)
    assert outcomes(seen) == {Outcome.ANSWERED}
    assert seen.latency_p50 > 0.098


@pytest.mark.parametrize(
    ("status", "expect", "outcome"),
    [
        ("503 Service Unavailable", None, Outcome.WRONG),
        ("404 Not Found", None, Outcome.WRONG),
        ("302 Found", None, Outcome.ANSWERED),
        ("404 Not Found", 200, Outcome.WRONG),
        ("503 Service Unavailable", 503, Outcome.ANSWERED),
        ("302 Found", "200-204, 302", Outcome.ANSWERED),
        ("205 Reset Content", "200-204, 302", Outcome.WRONG),
    ],
)
def test_what_a_good_answer_is_depends_on_its_status(
    status: str, expect: int | str | None, outcome: Outcome
) -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.answer("blue", status)

    seen = probe(serve, expect=expect)
    assert outcomes(seen) == {outcome}
    assert {loss.reason for loss in seen.losses} <= {f"HTTP {status[:3]}"}
    assert all(c.connections == 1 for c in seen.kept)


def test_what_is_not_http_is_wrong() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.send("220 mail.example ESMTP\r\n\r\n")

    assert outcomes(probe(serve)) == {Outcome.WRONG}


def test_the_colour_is_found_in_a_body_that_comes_in_chunks() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nI am Gree\r\n")
            await asyncio.sleep(0.01)
            peer.send("2\r\nn.\r\n0\r\n\r\n")

    body = Identify(path="/", header=None, body=r"I am (\w+)")
    seen = probe(serve, identify=body)
    assert {s.colour for s in seen.sightings} == {"green"}
    assert all(c.connections == 1 for c in seen.kept)


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.send("HTTP/1.1 200 OK\r\nX-Colour: blue\r\n\r\nthat is all")

    assert outcomes(probe(serve)) == {Outcome.ANSWERED}


def test_an_interim_answer_is_not_the_answer() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.send("HTTP/1.1 103 Early Hints\r\nX-Colour: green\r\n\r\n")
            peer.answer("blue")

    seen = probe(serve)
    assert outcomes(seen) == {Outcome.ANSWERED}
    assert {s.colour for s in seen.sightings} == {"blue"}
    assert all(c.connections == 1 for c in seen.kept)


def test_a_change_of_colour_is_dated_on_new_and_on_kept_connections() -> None:
    served = count()

    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.answer("blue" if next(served) < 15 else "green")

    seen = probe(serve, enough=12)
    times = {(s.colour, s.kind): (s.first, s.last) for s in seen.sightings}
    for kind in Kind:
        assert times["blue", kind][0] < times["green", kind][0] < times["green", kind][1]
        assert times["blue", kind][1] < times["green", kind][1]
    assert {c.colour for c in seen.kept} == {"green"}
    assert min(c.since for c in seen.kept if c.since) < times["green", Kind.KEPT][0]


def test_clients_of_the_slow_path_tell_no_colour_unless_its_answer_does() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            if peer.path == "/slow":
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            else:
                peer.answer()

    seen = probe(serve, slow_path="/slow", slow_kept=1, **KEPT_ONLY)
    assert [(c.slow, c.colour) for c in seen.kept] == [
        (True, None),
        (False, "blue"),
        (False, "blue"),
    ]
    answered = {s.colour: s.answers for s in seen.sightings}
    assert answered["unknown"] == seen.kept[0].answers > 0


def test_a_slow_server_does_not_lower_the_rate() -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        await asyncio.sleep(0.4)
        peer.answer()

    seen = probe(serve, 0.4, new_per_second=100, **NEW_ONLY)
    assert seen.sent + seen.skipped >= 20
    assert seen.lost == 0


@pytest.mark.parametrize(
    "more", ["HTTP/1.1 200 OK\r\nX-Colour: green\r\n", "\r\nHTTP/1.1 204\r\n\r\n", "!"]
)
def test_what_comes_after_an_answer_is_taken_for_no_other_and_ends_the_connection(
    more: str,
) -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.send(f"HTTP/1.1 200 OK\r\nX-Colour: blue\r\nContent-Length: 2\r\n\r\nok{more}")

    seen = probe(serve)
    assert outcomes(seen) == {Outcome.ANSWERED}
    assert {s.colour for s in seen.sightings} == {"blue"}
    assert all(c.connections == c.answers for c in seen.kept)


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "304 Not Modified"])
def test_a_redirect_is_an_answer_and_is_not_followed(status: str) -> None:
    paths = set()

    async def serve(peer: Peer) -> None:
        while await peer.request():
            paths.add(peer.path)
            peer.send(f"HTTP/1.1 {status}\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    seen = probe(serve)
    assert outcomes(seen) == {Outcome.ANSWERED}
    assert paths == {"/version"}
    assert all(c.connections == 1 for c in seen.kept)


def test_a_good_answer_in_many_small_chunks_is_one() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            peer.send("1\r\nx\r\n" * 50_000 + "0\r\n\r\n")

    assert outcomes(probe(serve, kept=1, enough=2, **KEPT_ONLY)) == {Outcome.ANSWERED}


def test_a_page_that_is_longer_than_what_is_kept_is_read_to_its_end() -> None:
    async def serve(peer: Peer) -> None:
        while await peer.request():
            peer.send(f"HTTP/1.1 200 OK\r\nContent-Length: {10**6}\r\n\r\n" + "x" * 10**6)

    seen = probe(serve, kept=1, enough=3, **KEPT_ONLY)
    assert outcomes(seen) == {Outcome.ANSWERED}
    assert seen.kept[0].connections == 1


def test_a_server_that_answers_what_it_does_not_read_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else what it does not read would wait in memory, request after request."""
    monkeypatch.setattr(Transport, "get_write_buffer_size", lambda self: 100_000)
    broken = feed(Connection, [b"HTTP/1.1 204 No Content\r\n\r\n"])
    assert isinstance(broken, Broken)
    assert broken.reason == "the server reads nothing"


@given(st.lists(st.sampled_from(HTTP1_PIECES) | st.binary(max_size=20), max_size=12), st.booleans())
@example([b"HTTP/1.1 200 OK\r\nX:\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n"], True)
def test_whatever_comes_ends_in_an_answer_or_in_the_reason_why_there_is_none(
    pieces: list[bytes], apart: bool
) -> None:
    for begin in (b"", b"HTTP/1.1 200 OK\r\n"):
        sent = [begin, *pieces] if apart else [begin + b"".join(pieces)]
        match feed(Connection, sent):
            case Answer(status=status):
                assert 200 <= status <= 999
            case Broken(reason=reason):
                assert reason.isprintable()


@pytest.mark.parametrize("host", [None, "shop.example"])
def test_requests_name_the_host_that_they_are_told_to(host: str | None) -> None:
    named: set[str] = set()

    async def serve(peer: Peer) -> None:
        while await peer.request():
            named.add(peer.host)
            peer.answer()

    assert outcomes(probe(serve, named=host)) == {Outcome.ANSWERED}
    (told,) = named
    assert told == host or (host is None and told.startswith("127.0.0.1:"))
