"""One HTTP request on a new connection, and what its answer says of the colour.

A new connection matters: after a switch an old one may stay with the old system
for as long as it lives.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ao.colour import Colour
from ao.site import Identify


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Header values by lower-case name."""
    body: str


class NoAnswer(Exception):
    """The request got no HTTP answer; the message says why."""


Visit = Callable[[str, float], Answer]
"""A visit of a URL with a time-out in seconds; raises NoAnswer."""


def visit(url: str, timeout: float) -> Answer:
    """Ask for a URL once, on a new connection, without following redirects.

    Raises NoAnswer on a refused or lost connection, for an answer that cannot be read, or
    when the whole of it takes longer than the time-out (seconds).
    """
    import httpx

    async def ask() -> httpx.Response:
        headers = {"User-Agent": "ao"}
        async with (
            # httpx's own time-out is for each read, so that a slow answer could go on for ever.
            asyncio.timeout(timeout),
            httpx.AsyncClient(timeout=timeout, headers=headers, trust_env=False) as client,
        ):
            return await client.get(url)

    try:
        answer = asyncio.run(ask())
    except (httpx.RequestError, TimeoutError) as error:
        raise NoAnswer(f"{url}: {str(error) or type(error).__name__}") from error
    return Answer(status=answer.status_code, headers=dict(answer.headers), body=answer.text)


def colour_of(answer: Answer, identify: Identify) -> Colour | None:
    """Colour that an answer tells, or None when it tells none."""
    word = ""
    if identify.header is not None:
        word = answer.headers.get(identify.header.lower(), "")
    elif identify.body is not None:
        found = re.search(identify.body, answer.body)
        word = found.group(1) if found else ""
    word = word.strip().lower()
    return Colour(word) if word in list(Colour) else None
