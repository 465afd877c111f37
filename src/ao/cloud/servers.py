"""Servers in Nova."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import takewhile

from openstack import connection, exceptions

from ao.cloud.models import Server
from ao.cloud.rest import nova, path
from ao.cloud.sdk_errors import asking
from ao.message import message


class Servers:
    """Servers of a project, read with Nova's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._nova = nova(cloud)

    def active(self) -> tuple[Server, ...]:
        """Servers of the project in status ACTIVE.

        Without details: Nova answers several times faster then.
        """
        with asking(message("list the servers")):
            return tuple(self._nova.all("/servers", list[Server], "servers", status="ACTIVE"))

    def named(self, prefixes: Collection[str]) -> tuple[Server, ...]:
        """Servers in status ACTIVE whose names begin with one of the prefixes, in one request.

        Nova takes a regular expression for a name and no list of IDs; a `|` in one it takes for
        itself (nova/db/main/api.py: _safe_regex_mysql), so that it is asked for what the prefixes
        have in common and the letters that may follow. Prefixes have no special characters.
        """
        with asking(message("list the servers")):
            alike = takewhile(lambda it: len({*it}) == 1, zip(*prefixes, strict=False))
            common = "".join(letter for letter, *_ in alike)
            following = {it.removeprefix(common)[:1] for it in prefixes}
            letters = "" if "" in following else f"[{''.join(sorted(following))}]"
            name = f"^{common}{letters}"
            found = self._nova.all("/servers", list[Server], "servers", status="ACTIVE", name=name)
            return tuple(it for it in found if it.name.startswith(tuple(prefixes)))

    def get(self, server_id: str) -> Server | None:
        """Return the server of that ID, of whatever status; None when there is none."""
        with asking(message("look for server %(server)s", server=server_id)):
            try:
                return self._nova.get(path("servers", server_id), Server, "server")
            except exceptions.NotFoundException:
                return None

    def is_active(self, server_id: str) -> bool:
        """Return whether there is a server of that ID, in status ACTIVE."""
        with asking(message("look for server %(server)s", server=server_id)):
            try:
                found = self._nova.get(path("servers", server_id), _Status, "server")
            except exceptions.NotFoundException:
                return False
        return found.status == "ACTIVE"

    def console(self, server_id: str, lines: int) -> str:
        """Return the last lines of a server's console.

        Nova answers 404 for one without a console and 409 for one without a host, and removes
        the control characters below 32 but for tabs and line ends
        (nova/api/openstack/compute/console_output.py).
        """
        with asking(message("read the console of server %(server)s", server=server_id)):
            answer = self._nova.ask(
                "POST",
                path("servers", server_id, "action"),
                json={"os-getConsoleOutput": {"length": lines}},
            )
            return answer.value(str, "output")


@dataclass(frozen=True)
class _Status:
    status: str
