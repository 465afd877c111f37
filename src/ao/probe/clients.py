"""The probe's clients: those that come anew each time, and those that stay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ao.probe.answer import Answer, Broken, Exhausted, Teller
from ao.probe.connection import Connection
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.probe.recording import Kind, Outcome
from ao.probe.request_counter import Request, RequestCounter
from ao.site.status_codes import StatusCodes

LATE = 1.0
"""Seconds by which a request on a new connection may be late before it is skipped."""
BURST = 1000
"""Requests that come due before the probe looks to other work: at a rate that this machine
cannot keep up with, the end of the probe's time and signals are seen all the same."""

Opener = Callable[[Protocol], Awaitable[Connection]]
"""Opens a connection of a protocol. Raises Broken when none can be had, and Exhausted."""


class Clients:
    """All clients of a load, and what they have in common."""

    def __init__(
        self,
        load: ProbeLoad,
        open_connection: Opener,
        recorder: RequestCounter,
        now: Callable[[], float],
        note: Callable[[Request], None],
        room: int,
    ) -> None:
        """`now` gives seconds since the probe began; `note` is told of every request.

        `room` is the number of requests on new connections that may be under way at a time.
        """
        self._load = load
        self._open = open_connection
        self._recorder = recorder
        self._now = now
        self._note = note
        self._room = room
        self._teller = Teller(load.identify)
        self._good = None if load.expect is None else StatusCodes.parse(str(load.expect))
        self._under_way: set[asyncio.Task[None]] = set()
        self._kept: dict[int, Connection] = {}
        self._pausing: set[asyncio.Task[None]] = set()
        self._leaving = False

    def come(self) -> list[asyncio.Task[None]]:
        """Begin; the tasks end after the clients were told to leave."""
        jobs = [self._stay(number) for number in range(self._load.kept)]
        if self._load.new_per_second:
            jobs.append(self._come_anew())
        return [asyncio.create_task(job) for job in jobs]

    def leave(self) -> None:
        """Have them send nothing more, and wait only for what is under way."""
        self._leaving = True
        for task in self._pausing:
            task.cancel()

    async def _pause(self, seconds: float) -> None:
        """Wait between two requests: here a client leaves."""
        task = asyncio.current_task()
        assert task is not None
        self._pausing.add(task)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._pausing.discard(task)

    async def _come_anew(self) -> None:
        """Ask on a new connection again and again, at the rate of the load."""
        interval, due = 1 / self._load.new_per_second, self._now()
        try:
            while not self._leaving:
                for _ in range(BURST):
                    if (late := self._now() - due) < 0:
                        break
                    due += interval
                    if late > LATE or len(self._under_way) >= self._room:
                        self._recorder.skipped += 1
                    else:
                        task = asyncio.create_task(self._come_once())
                        self._under_way.add(task)
                        task.add_done_callback(self._under_way.discard)
                await self._pause(max(0.0, -late))
        finally:
            await asyncio.gather(*self._under_way)

    async def _come_once(self) -> None:
        begin = self._now()
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self._load.timeout):
                connection = await self._open(self._load.protocol)
                answer = await connection.ask(self._load.identify.path)
        except Exhausted:
            self._recorder.skipped += 1
        except Broken as broken:
            self._lost(Kind.NEW, None, begin, broken)
        except TimeoutError:
            self._lost(Kind.NEW, None, begin, self._late())
        else:
            self._answered(Kind.NEW, None, begin, answer, Outcome.ANSWERED)
        finally:
            if connection is not None:
                connection.close()

    async def _stay(self, number: int) -> None:
        """Ask on one connection again and again, and on another when it has ended."""
        load = self._load
        slow = number < load.slow_kept and load.slow_path
        try:
            await self._pause(load.kept_interval * number / load.kept)
            while not self._leaving:
                begin = self._now()
                await self._ask(number, slow or load.identify.path)
                spent = self._now() - begin if slow else 0.0
                await self._pause(max(0.0, load.kept_interval - spent))
        finally:
            self._drop(number)

    async def _ask(self, number: int, path: str) -> None:
        """Ask once, and once more if the connection had ended."""
        begin, outcome = self._now(), Outcome.ANSWERED
        try:
            async with asyncio.timeout(self._load.timeout):
                connection = await self._connection(number)
                try:
                    answer = await connection.ask(path)
                except Broken as broken:
                    if not (broken.untouched and connection.answers):
                        raise
                    outcome = Outcome.RETRIED
                    self._drop(number)
                    connection = await self._connection(number)
                    answer = await connection.ask(path)
        except Exhausted:
            self._recorder.skipped += 1
        except Broken as broken:
            self._drop(number)
            self._lost(Kind.KEPT, number, begin, broken)
        except TimeoutError:
            self._drop(number)
            self._lost(Kind.KEPT, number, begin, self._late())
        else:
            self._answered(Kind.KEPT, number, begin, answer, outcome)

    async def _connection(self, number: int) -> Connection:
        """Return a Keep-Alive client's connection, a new one if the one before has ended."""
        connection = self._kept.get(number)
        if connection is None or connection.closed:
            self._drop(number)
            connection = self._kept[number] = await self._open(self._load.speaks(number))
            self._recorder.opened(number)
        return connection

    def _drop(self, number: int) -> None:
        """Take leave of a Keep-Alive client's connection."""
        connection = self._kept.pop(number, None)
        if connection is not None:
            connection.close()
            if connection.leaving:
                self._recorder.told_to_close(number, finished=connection.finished)

    def _late(self) -> Broken:
        return Broken(Outcome.TIMED_OUT, f"no answer within {self._load.timeout:g} s")

    def _answered(
        self, kind: Kind, client: int | None, begin: float, answer: Answer, outcome: Outcome
    ) -> None:
        good = answer.status < 400 if self._good is None else answer.status in self._good
        now = self._now()
        self._record(
            Request(
                at=now,
                kind=kind,
                client=client,
                outcome=outcome if good else Outcome.WRONG,
                seconds=now - begin,
                colour=self._teller.colour(answer) or (self._load.untold if good else None),
                status=answer.status,
                reason="" if good else f"HTTP {answer.status}",
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
