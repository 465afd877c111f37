"""Acts: what an operation on a site is."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """What was ordered of a site, as the journal has it."""

    RELEASE = "release"
    """A version is taken all the way, from the deploy to the decision."""
    DEPLOY = "deploy"
    """A version is brought to the standby."""
    SWITCH = "switch"
    """Another system is made live."""
    SCALE = "scale"
    """A system is brought to a size."""
    RENEW = "renew"
    """Another certificate is served."""
    PREVIEW = "preview"
    """Requests reach the systems by new values."""
    MAINTENANCE_ON = "maintenance on"
    """Users are led elsewhere while the site has a pause."""
    MAINTENANCE_OFF = "maintenance off"
    """They reach the site again."""
    UP = "up"
    """What is missing is built, and what is broken repaired."""
    DOWN = "down"
    """A system is deleted."""
    LOCK = "lock"
    """The lock is taken by hand."""
    UNLOCK = "unlock"
    """The lock is freed by hand."""

    @classmethod
    def read(cls, word: str) -> Act | str:
        """Return the act that a stored word names.

        That of another version of Ao, which this one does not know, stays a word to be shown.
        """
        return cls(word) if word in list(cls) else word


ON_LOCK = frozenset({Act.LOCK, Act.UNLOCK})
"""Acts that take the lock by hand or free it; they are done as they begin."""
MOVING = frozenset({Act.RELEASE, Act.SWITCH})
"""Acts that move production when they go all the way."""
