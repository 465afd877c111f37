"""Logins: what a server is told to let itself be asked, read from the environment and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ao.errors import ConfigError
from ao.files.input_file import Unreadable, read_text
from ao.http import header_fields
from ao.message import Message, joined, message
from ao.redaction import MASK, SHORTEST, remember
from ao.site import Site
from ao.site.watch import Access, Query


@dataclass(frozen=True, kw_only=True)
class Login:
    """What requests to a server have besides what they ask for."""

    ca: str | None = None
    """Certificates, as PEM, of authorities that are trusted besides those of the system."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Header fields; their values are shown nowhere."""

    @property
    def secret(self) -> bool:
        """Whether one of the header fields is a credential."""
        return any(map(header_fields.is_credential, self.headers))

    def masked(self, text: str) -> str:
        """Return what a server said without the values that it was told."""
        words = {word for value in self.headers.values() for word in (value, value.split(" ")[-1])}
        for word in sorted(words, key=len, reverse=True):
            if len(word) >= SHORTEST:
                text = text.replace(word, MASK)
        return text


def check(site: Site) -> None:
    """Look for all that logins of the watch need. Raises ConfigError for what is not there."""
    wrong: list[str] = []
    for query in site.watch.queries if site.watch.length else ():
        try:
            read(site, query)
        except ConfigError as error:
            wrong.append(error.message)
    if wrong:
        raise _unfit(wrong)


def read(site: Site, query: Query) -> Login:
    """Return the login with which a query is asked, as its values are now. Raises ConfigError."""
    headers: dict[str, str] = {}
    wrong: list[str] = []
    for key, name, value in _fields(site, query.access):
        try:
            headers[name] = value()
        except _Unfit as error:
            number = [it.name for it in site.watch.queries].index(query.name)
            where = site.place(f"watch.prometheus.{number}.{key}")
            wrong.append(message("%(where)s: %(why)s", where=where, why=error.why))
    if wrong:
        raise _unfit(wrong)
    return Login(ca=query.access.ca, headers=headers)


class _Unfit(Exception):
    """A value that is not there, or cannot be sent; it is not in the message."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


def _unfit(wrong: list[str]) -> ConfigError:
    return ConfigError(
        joined("\n", wrong),
        cure=message(
            "Set it where `ao` runs, as one of the pipeline's secrets. The site file holds names "
            "alone."
        ),
    )


def _fields(site: Site, access: Access) -> Iterator[tuple[str, str, Callable[[], str]]]:
    """Yield each header field of a login: its key in the site file, its name, and its value."""
    for name, variable in access.headers_env.items():
        yield f"headers_env.{name}", name, partial(_value, name, variable)
    if access.token_env is not None:
        yield "token_env", "Authorization", partial(_bearer, partial(_variable, access.token_env))
    if access.token_file is not None:
        path = (site.folder or Path()) / access.token_file
        yield "token_file", "Authorization", partial(_bearer, partial(_file, path))


def _value(name: str, variable: str) -> str:
    value = _variable(variable)
    if not header_fields.is_value(value):
        raise _Unfit(
            message(
                "the value of the variable cannot be sent as a header field: it has to be "
                "printable ASCII in one line, without blanks around it"
            )
        )
    if header_fields.is_credential(name):
        remember({"secret": value})
    return value


def _bearer(read_token: Callable[[], str]) -> str:
    token = read_token()
    if not header_fields.is_token(token):
        raise _Unfit(
            message(
                "what is there is no bearer token: letters, digits and -._~+/ in one line, without "
                "the word Bearer"
            )
        )
    remember({"token": token})
    return f"Bearer {token}"


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        # Its name is not told: somebody may have written the value in its place.
        raise _Unfit(message("the environment variable that it names is not set, or is empty"))
    return value


def _file(path: Path) -> str:
    try:
        text = read_text(path).strip()
    except Unreadable as error:
        raise _Unfit(
            message("the file that it names cannot be read: %(why)s", why=error.why)
        ) from error
    if not text:
        raise _Unfit(message("the file that it names is empty"))
    return text
