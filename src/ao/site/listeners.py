"""Listeners beside the main one, and what the pools are of that they lead to."""

from __future__ import annotations

from dataclasses import dataclass

from ao.site.health_check import HealthCheck
from ao.site.timeouts import Timeouts
from ao.site.tls import Certificate

NAME = r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$"
"""Regular expression of a listener's name, which is part of a label of DNS."""
READ = frozenset({"HTTP", "TERMINATED_HTTPS"})
"""Protocols whose requests a load balancer reads."""


@dataclass(frozen=True, order=True)
class Backend:
    """What a pool of each system is of: a port of the servers, and how they are spoken to there."""

    port: int
    protocol: str
    """Octavia's word for the protocol of the pool."""

    @property
    def key(self) -> str:
        """The word by which templates name what is of it."""
        return f"{self.protocol.lower()}_{self.port}"


@dataclass(frozen=True, kw_only=True)
class FurtherListener:
    """A port that users reach beside the main one, and that is switched with it."""

    name: str
    port: int
    """Port that users reach."""
    protocol: str
    """Protocol that users speak, as the main listener's."""
    server_port: int
    """Port that the servers listen on for it."""
    preview_port: int | None
    """Pool method: port of the production address that reaches the standby instead; None where
    another listener of the same pool has one."""
    timeouts: Timeouts | None
    """None leaves those that it has."""
    insert_headers: tuple[str, ...] | None
    """None for the usual ones where it terminates TLS, and else leaves those that it has."""
    allowed_from: tuple[str, ...] | None
    """Networks from which users may reach it, in CIDR form; None leaves those that it has."""
    certificate: Certificate | None
    """Certificate that it serves; None for the site's."""
    sni: tuple[Certificate, ...]
    """Certificates for clients that ask for other names; with a certificate of its own only."""
    health_check: HealthCheck
    """What counts as a healthy server of its pool."""

    @property
    def terminates(self) -> bool:
        """Whether it terminates TLS."""
        return self.protocol == "TERMINATED_HTTPS"

    @property
    def reads_requests(self) -> bool:
        """Whether it reads requests, so that headers and cookies can be spoken of."""
        return self.protocol in READ
