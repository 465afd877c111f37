"""A record of the requests to OpenStack's APIs."""

from __future__ import annotations

import time
from collections import deque
from urllib.parse import urlsplit

from keystoneauth1.session import Session
from requests import Response

from ao.cloud.values import Request

KEPT = 10_000
"""Requests that are remembered; older ones are forgotten."""


class Requests:
    """The requests of a session that were answered, oldest first."""

    def __init__(self, session: Session) -> None:
        self._answered: deque[Request] = deque(maxlen=KEPT)
        session.session.hooks["response"].append(self._note)

    def since(self, moment: float) -> tuple[Request, ...]:
        """Requests sent at a moment (seconds since 1970) or later."""
        return tuple(request for request in list(self._answered) if request.at >= moment)

    def _note(self, response: Response, **_: object) -> None:
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
