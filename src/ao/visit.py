"""One HTTP request on a new connection, and what its answer says of the colour.

A new connection matters: after a switch an old one may stay with the old system
for as long as it lives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ao.colour import Colour
from ao.http import limits
from ao.http.request_options import RequestOptions
from ao.message import joined, message
from ao.site import Identify
from ao.untrusted.pattern import SECONDS, TooSlow, pattern


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Header values by lower-case name."""
    body: str
    """Its first MiB."""


class NoAnswer(Exception):
    """The request got no HTTP answer; the message says why, and is safe to print."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        """Why, as a message where it is one of Ao's."""

    def __str__(self) -> str:
        return self.why


class Untrusted(NoAnswer):
    """The server's certificate is not trusted, or it asks for one of Ao's in vain.

    No other visit is answered, until that changes.
    """

    def __init__(self, why: str, *, cure: str) -> None:
        super().__init__(why)
        self.cure = cure
        """What makes it be trusted."""


AS_URL = RequestOptions()
"""A GET that names the URL's own host."""


class Visit(Protocol):
    """A visit of a URL with a time-out in seconds; raises NoAnswer."""

    def __call__(self, url: str, timeout: float, options: RequestOptions = AS_URL, /) -> Answer:
        """Ask for the URL once, as the options say."""


def visit(url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
    """Ask for a URL once, on a new connection, without following redirects.

    The connection goes to the URL's host, whatever host the options have the request name; by
    https that host is asked for by TLS, and the certificate has to name it.
    Raises NoAnswer on a refused or lost connection, for an answer that cannot be read or
    exceeds `ao.http.limits`, or when the whole of it takes longer than the time-out (seconds);
    Untrusted for a certificate that is not trusted.
    """
    import httpx

    from ao.http import exchange

    try:
        answer = exchange.exchange(
            exchange.request(options.method, url, headers=options.headers),
            timeout,
            keep=limits.VISITED,
            longest=limits.BODY,
            proxied=False,
            server_name=options.host,
            ca=options.ca,
            own=options.own,
        )
    except exchange.Untrusted as error:
        raise Untrusted(joined(": ", [url, error]), cure=error.cure) from error
    except (exchange.Unanswered, httpx.InvalidURL) as error:
        raise NoAnswer(joined(": ", [url, error])) from error
    headers = answer.headers
    return Answer(
        status=answer.status,
        headers=dict(headers),
        body=_text(answer.body, headers.get("content-type", "")),
    )


CHARSETS = frozenset(
    {
        "ascii",
        "cp1252",
        "cp932",
        "euc-jp",
        "iso-2022-jp",
        "iso-8859-1",
        "latin-1",
        "shift_jis",
        "us-ascii",
        "utf-16",
        "utf-8",
        "windows-1252",
        "windows-31j",
    }
)
"""Charsets of pages that are read. Python knows others whose time grows with the square of the
length, as punycode's does."""


def _text(body: bytes, content_type: str) -> str:
    """Text of a body, in the charset that it says if that is one of CHARSETS, else in UTF-8."""
    told = re.search(r"charset=[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    charset = told.group(1).lower() if told else ""
    return body.decode(charset if charset in CHARSETS else "utf-8", "replace")


def colour_of(answer: Answer, identify: Identify) -> Colour | None:
    """Colour that an answer tells, or None when it tells none.

    Raises NoAnswer where the search for it takes too long, which it would do with every answer.
    """
    word = ""
    if identify.header is not None:
        word = answer.headers.get(identify.header.lower(), "")
    elif identify.body is not None:
        try:
            found = pattern(identify.body).search(answer.body)
        except TooSlow as error:
            raise NoAnswer(
                message(
                    "`identify.body` was searched for %(seconds)s s without an end: it backtracks",
                    seconds=f"{SECONDS:g}",
                )
            ) from error
        word = (found.group(1) if found else None) or ""
    word = word.strip().lower()
    return Colour(word) if word in list(Colour) else None
