"""Time as Ao passes it, so that tests need not wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ao.errors import DeadlinePassed, Unavailable
from ao.message import message

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A clock to read and to wait by."""

    now: Callable[[], float] = time.monotonic
    """Seconds from some fixed moment."""
    sleep: Callable[[float], None] = time.sleep
    """Wait for so many seconds."""

    def until(
        self,
        look: Callable[[], T | None],
        *,
        what: str,
        deadline: float,
        interval: float = 1.0,
        cure: str = "",
        state: Callable[[], str] = lambda: "",
    ) -> T:
        """Look again and again until there is something to see.

        A cloud that does not answer for a moment is asked again. Raises DeadlinePassed,
        which says what was waited for, after `deadline` seconds; `state` then adds
        what was seen last.
        """
        begin = self.now()
        trouble: Unavailable | None = None
        while True:
            try:
                seen = look()
                trouble = None
            except Unavailable as error:
                seen, trouble = None, error
            if seen is not None:
                return seen
            if self.now() - begin >= deadline:
                waited = f"{deadline:.0f}"
                last = trouble.message if trouble else state()
                raise DeadlinePassed(
                    message(
                        "waited %(seconds)s s for %(what)s: %(state)s",
                        seconds=waited,
                        what=what,
                        state=last,
                    )
                    if last
                    else message("waited %(seconds)s s for %(what)s", seconds=waited, what=what),
                    cure=cure,
                ) from trouble
            self.sleep(min(interval, max(0.0, begin + deadline - self.now())) or interval)
