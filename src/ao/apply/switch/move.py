"""A move of production: how it is to be done, as the command that begins it has decided."""

from __future__ import annotations

from dataclasses import dataclass

from ao.site import DrainWay


@dataclass(frozen=True, kw_only=True)
class Move:
    """How production is moved to a system, and the old one drained."""

    way: DrainWay
    """How clients are drained by the address method. By the pool method the change of the pool
    itself gets them over."""
    quiet: float
    """Seconds in which the old system must have served nobody to count as drained."""
    urgent: bool = False
    """Whether production leaves a system that answers nothing but errors: then the target is not
    looked at before, and nothing is done that can be done after it."""
    force: bool = False
    """Whether the target is not looked at before, and the old system's clients are cut."""

    @property
    def unseen(self) -> bool:
        """Whether the target is not looked at before."""
        return self.force or self.urgent
