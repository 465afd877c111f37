"""How long a load balancer waits for users and servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """Times, in seconds, after which a proxy closes a connection; None for what it has."""

    client: float | None
    """For which the user sends nothing, and takes nothing."""
    server: float | None
    """For which the server sends nothing, and takes nothing."""
    connect: float | None
    """For a connection to the server to come about."""
