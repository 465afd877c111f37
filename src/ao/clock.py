"""Time as Ao passes it, so that tests need not wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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


SILENCE = 5.0
"""Seconds without an answer after which the user is told that a service is silent."""

Look = Callable[[], Ready[T] | Waiting]
"""Looks once whether what is waited for has come."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A clock to read and to wait by."""

    now: Callable[[], float] = time.monotonic
    """Gives the seconds since some fixed moment."""
    sleep: Callable[[float], None] = time.sleep
    """Waits for so many seconds."""
    notice: Callable[[str], object] = field(default=lambda _: None, repr=False)
    """Tells the user that a service is silent while it is waited for."""
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

        A cloud that does not answer for a moment is asked again; of one that is silent for
        SILENCE seconds the user is told once. After `deadline` seconds DeadlinePassed is raised,
        which says what was waited for and why the last look was still Waiting, or for how long
        nobody has answered.
        """
        begin = self.now()
        silent: float | None = None
        told = False
        while True:
            trouble: Unavailable | None = None
            before = self.now()
            try:
                seen = look()
            except Unavailable as error:
                silent = before if silent is None else silent
                seconds = self.now() - silent
                seen, trouble = Waiting(_since(error.message, seconds)), error
                if seconds >= SILENCE and not told:
                    told = True
                    self.notice(message("%(trouble)s. It is asked again.", trouble=seen.because))
            else:
                silent = None
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


def _since(trouble: str, seconds: float) -> str:
    """Return why there was no answer, and since how long there is none."""
    if seconds < 1:
        return trouble
    return message("%(trouble)s, for %(seconds)s s", trouble=trouble, seconds=f"{seconds:.0f}")
