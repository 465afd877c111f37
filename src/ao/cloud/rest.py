"""Services of OpenStack, asked over HTTP for what their APIs say they answer."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

import requests
from keystoneauth1.adapter import Adapter
from openstack import connection, exceptions
from pydantic import AfterValidator, StringConstraints
from pydantic_core import from_json

from ao.cloud.answers import Heard, Unreadable, reader, understanding

T = TypeVar("T")

PAGES = 1000
"""Pages that a list may have."""


def _is_moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _is_cidr(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _is_ip(text: str) -> str:
    return str(ipaddress.ip_address(text))


CIDR = Annotated[str, AfterValidator(_is_cidr)]
"""Addresses, in CIDR form."""
IP = Annotated[str, AfterValidator(_is_ip)]
"""An address of IPv4 or IPv6."""
ID = Annotated[str, StringConstraints(min_length=1)]
"""ID of a thing."""
Moment = Annotated[str, AfterValidator(_is_moment)]
"""A date and a time, in ISO 8601."""


@dataclass(frozen=True)
class Thing:
    """A thing of which only the ID is read."""

    id: ID


@dataclass(frozen=True)
class _Link:
    rel: str
    href: str


@dataclass(frozen=True)
class _Described:
    description: str


@dataclass(frozen=True)
class Answer:
    """An answer of a service, to be read as what its API says. Raises Unreadable if it is not."""

    heard: Heard
    response: requests.Response

    def value(self, model: type[T], *keys: str) -> T:
        """Return the value at a path of keys in the answer; without keys, the whole answer."""
        try:
            found: Any = self._json
            for key in keys:
                found = reader(dict[str, Any]).validate_python(found)[key]
            return reader(model).validate_python(found)
        except (ValueError, KeyError) as error:
            raise self.unreadable() from error

    @property
    def moment(self) -> float:
        """When it was given, in seconds since 1970: by ours where the service tells no time."""
        try:
            return parsedate_to_datetime(self.response.headers["Date"]).timestamp()
        except (KeyError, ValueError, OverflowError):
            return time.time()

    def marker(self, key: str) -> str | None:
        """Return the marker of the list's next page; None on the last page.

        A link to what follows may name a host that only the service's own network knows, so
        no more of it is taken than that.
        """
        told = self.value(dict[str, Any])
        links = self.value(list[_Link], f"{key}_links") if told.get(f"{key}_links") else []
        following = [link.href for link in links if link.rel == "next"]
        if told.get("next"):
            # Glance tells a path in place of links.
            following.append(self.value(str, "next"))
        try:
            return parse_qs(urlsplit(following[0]).query)["marker"][0] if following else None
        except (ValueError, KeyError) as error:
            raise self.unreadable() from error

    def refuse(self) -> NoReturn:
        """Raise the error that it is, as `openstack.exceptions.raise_from_response` does.

        That leaves out what Barbican says (barbican/api/hooks.py: JSONErrorHook).
        """
        if "json" in self.response.headers.get("Content-Type", ""):
            try:
                exceptions.raise_from_response(self.response)
            except exceptions.HttpException as error:
                with suppress(ValueError):
                    error.details = (
                        reader(_Described).validate_json(self.response.content).description
                    )
                raise
        words = self.heard.words or self.response.reason
        raise exceptions.HttpException(response=self.response, details=words)

    def unreadable(self) -> Unreadable:
        """Return the error that says that it is not an answer of the service's API."""
        return Unreadable(str(self.heard))

    @cached_property
    def _json(self) -> object:
        return from_json(self.response.content, allow_inf_nan=False)


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service of OpenStack.

    Its methods raise Unreadable at what is none of its answers, and what
    `openstack.exceptions.raise_from_response` does at its errors.
    """

    name: str
    """Name of the service in messages."""
    adapter: Callable[[], Adapter]
    """Gives what sends requests to it, and may ask it for its versions first."""
    patience: float | None = None
    """Seconds that an answer may take; None for as many as the session has."""
    errors_in_json: bool = True
    """Whether its errors are in JSON; else one cannot be told from a page of a proxy before it."""

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        also: Collection[int] = (),
        secret: bool = False,
    ) -> Answer:
        """Send a request; its answer, if that is a success or an error of the `also` statuses.

        One that holds a secret is not logged: keystoneauth writes the whole body into its log.
        """
        more: dict[str, Any] = {} if json is None else {"json": json}
        if secret:
            more["log"] = False
        if self.patience is not None:
            more["timeout"] = self.patience
        with understanding(self.name):
            response = self.adapter().request(
                path,
                method,
                params=dict(params or {}),
                headers={"Accept": "application/json", **(headers or {})},
                raise_exc=False,
                # The token is for this service, and not for what it redirects to.
                redirect=False,
                # The service would say for how long to wait before.
                status_code_retries=0,
                **more,
            )
        answer = Answer(Heard.of(response, self.name, f"{method} {path}"), response)
        status = response.status_code
        if self.errors_in_json and status in (HTTPStatus.NOT_FOUND, *also):
            answer.value(dict[str, Any])
        if status >= 400 and status not in also:
            answer.refuse()
        if not (200 <= status < 300 or status in also):
            raise answer.unreadable()
        return answer

    def get(self, path: str, model: type[T], *keys: str) -> T:
        """Get a path, and return the value at these keys of the answer."""
        return self.ask("GET", path).value(model, *keys)

    def all(self, path: str, items: type[list[T]], key: str, **params: object) -> list[T]:
        """Return the items of all pages of a list."""
        return [item for page in self.pages(path, key, **params) for item in page.value(items, key)]

    def all_secrets(self, path: str, items: type[list[T]], key: str) -> list[T]:
        """Return the items of all pages of a list, of which nothing is logged."""
        pages = self._pages(path, key, {}, secret=True)
        return [item for page in pages for item in page.value(items, key)]

    def pages(self, path: str, key: str, **params: object) -> Iterator[Answer]:
        """Yield the pages of a list."""
        return self._pages(path, key, params, secret=False)

    def _pages(
        self, path: str, key: str, params: Mapping[str, object], *, secret: bool
    ) -> Iterator[Answer]:
        seen: set[str | None] = set()
        marker: str | None = None
        while marker not in seen and len(seen) < PAGES:
            seen.add(marker)
            asked = {**params, "marker": marker} if marker else params
            page = self.ask("GET", path, params=asked, secret=secret)
            yield page
            marker = page.marker(key)
            if marker is None:
                return
        raise page.unreadable()

    def order(
        self,
        method: str,
        path: str,
        done: HTTPStatus,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Ask for a change whose answer tells no more than its status."""
        answer = self.ask(method, path, json=json, headers=headers)
        if answer.response.status_code != done:
            raise answer.unreadable()

    def delete(self, path: str, *, headers: Mapping[str, str] | None = None) -> None:
        """Delete what is at a path; nothing happens when that is gone."""
        with suppress(exceptions.NotFoundException):
            self.order("DELETE", path, HTTPStatus.NO_CONTENT, headers=headers)


