"""One handshake by TLS on a new connection, and the certificate that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ao.http.handshake import Served


class Handshake(Protocol):
    """A handshake with a server at an IP address, for a name; raises NoHandshake."""

    def __call__(
        self, address: str, port: int, server_name: str, deadline: float, *, ca: str | None = None
    ) -> Served:
        """Return what is served; all of it takes `deadline` seconds at most."""


def handshake(
    address: str, port: int, server_name: str, deadline: float, *, ca: str | None = None
) -> Served:
    """Shake hands as `ao.http.handshake.served` does, which is loaded for it."""
    from ao.http.handshake import served

    return served(address, port, server_name, deadline, ca=ca)
