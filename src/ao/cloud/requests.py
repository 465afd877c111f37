"""Requests to OpenStack's APIs: what they may take, and a record of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import urlsplit

from keystoneauth1.session import Session
from requests import RequestException, Response

from ao.cloud.answers import hear
from ao.cloud.models import Request

KEPT = 10_000
"""Requests that are remembered; older ones are forgotten."""
PATIENCE = 120.0
"""Seconds that a service may be silent, where clouds.yaml has no `api_timeout`."""
LARGEST = 64 * 2**20
"""Bytes that an answer may have."""
LONGEST = 120.0
"""Seconds that an answer may take at most once it has begun; less where a request says less."""


class Requests:
    """The requests of a session that were answered, oldest first.

    Answers without end are broken off.
    """

    def __init__(self, session: Session) -> None:
        self._answered: deque[Request] = deque(maxlen=KEPT)
        if session.timeout is None:
            session.timeout = PATIENCE
        session.session.hooks["response"].append(self._take)

    def since(self, moment: float) -> tuple[Request, ...]:
        """Requests sent at a moment (seconds since 1970) or later."""
        return tuple(request for request in list(self._answered) if request.at >= moment)

    def _take(self, response: Response, timeout: object = None, **_: object) -> None:
        """Note an answer whose headers have come, and read the rest of it."""
        seconds = response.elapsed.total_seconds()
        parts = urlsplit(response.request.url or "")
        self._answered.append(
            Request(
                at=time.time() - seconds,
                method=response.request.method or "",
                host=parts.netloc.rpartition("@")[2],
                path=parts.path,
                seconds=seconds,
                status=response.status_code,
            )
        )
        patience = timeout if isinstance(timeout, int | float) else LONGEST
        response.raw = _Bounded(response.raw, min(patience, LONGEST))
        hear(response)


class _Bounded:
    """The body of an answer as requests reads it, up to a length and for a time."""

    def __init__(self, body: Any, longest: float) -> None:
        self._body = body
        self._longest = longest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def stream(self, amt: int, decode_content: bool) -> Iterator[bytes]:
        """The pieces of the body, each as soon as it is there."""
        # urllib3 before 2.1 knows no read1, and waits until a piece is full.
        read = getattr(self._body, "read1", self._body.read)
        length, begin = 0, time.monotonic()
        while piece := read(amt, decode_content=decode_content):
            length += len(piece)
            if length > LARGEST:
                self._break_off(f"the answer has more than {LARGEST >> 20} MiB")
            if time.monotonic() - begin > self._longest:
                self._break_off(f"the answer has not ended after {self._longest:g} s")
            yield piece

    def _break_off(self, why: str) -> NoReturn:
        self._body.close()
        raise RequestException(why)
