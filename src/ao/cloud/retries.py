"""Requests that a service or a proxy had no time for, sent again when it asks for that."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

TRIES = 5
"""How often a request is sent at most."""
LONGEST = 30.0
"""Seconds for which a request is put off altogether; less where it says less for its answer."""
DIGITS = 6
"""Digits of seconds that are read as a number."""
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods by which a request may be sent twice, whatever came of the first (RFC 9110, 9.2.2)."""

log = logging.getLogger(__name__)

_backoff = wait_exponential_jitter(initial=1, max=LONGEST, jitter=0.5)


class Retries(BaseAdapter):
    """Sends requests by another adapter, and those again that are to come later.

    That is what 429 says, which a limit of calls answers in place of the service, and 503 with
    `Retry-After` (RFC 6585, 4; RFC 9110, 15.6.4). After 503 nobody can tell what has been done,
    so only a request whose method may be repeated is sent again. A service that asks for more
    time than there is gets no second request: its answer is handed on at once.
    """

    def __init__(self, adapter: BaseAdapter) -> None:
        super().__init__()
        self._adapter = adapter

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send a request; its last answer, of which the headers have come."""
        patience = options.get("timeout")
        longest = min(patience, LONGEST) if isinstance(patience, int | float) else LONGEST
        retrying = Retrying(
            retry=retry_if_result(_is_for_later),
            wait=_seconds,
            stop=stop_after_attempt(TRIES) | stop_before_delay(longest),
            before_sleep=_put_off,
            retry_error_callback=_answer,
        )
        response: Response = retrying(self._adapter.send, request, *args, **options)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()


def retry_after(response: Response) -> float | None:
    """Seconds for which an answer asks to wait; None where it says none that can be understood."""
    told = response.headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return float(told) if len(told) <= DIGITS else 10.0**DIGITS
    try:
        moment = parsedate_to_datetime(told)
        # A date without a zone is one of UTC (RFC 9110, 5.6.7).
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None


def _is_for_later(response: Response) -> bool:
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    return (
        response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        and response.request.method in REPEATABLE
        and retry_after(response) is not None
    )


def _answer(state: RetryCallState) -> Response:
    assert state.outcome is not None
    response: Response = state.outcome.result()
    return response


def _seconds(state: RetryCallState) -> float:
    asked = retry_after(_answer(state))
    return _backoff(state) if asked is None else asked


def _put_off(state: RetryCallState) -> None:
    response, seconds = _answer(state), state.upcoming_sleep
    response.close()
    log.warning(
        "%s answers %s: the request is sent again in %.0f s",
        response.request.method,
        response.status_code,
        seconds,
    )
