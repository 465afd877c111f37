"""A run of the probe, from its beginning until it is told to stop."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from ao.errors import Unavailable
from ao.message import message
from ao.probe import descriptors, target
from ao.probe.answer import Broken, Exhausted
from ao.probe.clients import Clients, Opener
from ao.probe.connection import Connection
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.probe.recording import Recording
from ao.probe.request_counter import Request, RequestCounter
from ao.probe.running_totals import RunningTotals
from ao.probe.target import Target

NEW = 4_000
"""Requests on new connections under way at most."""


@dataclass(frozen=True, kw_only=True)
class Lately:
    """The state of a running probe, which it reports several times a second."""

    seconds: float
    """Seconds since the probe began."""
    clients: dict[str, int]
    """Clients by the colour that answered them in the last second; new connections count as
    one."""
    tally: RunningTotals
    """Totals since the probe began."""


@dataclass
class Run:
    """A probe's run."""

    load: ProbeLoad
    records: Path | None = None
    """File that gets a line for every request."""
    lately: Callable[[Lately, RequestCounter], None] = lambda lately, recorder: None
    """Is called with the probe's state, several times a second."""
    interval: float = 0.2
    """Seconds between two such calls."""
    _stopped: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def stop(self) -> None:
        """Send nothing more; call it in the run's own loop."""
        self._stopped.set()

    async def go(self, seconds: float | None = None) -> Recording:
        """Send requests until told to stop, or for so many seconds; what was seen.

        What is under way then may still be answered, within the load's time-out: a request
        that hangs is lost, whenever the probe stops. Raises ConfigError for a wrong URL,
        Unavailable for a server that takes no connection.
        """
        load, open_connection = await _reach(self.load)
        room = descriptors.room(NEW + load.kept) - load.kept
        recorder = RequestCounter(load)
        begun, started = time.monotonic(), time.time()

        def now() -> float:
            return time.monotonic() - begun

        with ExitStack() as open_files:
            note: Callable[[Request], None] = _forget
            if self.records is not None:
                from ao.probe.request_log import Records

                note = open_files.enter_context(Records(self.records)).add
            clients = Clients(load, open_connection, recorder, now, note, max(1, room))
            telling = asyncio.create_task(self._tell(recorder, now))
            try:
                sent = await self._keep_going(clients, seconds, now)
            finally:
                telling.cancel()
        return recorder.recording(started, sent)

    async def _keep_going(
        self, clients: Clients, seconds: float | None, now: Callable[[], float]
    ) -> float:
        """Let clients send until told to stop or the time is over; when that was.

        None ends by itself: what ends one is a fault of the probe's own.
        """
        tasks = clients.come()
        stop = asyncio.create_task(self._stopped.wait())
        try:
            first = asyncio.FIRST_COMPLETED
            ended, _ = await asyncio.wait({stop, *tasks}, timeout=seconds, return_when=first)
            for task in ended - {stop}:
                task.result()
            sent = now()
            clients.leave()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in (stop, *tasks):
                task.cancel()
            await asyncio.gather(stop, *tasks, return_exceptions=True)
        return sent

    async def _tell(self, recorder: RequestCounter, now: Callable[[], float]) -> None:
        # At once, too: a switch waits for the first word before it goes on.
        while True:
            moment = now()
            seen = recorder.lately(moment)
            self.lately(
                Lately(seconds=moment, clients=seen, tally=recorder.tally(moment)), recorder
            )
            await asyncio.sleep(self.interval)


def _forget(request: Request) -> None:
    """Keep no record."""


async def _reach(load: ProbeLoad) -> tuple[ProbeLoad, Opener]:
    """Return what opens connections to the first of the server's addresses that takes one.

    With it comes the load, not mixed where the server speaks no HTTP/2.
    Raises ConfigError for a wrong URL, Unavailable when none does.
    """
    why, cure = "", message("Check host and port, and that they can be reached from here.")
    for found in await target.find(load):
        opener = _opener(found)
        try:
            async with asyncio.timeout(load.timeout):
                (await opener(load.protocol)).close()
                return replace(load, mixed=load.mixed and await _speaks_http2(found)), opener
        except (Broken, Exhausted) as error:
            why = str(error)
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                cure = message(
                    "Of `ao probe`, --host NAME says what the certificate names, --ca FILE has a "
                    "private authority trusted, and --insecure does not check."
                )
        except TimeoutError:
            why = f"no connection within {load.timeout:g} s"
    raise Unavailable(
        message("%(url)s takes no connection: %(why)s", url=load.url, why=why), cure=cure
    )


async def _speaks_http2(target: Target) -> bool:
    """Return whether a server speaks HTTP/2. Raises Broken, and Exhausted."""
    from ao.probe import http2

    try:
        (await http2.Connection.open(target)).close()
    except http2.NoHttp2:
        return False
    return True


def _opener(target: Target) -> Opener:
    def opening(protocol: Protocol) -> Awaitable[Connection]:
        if protocol is Protocol.HTTP2:
            from ao.probe import http2

            return http2.Connection.open(target)
        from ao.probe import http1

        return http1.Connection.open(target)

    return opening
