"""By what a load balancer knows that a request is of the same user."""

from __future__ import annotations

from dataclasses import dataclass

NONE = "NONE"
"""Type of what knows nobody again."""
SOURCE_IP = "SOURCE_IP"
APP_COOKIE = "APP_COOKIE"
COOKIES = frozenset({"HTTP_COOKIE", APP_COOKIE})
"""Types that look into requests."""


@dataclass(frozen=True, kw_only=True)
class SessionPersistence:
    """Users' requests go to the server that they went to before, while it has the same pool."""

    type: str
    """Octavia's word, SOURCE_IP, HTTP_COOKIE or APP_COOKIE; or NONE, which ends it."""
    cookie: str | None
    """Name of the application's cookie; None for the other types."""
