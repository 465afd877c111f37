"""How a release of a site goes, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Approve(StrEnum):
    """Who approves of the switch of a release."""

    AUTO = "auto"
    """Nobody: a release that passed its checks switches."""
    MANUAL = "manual"
    """Somebody with a role in the project approves."""
    TWO_PEOPLE = "two-people"
    """Somebody else than the person who began the release approves."""

    @classmethod
    def kept(cls, word: str) -> Approve:
        """Return the rule that was kept as a word: the strictest of a word that is not known.

        No word keeps none, as an older Ao wrote none, and is the least strict.
        """
        if not word:
            return cls.AUTO
        return cls(word) if word in list(cls) else cls.TWO_PEOPLE

    def stricter(self, other: Approve) -> Approve:
        """Return the stricter one of two rules."""
        order = list(Approve)
        return max(self, other, key=order.index)


class After(StrEnum):
    """What is done with the old system when the decision window is over."""

    KEEP = "keep"
    """It stays as it is, warm."""
    SHRINK = "shrink"
    """It is brought to the standby's size."""
    EMPTY = "empty"
    """It is deleted; the next release builds it anew."""


@dataclass(frozen=True, kw_only=True)
class Standby:
    """What the standby costs between two releases."""

    after: After
    size: int
    """Servers that it shrinks to."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a release goes."""

    approve: Approve
    standby: Standby
    keep: int
    """Releases that the journal keeps."""
    texts: int
    """Texts that Heat keeps of the project, those of all sites together; -1 for any number."""
