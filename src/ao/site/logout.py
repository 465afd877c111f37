"""The forced logout before a switch, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from ao.site.hooks import Hook


@dataclass(frozen=True, kw_only=True)
class Logout:
    """How users are told of a switch, and logged out for it."""

    notice: float
    """Seconds that users are given."""
    announce: Hook | None
    """Tells users when they will be logged out."""
    hook: Hook
    """Logs them out."""
