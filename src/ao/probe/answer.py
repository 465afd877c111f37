"""Answers to the requests of a probe, and the errors of requests without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ao.colour import Colour
from ao.http import limits
from ao.probe.recording import Outcome
from ao.site import Identify
from ao.untrusted.pattern import Pattern, TooSlow
from ao.untrusted.printable import printable

COLOURS = 16
"""Words that are taken for a colour, beside blue and green."""
OTHER = "other"
"""Colour of an answer whose word is not among them."""
WORD = 40
"""Characters of such a word that are kept."""
UNSEARCHED = "search too slow"
"""Colour of an answer in which `identify.body` was not searched for, or not to the end."""
SEARCH = 0.1
"""Seconds that a search may take. Nothing else is sent meanwhile, so that after SLOW_SEARCHES
which took longer there are no more."""
SLOW_SEARCHES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    """Names in lower case, and values."""
    body: bytes


class Broken(Exception):
    """A request that got no whole answer; the reason is safe to print."""

    def __init__(self, outcome: Outcome, reason: str, *, untouched: bool = False) -> None:
        reason = printable(reason, limits.TEXT)
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.untouched = untouched
        """Whether no byte of an answer had come."""


class Exhausted(Exception):
    """No connection was tried: the machine has no descriptor or port left for one."""


class Teller:
    """Tells which colour gave an answer, in a bounded number of words."""

    def __init__(self, identify: Identify) -> None:
        self._header = identify.header.lower().encode() if identify.header else None
        self._body = Pattern(identify.body.encode()) if identify.body else None
        self._slow = 0
        self._words = {str(colour) for colour in Colour}

    def colour(self, answer: Answer) -> str | None:
        """Colour that an answer tells; None when it tells none.

        Any word may be one. When there have been COLOURS of them beside blue and green, each
        new one is OTHER: a server that tells another word each time fills no memory.
        """
        word = b""
        if self._header is not None:
            word = next((value for name, value in answer.headers if name == self._header), b"")
        elif self._body is not None:
            if self._slow == SLOW_SEARCHES:
                return UNSEARCHED
            try:
                found = self._body.search(answer.body, SEARCH)
            except TooSlow:
                self._slow += 1
                return UNSEARCHED
            word = (found.group(1) if found else None) or b""
        told = word.decode("ascii", "replace").strip().lower()
        return told if told in self._words else self._known(printable(told, WORD))

    def _known(self, told: str) -> str | None:
        """Return a word, or OTHER when there are too many already; None for an empty one."""
        if not told:
            return None
        if told not in self._words and len(self._words) >= len(Colour) + COLOURS:
            return OTHER
        self._words.add(told)
        return told
