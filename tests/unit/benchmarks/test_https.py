"""The benchmark of a site by HTTPS: what it counts, and its clients and servers of streams."""

import json
from dataclasses import replace

import pytest

from ao.probe.probe_load import Protocol
from ao.probe.recording import Kind, Outcome
from benchmarks.https import frames, rounds, table
from benchmarks.https.deaf import Fate
from benchmarks.https.processors import Share, Times
from benchmarks.https.rounds import Round
from benchmarks.https.stream_clients import Course
from benchmarks.https.streams import stream
from benchmarks.https.table import Figures
from benchmarks.proof.series import from_outside
from benchmarks.setting import Setting
from tests.unit.benchmarks.samples import STARTED, client, cutover, loss, recording

ASKED = STARTED + 2.0
H2 = replace(client(since=3.0), protocol=Protocol.HTTP2, finished=1)
H1 = replace(client(since=4.0), protocol=Protocol.HTTP1)
SHARE = Share(idle=0.25, low=0.05)


def seen(*kept, losses=(), longest=1.0):
    outside = replace(recording(*kept, losses=losses), latency_max=longest)
    return from_outside(cutover(recording(client())), outside)


def one(*fates, kept=(H2, H1), losses=(), last=None) -> Round:
    return Round(
        cutover=seen(*kept, losses=losses),
        last={Protocol.HTTP2: 1.2, Protocol.HTTP1: 1.4} if last is None else last,
        fates=fates,
        share=SHARE,
    )


def row(at, client="0", colour="blue", *, kind=Kind.KEPT, outcome=Outcome.ANSWERED):
    return {
        "at": f"{at}",
        "kind": str(kind),
        "client": client,
        "colour": colour,
        "outcome": str(outcome),
    }


def test_the_last_answer_of_the_old_system_is_told_by_protocol_from_the_request_on() -> None:
    rows = [
        row(2.5),
        row(3.25),
        row(3.5, colour="green"),
        row(3.75, outcome=Outcome.TIMED_OUT),
        row(2.75, client="1"),
        row(4.0, client="", kind=Kind.NEW),
    ]
    told = rounds.last_answers(rows, recording(H2, H1), "blue", asked_at=2.0)
    assert told == {Protocol.HTTP2: 1.25, Protocol.HTTP1: 0.75}


def test_clients_of_both_protocols_are_told_apart() -> None:
    h2, h1 = rounds.kept([one(), one(kept=(H2, replace(H1, colour="blue")))])
    assert (h2.protocol, h2.followed, h2.clients, h2.finished) == ("HTTP/2", 2, 2, 2)
    assert (h1.protocol, h1.followed, h1.clients, h1.finished) == ("HTTP/1.1", 1, 2, 0)
    assert (h2.last_followed_s, h1.last_followed_s) == (1.0, 2.0)
    assert (h2.last_old_s, h2.last_old_beyond_s) == (1.2, pytest.approx(0.2))


def test_a_protocol_that_the_old_system_never_answered_has_no_last_answer() -> None:
    h2, _ = rounds.kept([one(last={})])
    assert h2.last_old_s is None


def test_clients_that_ignore_goaway_are_counted_apart_from_those_that_follow() -> None:
    stays = Fate(slow=False, colour="blue", told=ASKED + 0.3, answered=7, last=ASKED + 4)
    comes = Fate(
        slow=False, told=ASKED + 0.3, refusal="HTTP 503", ended=ASKED + 1.3, over=ASKED + 1.5
    )
    slow = Fate(slow=True, told=ASKED + 0.4, answered=2)
    short, long = rounds.ignoring([one(stays, comes, slow)])
    assert (short.clients, short.told, short.answered, short.over) == (2, 2, 7, 1)
    assert short.refusals == {"HTTP 503": 1}
    assert (short.stayed_s, short.over_s) == (1.0, 1.5)
    assert (long.clients, long.answered, long.over, long.over_s) == (1, 2, 0, None)


def test_a_client_that_never_got_a_connection_is_told_as_such() -> None:
    short, _ = rounds.ignoring([one(Fate(slow=False, failure="no connection in time"))])
    assert short.refusals == {"no connection in time": 1}


def test_a_renewal_counts_what_was_lost_and_which_connections_ended() -> None:
    lost = recording(H2, H1, losses=(loss(2.5, outcome=Outcome.REFUSED), loss(2.6)), retried=3)
    told = rounds.renewal(lost, 7.5, SHARE)
    assert (told.requests, told.lost, told.refused, told.retried) == (100, 2, 1, 3)
    assert (told.told_to_close, told.finished, told.command_s) == (2, 1, 7.5)


