"""A client of HTTP/2 that ignores GOAWAY: it goes on where it was told to leave."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ao.probe import http2, target
from ao.probe.answer import Broken, Teller
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Outcome
from ao.probe.target import Target


@dataclass(kw_only=True)
class Fate:
    """What became of such a client. Moments are seconds since 1970."""

    slow: bool
    """Whether its requests are long ones."""
    colour: str | None = None
    """Who answered last on its first connection."""
    last: float | None = None
    """When that was."""
    told: float | None = None
    """When the GOAWAY came; None when none did."""
    answered: int = 0
    """Requests that it sent after the GOAWAY, and that were answered all the same."""
    refusal: str = ""
    """What became of the first that was not."""
    repeatable: bool = False
    """Whether no byte of an answer had come to that: a client may send it once more."""
    ended: float | None = None
    """When it knew that."""
    over: float | None = None
    """When another system first answered it, on a new connection."""
    failure: str = field(default="")
    """Why it has no fate: it did not get as far."""


@contextmanager
def deaf(load: ProbeLoad, *, slow: Sequence[bool]) -> Iterator[list[Fate]]:
    """Have such clients ask meanwhile, one for each word; their fates, whole at the end."""
    fates = [Fate(slow=it) for it in slow]
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_all(load, fates, stop)), name="deaf")
    thread.start()
    try:
        yield fates
    finally:
        stop.set()
        thread.join()


class _Connection(http2.Connection):
    """A connection that takes a GOAWAY for nothing."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.told: float | None = None

    def _leave(self, last_stream: int) -> None:
        self.told = self.told or time.time()


async def _all(load: ProbeLoad, fates: Sequence[Fate], stop: threading.Event) -> None:
    found, *_ = await target.find(load)
    await asyncio.gather(*(_live(load, found, fate, stop) for fate in fates))


async def _live(load: ProbeLoad, found: Target, fate: Fate, stop: threading.Event) -> None:
    """Ask on one connection until it takes no more, and then on others until all is over."""
    teller = Teller(load.identify)
    path = load.slow_path if fate.slow and load.slow_path else load.identify.path
    try:
        connection = await _open(load, found)
        while not stop.is_set():
            deafened = connection.told is not None
            try:
                async with asyncio.timeout(load.timeout):
                    answer = await connection.ask(path)
                if answer.status >= 400:
                    raise Broken(Outcome.WRONG, f"HTTP {answer.status}")
            except (Broken, TimeoutError) as error:
                fate.refusal = str(error) or f"no answer within {load.timeout:g} s"
                fate.repeatable = isinstance(error, Broken) and error.untouched
                fate.ended = time.time()
                break
            finally:
                fate.told = connection.told
            fate.colour, fate.last = teller.colour(answer), time.time()
            fate.answered += deafened
            await asyncio.sleep(load.kept_interval)
        connection.close()
        while fate.over is None and not stop.is_set():
            connection = await _open(load, found)
            async with asyncio.timeout(load.timeout):
                if teller.colour(await connection.ask(load.identify.path)) != fate.colour:
                    fate.over = time.time()
            connection.close()
    except (Broken, TimeoutError) as error:
        fate.failure = str(error) or "no connection in time"


async def _open(load: ProbeLoad, found: Target) -> _Connection:
    async with asyncio.timeout(load.timeout):
        return await _Connection.open(found)
