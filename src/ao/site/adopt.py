"""A system that was there before Ao, and what leads users to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ao.colour import Colour

GIVE_UP = "--give-up-adopted"
KEEP = "--keep-adopted"
"""Options of `ao release` and `ao deploy` by which it is said beforehand whether the adopted system
is given up for a version that needs its colour."""


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """A load balancer of somebody else's, and the system of his that has a colour of the site.

    Ao leads its listeners elsewhere and gives them L7 policies; nothing else of it is changed.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("adopted-listener", "adopted-pool", "adopted-colour")
    """Keys of the tags that tell of it."""
    load_balancer: str
    """ID, or name, of the load balancer."""
    listeners: tuple[str, ...]
    """IDs of its listeners that are the site's, the main one first, then in the order of
    `Site.listeners`."""
    pool: str
    """ID of the pool that they led to: the adopted system."""
    floating_ip: str | None
    """Floating IP by which users reach the load balancer; None where they reach its own address."""
    colour: Colour
    """Colour that the adopted system has in the site."""

    @property
    def marks(self) -> Mapping[str, str]:
        """What the tags of the site's stack tell of it, by their keys.

        So a site file that says otherwise is not taken for the one that the site was built by.
        """
        told = (self.listeners[0], self.pool, str(self.colour))
        return dict(zip(self.KEYS, told, strict=True))
