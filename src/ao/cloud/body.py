"""The body of an OpenStack service's answer, bounded in length and in time as a whole."""

from __future__ import annotations

import time
from collections.abc import Iterator

from requests import ConnectionError as NoConnection
from requests import Response


class Body:
    """A body that is read through to the end, but no further than to its limits.

    requests' own time-out is for each read, so that a slow answer could go on for ever; and it
    takes as much as comes.
    """

    def __init__(self, answer: Response, longest: int, seconds: float) -> None:
        self._raw = answer.raw
        self._left = longest
        self._end = time.monotonic() + seconds
        self._seconds = seconds

    @classmethod
    def bound(cls, answer: Response, longest: int, seconds: float) -> None:
        """Let no more than so many bytes, in so many seconds, be read of an answer.

        It must have been asked for with `stream=True`. What reads on then raises a
        RequestException.
        """
        answer.raw = cls(answer, longest, seconds)

    def stream(self, size: int, decode_content: bool) -> Iterator[bytes]:
        """Give the body in pieces, as requests takes them; raises requests' ConnectionError."""
        # Unlike read(), read1() does not wait until it has as much as was asked for.
        while piece := self._raw.read1(size, decode_content=decode_content):
            self._left -= len(piece)
            if self._left < 0:
                self.close()
                raise NoConnection("the answer is too long")
            if time.monotonic() > self._end:
                self.close()
                raise NoConnection(f"no whole answer within {self._seconds:g} s")
            yield piece

    def close(self) -> None:
        """Read no further."""
        self._raw.close()
