"""Errors of a lock: held by somebody else, lost, or not there."""

from __future__ import annotations

from ao.errors import AoError, NotFound


class Locked(AoError):
    """Somebody else holds the site's lock; nothing was changed."""

    exit_code = 10


class LockLost(AoError):
    """The site's lock is not ours any more; nothing was changed since."""

    exit_code = 10


class NoLock(NotFound):
    """The site has no lock: it is not built, or no more."""
