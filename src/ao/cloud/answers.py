"""Answers of OpenStack's services, and what is none.

Something else may answer in a service's place: a proxy with a page of its own, with status 200
too, or a service that broke off in the midst of an answer. That must never be taken for an
answer, least of all for "nothing is there", and is told as Unavailable.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import requests
from keystoneauth1.exceptions import InvalidResponse, NotFound
from pydantic import TypeAdapter

from ao.errors import Unavailable
from ao.message import message
from ao.redaction import redact
from ao.untrusted.printable import printable

T = TypeVar("T")

MALFORMED = (
    InvalidResponse,
    # Keystone itself, or the place where a service tells its versions, is always there.
    NotFound,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""Exceptions that keystoneauth and openstacksdk raise at an answer that they cannot read."""
UNSENT = (
    # A file of certificates, a number that is too large, a service that is configured wrongly.
    OSError,
    ArithmeticError,
    RuntimeError,
)
"""Exceptions that they raise besides, before a request, at a configuration that they cannot use."""
SHOWN = 120
"""Characters of an answer that are shown."""
LOOKED_AT = 10 * SHOWN
"""Bytes of an answer's beginning that are searched for secrets before it is shortened."""
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An answer as it came, readable or not."""

    server: str
    """The server that answered: a service's name, or a host with its port."""
    request: str
    """Method and path that it answers, for example `GET /ports`."""
    status: int
    """HTTP status."""
    body: bytes
    """Beginning of its body."""
    location: str = ""
    """URL that it redirects to; empty when it does not."""

    @classmethod
    def of(cls, response: requests.Response, server: str, request: str) -> Self:
        """Return the answer that a response to a request holds."""
        return cls(
            server=server,
            request=request,
            status=response.status_code,
            body=response.content[:LOOKED_AT],
            location=response.headers.get("Location", "") if response.is_redirect else "",
        )

    @property
    def words(self) -> str:
        """Beginning of its text, without the tags of a page."""
        return " ".join(_TAG.sub(" ", self.body.decode(errors="backslashreplace")).split())

    def __str__(self) -> str:
        """Say that it cannot be read and how it begins, without secrets and safe to print."""
        begins = self.body.decode(errors="backslashreplace").strip() or "nothing"
        if self.location:
            begins = message("a redirect to %(location)s", location=self.location)
        return message(
            "what %(server)s answers to %(command)s cannot be read (HTTP %(status)s): %(words)s",
            server=self.server,
            command=printable(redact(self.request), SHOWN),
            status=self.status,
            words=printable(redact(begins), SHOWN),
        )


class Unreadable(Exception):
    """A service gave an answer that its API does not have; the text says which."""

    def told(self, what: str) -> Unavailable:
        """Return the error for the user, who cannot do `what` for that reason."""
        return Unavailable(
            message("cannot %(what)s: %(words)s", what=what, words=str(self)),
            cure=message(
                "Something else may answer in its place, such as a proxy: "
                "`openstack catalog list` tells where the services are asked. "
                "Run the command again; it goes on where it stopped."
            ),
        )


class Unsent(Unreadable):
    """A library failed before there was any answer: by what is configured of the cloud, mostly."""

    def told(self, what: str) -> Unavailable:
        """Return the error for the user, who cannot do `what` for that reason."""
        return Unavailable(
            message("cannot %(what)s: %(words)s", what=what, words=str(self)),
            cure=message(
                "Look at clouds.yaml and at the OS_* variables. If they are right, run the command "
                "again; it goes on where it stopped."
            ),
        )


class _Last(threading.local):
    heard: Heard | None = None


_last = _Last()
"""The last answer that each thread got."""


def hear(response: requests.Response) -> None:
    """Note an answer that has come, to be told if a library cannot read it."""
    url = urlsplit(response.url or "")
    _last.heard = Heard.of(
        response, url.netloc.rpartition("@")[2], f"{response.request.method} {url.path}"
    )


@contextmanager
def understanding(service: str) -> Iterator[None]:
    """Turn what a library raises at an answer that is none into Unreadable.

    What it raises where there was no answer at all becomes Unsent.

    Only calls of such a library belong into the block: what is wrong with a program of ours
    raises the same.
    """
    _last.heard = None
    try:
        yield
    except (*MALFORMED, *UNSENT) as error:
        if _last.heard is not None:
            raise Unreadable(str(_last.heard)) from error
        raise Unsent(
            message(
                "what is configured for %(server)s cannot be used: %(words)s",
                server=service,
                # Python's words for a value that is none quote it, and it may be a password.
                words=printable(redact(str(error)), SHOWN)
                if isinstance(error, OSError)
                else type(error).__name__,
            )
        ) from error


def reader(model: type[T]) -> TypeAdapter[T]:
    """Return the adapter that reads a type from JSON, and raises ValueError where it cannot."""
    if model not in _readers:
        _readers[model] = TypeAdapter(model)
    return _readers[model]


_readers: dict[object, TypeAdapter[Any]] = {}
