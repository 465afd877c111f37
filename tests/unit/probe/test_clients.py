import asyncio
import errno
from itertools import count
from typing import Any

import pytest

from ao.probe import descriptors
from ao.probe.answer import Exhausted
from ao.probe.clients import Clients
from ao.probe.connection import Connection
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Outcome
from ao.probe.request_counter import RequestCounter
from tests.unit.probe.server import HEADER, Peer, probe


async def hang(peer: Peer) -> None:
    await peer.request()
    await asyncio.sleep(30)


def test_what_the_probe_has_no_room_for_is_skipped_and_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(descriptors, "room", lambda wanted: 2)
    seen = probe(hang, 0.2, kept=0, new_per_second=100, timeout=0.5)
    assert seen.sent == seen.lost == 2
    assert seen.skipped > 0


def test_a_rate_that_no_machine_keeps_up_with_ends_in_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(descriptors, "room", lambda wanted: 2)
    seen = probe(hang, 0.2, kept=0, new_per_second=1e9, timeout=0.5)
    assert seen.sent == 2
    assert seen.skipped > 0
    assert seen.seconds < 5


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EADDRNOTAVAIL])
def test_a_machine_without_a_port_or_descriptor_left_is_not_the_servers_fault(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = asyncio.BaseEventLoop.create_connection
    opened = count()

    async def fails_later(*args: Any, **options: Any) -> Any:
        if next(opened) < 5:
            return await working(*args, **options)
        raise OSError(number, "none left")

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", fails_later)

    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer("blue", "200 OK", "Connection: close")

    seen = probe(serve, 0.2)
    assert set(seen.outcomes) == {Outcome.ANSWERED}
    assert seen.skipped > 0


def test_requests_that_are_too_late_are_skipped_and_not_sent_in_a_burst() -> None:
    """As after a machine's sleep: the clock jumps, and what was due meanwhile is left out."""
    opened = count()

    async def never() -> Connection:
        next(opened)
        raise Exhausted

    async def go() -> int:
        load = ProbeLoad(url="", identify=HEADER, new_per_second=10, kept=0)
        recorder, loop = RequestCounter(load), asyncio.get_running_loop()
        begin = loop.time()
        jump = 0.0
        clients = Clients(
            load, never, recorder, lambda: loop.time() - begin + jump, print, room=9_000
        )
        (task,) = clients.come()
        await asyncio.sleep(0.05)
        jump = 60.0
        while recorder.skipped < 500:
            await asyncio.sleep(0.01)
        clients.leave()
        await asyncio.gather(task, return_exceptions=True)
        return next(opened)

    assert asyncio.run(asyncio.wait_for(go(), 20)) < 50
