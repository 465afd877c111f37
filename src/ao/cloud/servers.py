"""Servers in Nova."""

from __future__ import annotations

from openstack import connection

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

    def console(self, server_id: str, lines: int) -> str:
        """Return the last lines of a server's console.

        Nova answers 404 for one without a console and 409 for one without a host, and removes
        the control characters below 32 but for tabs and line ends
        (nova/api/openstack/compute/console_output.py).
        """
        with asking(message("read the console of server %(server)s", server=server_id)):
            answer = self._nova.ask(
                "POST",
                f"/servers{path(server_id)}/action",
                json={"os-getConsoleOutput": {"length": lines}},
            )
            return answer.value(str, "output")
