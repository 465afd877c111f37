"""Time as Ao passes it, so that tests need not wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ao.errors import DeadlinePassed, Unavailable
from ao.message import message

T = TypeVar("T")


@dataclass(frozen=True)
class Ready(Generic[T]):
    """A look saw what is waited for."""

    value: T
    """The value that the wait returns."""


@dataclass(frozen=True)
class Waiting:
    """A look did not see yet what is waited for."""

    because: str = ""
    """What it saw instead; empty where the wait's own words say enough."""


Look = Callable[[], Ready[T] | Waiting]
"""Looks once whether what is waited for has come."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A clock to read and to wait by."""

    now: Callable[[], float] = time.monotonic
    """Gives the seconds since some fixed moment."""
    sleep: Callable[[float], None] = time.sleep
    """Waits for so many seconds."""
    wait: Callable[[threading.Event, float], bool] = threading.Event.wait
    """Waits until an event, for so many seconds at most; returns whether it came."""

    def until(
        self,
        look: Look[T],
        *,
        what: str,
        deadline: float,
        interval: float = 1.0,
        cure: str = "",
    ) -> T:
        """Look again and again until a look is Ready, and return its value.

        A cloud that does not answer for a moment is asked again. After `deadline` seconds
        DeadlinePassed is raised, which says what was waited for and why the last look was
        still Waiting.
        """
        begin = self.now()
        while True:
            trouble: Unavailable | None = None
            try:
                seen = look()
            except Unavailable as error:
                seen, trouble = Waiting(error.message), error
            if isinstance(seen, Ready):
                return seen.value
            if self.now() - begin >= deadline:
                waited = f"{deadline:.0f}"
                raise DeadlinePassed(
                    message(
                        "waited %(seconds)s s for %(what)s: %(state)s",
                        seconds=waited,
                        what=what,
                        state=seen.because,
                    )
                    if seen.because
                    else message("waited %(seconds)s s for %(what)s", seconds=waited, what=what),
                    cure=cure,
                ) from trouble
            self.sleep(min(interval, max(0.0, begin + deadline - self.now())) or interval)
