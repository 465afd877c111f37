"""Consecutive errors: a system that has become live and answers nothing but errors. Pure."""

from __future__ import annotations

from enum import Enum, auto

from ao.colour import Colour
from ao.cutover.cutover import UNKNOWN
from ao.probe.running_totals import RunningTotals

LEAST = 20
"""Errors in a row, at least, that tell of a system's fault."""
LASTING = 1.2
"""Seconds that they last, at least: a version that stumbles for its first second is kept. Totals
come five times a second, so less than a second may be seen as one."""


class Suspicion(Enum):
    """What the errors in a row tell of the system that has become live."""

    NONE = auto()
    """Nothing: there are too few, or good answers are among them."""
    PERHAPS = auto()
    """Some told no colour, so something before the system may have given them."""
    SURE = auto()
    """The system itself gave them."""


class ConsecutiveErrors:
    """Counts the errors that a system gives in a row, by the totals of a probe."""

    def __init__(self, system: Colour) -> None:
        self._own = _Streak((str(system),))
        self._any = _Streak((str(system), UNKNOWN))

    def note(self, totals: RunningTotals, now: float) -> Suspicion:
        """Take the totals of a moment (seconds of any clock); return what they tell by now."""
        if self._own.lasts(totals, now):
            return Suspicion.SURE
        return Suspicion.PERHAPS if self._any.lasts(totals, now) else Suspicion.NONE


class _Streak:
    """Errors in a row of some colours."""

    def __init__(self, colours: tuple[str, ...]) -> None:
        self._colours = colours
        self._good: int | None = None
        self._errors = 0
        """Errors up to the last good answer."""
        self._since: float | None = None
        """The moment at which the first error since then was seen."""

    def lasts(self, totals: RunningTotals, now: float) -> bool:
        """Return whether there are enough errors in a row by now, for long enough."""
        good = sum(totals.good.get(colour, 0) for colour in self._colours)
        errors = sum(totals.errors.get(colour, 0) for colour in self._colours)
        if good != self._good:
            self._good, self._errors, self._since = good, errors, None
        elif errors > self._errors and self._since is None:
            self._since = now
        return (
            self._since is not None
            and errors - self._errors >= LEAST
            and now - self._since >= LASTING
        )
