"""A run of the probe, from its beginning until it is told to stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ao.probe.clients import Clients, Opener
from ao.probe.load import Load, Protocol
from ao.probe.recorder import Recorder, Request
from ao.probe.recording import Recording
from ao.probe.target import Target, find


@dataclass(frozen=True, kw_only=True)
class Lately:
    """What a running probe saw in the last second."""

    seconds: float
    """How long it has run."""
    clients: dict[str, int]
    """Clients by the colour that answered them; new connections count as one."""


@dataclass
class Run:
    """A probe's run."""

    load: Load
    records: Path | None = None
    """File that gets a line for every request."""
    lately: Callable[[Lately, Recorder], None] = lambda lately, recorder: None
    """Who is told, several times a second."""
    interval: float = 0.2
    """Seconds between two such tellings."""
    _stopped: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def stop(self) -> None:
        """End the run; call it in the run's own loop."""
        self._stopped.set()

    async def go(self, seconds: float | None = None) -> Recording:
        """Send requests until told to stop, or for so many seconds; what was seen.

        Raises ConfigError for a wrong URL, Unavailable for a name that nobody knows.
        """
        target = await find(self.load)
        recorder = Recorder(self.load)
        begun, started = time.monotonic(), time.time()

        def now() -> float:
            return time.monotonic() - begun

        with ExitStack() as open_files:
            note: Callable[[Request], None] = _forget
            if self.records is not None:
                from ao.probe.records import Records

                note = open_files.enter_context(Records(self.records)).add
            clients = Clients(self.load, _opener(self.load, target), recorder, now, note)
            end = await self._keep_going(self._tasks(clients, recorder, now), seconds, now)
            await clients.leave()
        return recorder.recording(started, end, clients.skipped)

    def _tasks(
        self, clients: Clients, recorder: Recorder, now: Callable[[], float]
    ) -> list[asyncio.Task[None]]:
        jobs = [clients.stay(number) for number in range(self.load.kept)]
        if self.load.new_per_second:
            jobs.append(clients.come_anew())
        return [asyncio.create_task(job) for job in (*jobs, self._tell(recorder, now))]

    async def _keep_going(
        self, tasks: list[asyncio.Task[None]], seconds: float | None, now: Callable[[], float]
    ) -> float:
        """Let tasks run until told to stop or the time is over; when that was.

        They never end by themselves: what ends one is a fault of the probe's own.
        """
        stop = asyncio.create_task(self._stopped.wait())
        first = asyncio.FIRST_COMPLETED
        ended, _ = await asyncio.wait({stop, *tasks}, timeout=seconds, return_when=first)
        end = now()
        for task in (stop, *tasks):
            task.cancel()
        await asyncio.gather(stop, *tasks, return_exceptions=True)
        for task in tasks:
            if task in ended:
                task.result()
        return end

    async def _tell(self, recorder: Recorder, now: Callable[[], float]) -> None:
        while True:
            await asyncio.sleep(self.interval)
            moment = now()
            self.lately(Lately(seconds=moment, clients=recorder.lately(moment)), recorder)


def _forget(request: Request) -> None:
    """Keep no record."""


def _opener(load: Load, target: Target) -> Opener:
    if load.protocol is Protocol.HTTP2:
        from ao.probe import http2

        return lambda: http2.Connection.open(target)
    from ao.probe import http1

    return lambda: http1.Connection.open(target)
