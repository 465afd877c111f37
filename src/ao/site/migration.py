"""Database changes that cannot be undone, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Migration:
    """How a version tells that it changes the database one-way."""

    one_way: frozenset[str]
    """Versions that change the database one-way."""
    check: str | None
    """Command that tells whether any other version does: exit code 0 for one-way, 1 if not."""
    deadline: float
    """Seconds that the command may take."""
