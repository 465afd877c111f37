"""The probe's clients: those that come anew each time, and those that stay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from ao.probe.answer import Answer, Broken, Teller
from ao.probe.load import Load
from ao.probe.recorder import Recorder, Request
from ao.probe.recording import Kind, Outcome

UNDER_WAY = 4_000
"""Requests on new connections under way at most: no more descriptors than that."""


class Connection(Protocol):
    """A connection of either protocol."""

    answers: int
    closed: bool

    async def ask(self, path: str) -> Answer:
        """Send a request and wait for its answer; raises Broken when none comes."""

    def close(self) -> None:
        """Close it."""


Opener = Callable[[], Awaitable[Connection]]
"""What opens a connection; raises Broken when there is none to be had."""


class Clients:
    """All clients of a load, and what they have in common."""

    def __init__(
        self,
        load: Load,
        open_connection: Opener,
        recorder: Recorder,
        now: Callable[[], float],
        note: Callable[[Request], None],
    ) -> None:
        """`now` gives seconds since the probe began; `note` is told of every request."""
        self._load = load
        self._open = open_connection
        self._recorder = recorder
        self._now = now
        self._note = note
        self._teller = Teller(load.identify)
        self._under_way: set[asyncio.Task[None]] = set()
        self.skipped = 0
        """New connections that were not tried, because too many were under way."""

    async def come_anew(self) -> None:
        """Ask on a new connection again and again, at the rate of the load."""
        pause, due = 1 / self._load.new_per_second, self._now()
        while True:
            late = self._now() - due
            if late < 0:
                await asyncio.sleep(-late)
            due += pause
            if len(self._under_way) >= UNDER_WAY:
                self.skipped += 1
                await asyncio.sleep(0)
                continue
            task = asyncio.create_task(self._come_once())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            if late > 0:
                await asyncio.sleep(0)

    async def leave(self) -> None:
        """Give up what is under way on new connections, uncounted."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _come_once(self) -> None:
        begin = self._now()
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self._load.timeout):
                connection = await self._open()
                answer = await connection.ask(self._load.identify.path)
        except Broken as broken:
            self._lost(Kind.NEW, None, begin, broken)
        except TimeoutError:
            self._lost(Kind.NEW, None, begin, self._late())
        else:
            self._answered(Kind.NEW, None, begin, answer, Outcome.ANSWERED)
        finally:
            if connection is not None:
                connection.close()

    async def stay(self, number: int) -> None:
        """Ask on one connection again and again, and open another when it ends."""
        load = self._load
        slow = number < load.slow_kept and load.slow_path is not None
        path = load.slow_path if slow and load.slow_path else load.identify.path
        await asyncio.sleep(load.kept_interval * number / max(1, load.kept))
        connection: Connection | None = None
        try:
            while True:
                if connection is not None and connection.closed:
                    connection = None
                connection = await self._ask_staying(number, connection, path)
                await asyncio.sleep(load.kept_interval)
        finally:
            if connection is not None:
                connection.close()

    async def _ask_staying(
        self, number: int, connection: Connection | None, path: str
    ) -> Connection | None:
        """Ask once, and once more if the connection had ended; the connection afterwards."""
        begin, outcome = self._now(), Outcome.ANSWERED
        try:
            async with asyncio.timeout(self._load.timeout):
                if connection is None:
                    connection = await self._open_staying(number)
                try:
                    answer = await connection.ask(path)
                except Broken as broken:
                    if not (broken.untouched and connection.answers):
                        raise
                    outcome = Outcome.RETRIED
                    connection = await self._open_staying(number)
                    answer = await connection.ask(path)
        except Broken as broken:
            self._lost(Kind.KEPT, number, begin, broken)
        except TimeoutError:
            self._lost(Kind.KEPT, number, begin, self._late())
        else:
            self._answered(Kind.KEPT, number, begin, answer, outcome)
            if answer.close:
                self._recorder.told_to_close(number)
            return connection
        if connection is not None:
            connection.close()
        return None

    async def _open_staying(self, number: int) -> Connection:
        connection = await self._open()
        self._recorder.opened(number)
        return connection

    def _late(self) -> Broken:
        return Broken(Outcome.TIMED_OUT, f"no answer within {self._load.timeout:g} s")

    def _answered(
        self, kind: Kind, client: int | None, begin: float, answer: Answer, outcome: Outcome
    ) -> None:
        expect = self._load.expect
        good = answer.status < 500 if expect is None else answer.status == expect
        if not good:
            broken = Broken(Outcome.WRONG, f"HTTP {answer.status}")
            self._lost(kind, client, begin, broken)
            return
        now = self._now()
        self._record(
            Request(
                at=now,
                kind=kind,
                client=client,
                outcome=outcome,
                seconds=now - begin,
                colour=self._teller.colour(answer),
            )
        )

    def _lost(self, kind: Kind, client: int | None, begin: float, broken: Broken) -> None:
        now = self._now()
        self._record(
            Request(
                at=now,
                kind=kind,
                client=client,
                outcome=broken.outcome,
                seconds=now - begin,
                reason=broken.reason,
            )
        )

    def _record(self, request: Request) -> None:
        self._recorder.add(request)
        self._note(request)
