"""Requests to OpenStack's APIs: what they may take, a record of them, and the log."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import urlsplit

from keystoneauth1.session import Session
from requests import PreparedRequest, RequestException, Response
from requests.adapters import BaseAdapter

from ao.cloud.answers import hear
from ao.cloud.models import Request
from ao.cloud.retries import Retries
from ao.message import message
from ao.redaction import redact_log
from ao.untrusted.printable import printable

KEPT = 10_000
"""Requests that are remembered; older ones are forgotten."""
PATIENCE = 120.0
"""Seconds that a service may be silent, where clouds.yaml has no `api_timeout`."""
LONGEST_PATIENCE = 600.0
"""Seconds of an `api_timeout` that are heeded."""
LARGEST = 64 * 2**20
"""Bytes that an answer may have."""
LONGEST = 120.0
"""Seconds that an answer may take at most once it has begun; less where a request says less."""

ID_HEADERS = ("X-Openstack-Request-Id", "X-Compute-Request-Id", "X-Trans-Id")
"""Headers in which services tell the ID of a request."""
SHOWN = 1000
"""Characters of a URL or of an ID that are logged."""

log = logging.getLogger(__name__)


class Requests:
    """The requests of a session that were answered, oldest first.

    Answers without end are broken off, and what a service has no time for is sent again. Each
    request is logged, without headers and body.
    """

    def __init__(self, session: Session) -> None:
        self._answered: deque[Request] = deque(maxlen=KEPT)
        if session.timeout is None:
            session.timeout = PATIENCE
        session.timeout = min(LONGEST_PATIENCE, session.timeout)
        for prefix, adapter in list(session.session.adapters.items()):
            # Somebody may have asked for the same session's requests before.
            if not isinstance(adapter, Retries):
                session.session.mount(prefix, Retries(_Logged(adapter)))
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
        try:
            hear(response)
        except RequestException as error:
            # An answer that breaks off says no more of which one it was.
            error.request = error.request or response.request
            raise


class _Logged(BaseAdapter):
    """Sends requests by another adapter, and logs each with what came of it."""

    def __init__(self, adapter: BaseAdapter) -> None:
        super().__init__()
        self._adapter = adapter

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send a request; its answer, of which the headers have come."""
        begin = time.monotonic()
        try:
            response = self._adapter.send(request, *args, **options)
        except RequestException as error:
            _log(request, time.monotonic() - begin, error=type(error).__name__)
            raise
        told = (response.headers.get(name) for name in ID_HEADERS)
        request_id = printable(next(filter(None, told), ""), SHOWN)
        _log(
            request,
            time.monotonic() - begin,
            status=response.status_code,
            request_id=request_id or None,
        )
        return response

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()


def _log(request: PreparedRequest, seconds: float, **told: object) -> None:
    """Log a request by method and URL, and what is told of its answer."""
    if not log.isEnabledFor(logging.DEBUG):
        return
    url = printable(redact_log(request.url or ""), SHOWN)
    fields = {"method": request.method, "url": url, "seconds": round(seconds, 3), **told}
    what = told.get("status") or f"no answer, {told['error']},"
    told_id = f" ({told['request_id']})" if told.get("request_id") else ""
    message = f"{request.method} {url} {what} in {seconds:.3f} s{told_id}"
    log.debug("%s", message, extra={"fields": fields})


class _Bounded:
    """The body of an answer as requests reads it, up to a length and for a time."""

    def __init__(self, body: Any, longest: float) -> None:
        self._body = body
        self._longest = longest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def stream(self, amt: int, decode_content: bool) -> Iterator[bytes]:
        """Yield the pieces of the body, each as soon as it is there."""
        # urllib3 before 2.1 knows no read1, and waits until a piece is full.
        read = getattr(self._body, "read1", self._body.read)
        length, begin = 0, time.monotonic()
        while piece := read(amt, decode_content=decode_content):
            length += len(piece)
            if length > LARGEST:
                self._break_off(
                    message("the answer has more than %(size)s MiB", size=LARGEST >> 20)
                )
            if time.monotonic() - begin > self._longest:
                self._break_off(
                    message(
                        "the answer has not ended after %(seconds)s s", seconds=f"{self._longest:g}"
                    )
                )
            yield piece

    def _break_off(self, why: str) -> NoReturn:
        self._body.close()
        raise RequestException(why)
