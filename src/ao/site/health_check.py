"""What counts as a healthy server and a healthy site."""

from __future__ import annotations

from dataclasses import dataclass

from ao.site.status_codes import StatusCodes


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """What counts as a healthy server and a healthy site."""

    type: str
    """Octavia monitor type for the servers: HTTP, HTTPS, TLS-HELLO or TCP."""
    path: str
    """Path asked for, by the monitor (HTTP) and by Ao after a switch."""
    method: str
    """HTTP method by which both ask for it: GET, HEAD or OPTIONS."""
    expect: StatusCodes
    """HTTP statuses of a healthy answer."""
    interval: int
    """Seconds between two checks of a server."""
    timeout: int
    """Seconds after which a check has failed."""
    retries: int
    """Checks in a row that a server passes to get requests. Three failed ones take it out, which is
    Octavia's default of `max_retries_down`: Heat has no property for it."""
