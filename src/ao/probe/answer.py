"""What a request on a connection comes to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ao.probe.recording import Outcome
from ao.site import Identify


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    """Names in lower case, and values."""
    body: bytes


class Broken(Exception):
    """A request that got no whole answer."""

    def __init__(self, outcome: Outcome, reason: str, *, untouched: bool = False) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.untouched = untouched
        """Whether no byte of an answer had come."""


class Exhausted(Exception):
    """No connection was tried: the machine has no descriptor or port left for one."""


class Teller:
    """Tells which colour gave an answer."""

    def __init__(self, identify: Identify) -> None:
        self._header = identify.header.lower().encode() if identify.header else None
        self._body = re.compile(identify.body.encode()) if identify.body else None

    def colour(self, answer: Answer) -> str | None:
        """Colour that an answer tells; None when it tells none."""
        word = b""
        if self._header is not None:
            word = next((value for name, value in answer.headers if name == self._header), b"")
        elif self._body is not None:
            found = self._body.search(answer.body)
            word = found.group(1) if found else b""
        return word.decode("ascii", "replace").strip().lower() or None