def path(*parts: str) -> str:
    """Return a path of these parts, whatever is in them."""
    return "".join(f"/{quote(part, safe='', errors='replace')}" for part in parts)


def heat(cloud: connection.Connection) -> Service:
    """Heat."""
    return Service(name="Heat", adapter=lambda: cloud.orchestration)


def neutron(cloud: connection.Connection, patience: float | None = None) -> Service:
    """Neutron."""
    return Service(name="Neutron", adapter=lambda: cloud.network, patience=patience)


def octavia(cloud: connection.Connection) -> Service:
    """Octavia."""
    return Service(name="Octavia", adapter=lambda: cloud.load_balancer)


def nova(cloud: connection.Connection) -> Service:
    """Nova."""
    return Service(name="Nova", adapter=lambda: cloud.compute)


def glance(cloud: connection.Connection) -> Service:
    """Glance, which tells its errors in HTML."""
    return Service(name="Glance", adapter=lambda: cloud.image, errors_in_json=False)


def cinder(cloud: connection.Connection) -> Service:
    """Cinder."""
    return Service(name="Cinder", adapter=lambda: cloud.block_storage)


def aodh(cloud: connection.Connection, patience: float) -> Service:
    """Aodh."""
    return Service(name="Aodh", adapter=lambda: cloud.alarm, patience=patience)


def keystone(cloud: connection.Connection) -> Service:
    """Keystone."""
    return Service(name="Keystone", adapter=lambda: cloud.identity)


def barbican(cloud: connection.Connection) -> Service:
    """Barbican."""
    return Service(name="Barbican", adapter=lambda: cloud.key_manager)
