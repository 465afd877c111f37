"""The dashboard, as somebody's browser asks it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser

import httpx
import openstack

PANEL = "/project/bluegreen/"
TIMEOUT = 60.0


class Broken(Exception):
    """The dashboard does not answer as it should; the message says what it did."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A page, as it was got once."""

    seconds: float
    """Until the whole page was there, without its pictures and scripts."""
    sites: set[str]
    """Names of the sites that it lists."""


class Page:
    """The panel's pages, for a user who is logged in."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str = PANEL) -> View:
        """Ask for a page, by default that of all sites. Raises Broken."""
        begin = time.perf_counter()
        answer = self._client.get(path)
        seconds = time.perf_counter() - begin
        if answer.status_code != httpx.codes.OK:
            raise Broken(f"{answer.url} answered with HTTP {answer.status_code}")
        return View(seconds=seconds, sites=_Rows.of(answer.text))


@contextmanager
def logged_in(url: str, cloud: str) -> Iterator[Page]:
    """Log in to the dashboard as the user of a cloud of clouds.yaml. Raises Broken."""
    auth = openstack.config.OpenStackConfig().get_one(cloud=cloud).get_auth_args()
    with httpx.Client(base_url=url, timeout=TIMEOUT) as client:
        client.get("/auth/login/").raise_for_status()
        answer = client.post(
            "/auth/login/",
            data={
                "username": auth["username"],
                "password": auth["password"],
                "csrfmiddlewaretoken": client.cookies["csrftoken"],
                "region": "default",
            },
            headers={"Referer": f"{url}/auth/login/"},
        )
        if not answer.is_redirect:
            raise Broken(f"{url} does not log in the user of cloud {cloud}")
        yield Page(client)


class _Rows(HTMLParser):
    """Names of the sites that have a row."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    @classmethod
    def of(cls, text: str) -> set[str]:
        """The names in a page."""
        rows = cls()
        rows.feed(text)
        return rows.names

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the name of a row."""
        name = dict(attrs).get("data-site")
        if tag == "tr" and name:
            self.names.add(name)
