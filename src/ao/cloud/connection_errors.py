"""Connections to a service that do not come about or break off, told in a line."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import requests
from keystoneauth1 import exceptions as keystone
from urllib3 import exceptions as urllib3

from ao.message import Message, message
from ao.redaction import redact
from ao.untrusted.printable import printable

SHOWN = 200
"""Characters of an address, and of a reason, that are told."""


def no_answer(error: keystone.ConnectionError) -> Message:
    """Which address gave no answer, and why.

    The libraries' own texts name classes and objects in memory, so the reason is found in the
    exceptions that led to this one.
    """
    causes = tuple(_causes(error))
    return message(
        "no answer from %(url)s: %(reason)s",
        url=printable(redact(next(_urls(causes), "the service")), SHOWN),
        reason=_reason(error, causes),
    )


def _reason(error: keystone.ConnectionError, causes: tuple[BaseException, ...]) -> str:
    for it in causes:
        match it:
            case ssl.SSLCertVerificationError():
                words = printable(it.verify_message or str(it), SHOWN)
                return message("its certificate is not trusted: %(words)s", words=words)
            case ssl.SSLError():
                words = printable(it.reason or "?", SHOWN)
                return message("TLS fails: %(words)s", words=words)
            case socket.gaierror() | urllib3.NameResolutionError():
                return message("its name is not known")
            case OSError() if it.errno and it.strerror:
                return printable(it.strerror.lower(), SHOWN)
    if isinstance(error, keystone.ConnectTimeout):
        return message("it was silent for too long")
    # What Ao itself has broken off says why.
    own = (arg for it in causes for arg in it.args if isinstance(arg, Message))
    return next(own, message("the connection broke off"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exceptions that led to an exception, and those that they carry, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        it = waiting.pop(0)
        if isinstance(it, BaseException) and id(it) not in seen:
            seen.add(id(it))
            yield it
            waiting += [*it.args, it.__cause__, it.__context__]
            waiting += [getattr(it, name, None) for name in ("reason", "original")]


def _urls(causes: tuple[BaseException, ...]) -> Iterator[str]:
    """The addresses of the requests that failed, without what follows the path."""
    for it in causes:
        if isinstance(it, requests.RequestException) and it.request is not None:
            yield str(it.request.url or "").partition("?")[0]