def figures(**parts) -> Figures:
    setting = Setting(commit="abc1234", day="2026-11-30", load=1.5)
    return Figures(setting=setting, provider="haproxy", method="pool", **parts)


def test_the_promise_is_broken_by_a_lost_request_a_client_that_stays_and_a_failed_renewal() -> None:
    lost = rounds.renewal(recording(losses=(loss(2.5),)), 1.0, SHARE)
    failed = rounds.renewal(recording(), 1.0, SHARE, "exit code 6")
    stays = one(kept=(H2, replace(H1, colour="blue")))
    assert not list(figures(switches=[one()], rates=[100.0]).broken())
    assert not list(figures(renewals=[rounds.renewal(recording(), 1.0, SHARE)]).broken())
    assert "1 requests lost" in " ".join(figures(switches=[one(losses=(loss(2.5),))]).broken())
    assert "1 of 2 clients followed" in " ".join(figures(switches=[stays]).broken())
    assert "1 requests lost" in " ".join(figures(renewals=[lost]).broken())
    assert "exit code 6" in " ".join(figures(renewals=[failed]).broken())


def test_the_figures_are_told_as_markdown_and_as_json() -> None:
    stayer = Fate(slow=False, colour="blue", told=ASKED, answered=97, last=ASKED + 51)
    gone = replace(stayer, refusal="HTTP 503", over=ASKED + 60)
    course = Course(notes=[(ASKED - 1, "blue"), (ASKED + 1, "blue")], ended=ASKED + 2)
    whole = figures(
        switches=[one(stayer)],
        rates=[100.0],
        stayer=stayer,
        deployed=(gone,),
        renewals=[rounds.renewal(recording(H2), 7.5, SHARE)],
        streams=[stream("WebSocket", "switch", course, ASKED, "blue")],
    )
    text = table.markdown(whole)
    assert "| haproxy × pool | 1 | 100 | 0 |" in text
    assert "| HTTP/2 | 1 of 1 | 1.00 s |" in text
    assert "Spare time of the processors in the switches: median 30%, least 30%" in text
    assert "answered 97 times after it, the last 51 s after it, by blue; then: the end." in text
    assert "then: HTTP 503, and over 60 s after it." in text
    assert "| switch | WebSocket | yes | 2.00 s | 1 / 0 | - | 2.00 s | 1 |" in text
    told = json.loads(table.document(whole))
    assert told["commit"] == "abc1234"
    assert told["switches"]["kept"][0]["protocol"] == "HTTP/2"
    assert told["streams"][0]["whole"] is True


def test_figures_of_which_nothing_was_measured_are_told_too() -> None:
    assert "abc1234" in table.markdown(figures())
    assert json.loads(table.document(figures()))["streams"] == []


def test_a_stream_tells_who_sent_what_came_after_the_act_and_how_it_ended() -> None:
    notes = [(ASKED + at, "blue") for at in (-2, -1, 1)] + [(ASKED + 4, "green")]
    course = Course(notes=notes, told=ASKED + 0.5, ended=ASKED + 5, failure="reset", connections=2)
    told = stream("gRPC", "renewal", course, ASKED, "blue")
    assert (told.before, told.old, told.new) == (2, 1, 1)
    assert (told.whole, told.failure) == (False, "reset")
    assert (told.lasted_s, told.told_s, told.gap_s, told.connections) == (5.0, 0.5, 3.0, 2)


def test_the_processors_time_between_two_moments_is_told_in_shares() -> None:
    before = Times.of("cpu  100 10 50 800 40 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
    after = Times.of("cpu  150 40 60 900 50 0 0 0 0 0\n")
    share = before.until(after)
    assert (share.idle, share.low) == (pytest.approx(0.55), pytest.approx(0.15))
    assert share.spare == pytest.approx(0.7)
    assert str(share) == "55% idle, 15% at low priority"


def test_two_looks_within_a_tick_of_the_clock_tell_of_nothing_to_spare() -> None:
    now = Times.of("cpu  100 10 50 800 40 0 0 0 0 0\n")
    assert now.until(now).spare == 0


def test_frames_of_a_websocket_are_taken_when_they_are_whole() -> None:
    data = bytearray(frames.message(b"blue") + frames.message(b"", kind=frames.CLOSE)[:1])
    assert frames.messages(data) == [(frames.TEXT, b"blue")]
    data += b"\0"
    assert frames.messages(data) == [(frames.CLOSE, b"")]
    assert not data


def test_clients_frames_are_masked_and_leave_the_words_as_they_are() -> None:
    assert frames.message(b"?", masked=True) == b"\x81\x81\0\0\0\0?"


def test_a_message_of_grpc_tells_its_length() -> None:
    assert frames.grpc(b"blue") == b"\0\0\0\0\x04blue"
