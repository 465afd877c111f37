"""Users with a cookie jar each, every request of whom is on a connection of its own."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

TIMEOUT = 20.0
"""Seconds that a request may take."""
SRV = "SRV"
"""Cookie of HTTP_COOKIE."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Who has answered a user."""

    colour: str
    server: str
    srv: str
    """The user's cookie of HTTP_COOKIE after that; empty without one."""


@dataclass
class User:
    """One user."""

    address: str
    name: str
    cookies: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    lost: int = 0
    """Requests without an answer, or with one that says no server was there."""

    def ask(self) -> Seen | None:
        """Ask for the page that gives a session; None where the request was lost."""
        self.asked += 1
        connection = http.client.HTTPConnection(self.address, timeout=TIMEOUT)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(
                "GET", f"/enter?{self.name}", headers={"Cookie": cookie} if cookie else {}
            )
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.lost += 1
            return None
        finally:
            connection.close()
        if answer.status != http.client.OK:
            self.lost += 1
            return None
        self._keep(answer.msg.get_all("Set-Cookie") or [])
        return Seen(
            colour=answer.headers.get("X-Ao-Colour", ""),
            server=answer.headers.get("X-Ao-Server", ""),
            srv=self.cookies.get(SRV, ""),
        )

    def _keep(self, told: Sequence[str]) -> None:
        for line in told:
            try:
                self.cookies |= {it.key: it.value for it in SimpleCookie(line).values()}
            except CookieError:
                continue


def ask_all(users: Sequence[User]) -> list[Seen | None]:
    """Have all users ask once, side by side."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(User.ask, users))
