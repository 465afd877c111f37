"""What a site uses of the networks that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BALANCER = "balancer"
"""Key of the shared load balancer's subnet; those of the systems are called by their colours."""


@dataclass(frozen=True, kw_only=True)
class SubnetName:
    """A subnet that is there already, as the site file names it."""

    network: str
    """Name or ID of its network."""
    subnet: str
    """Name or ID of the subnet in that network."""


@dataclass(frozen=True, kw_only=True)
class LockName(SubnetName):
    """The place of the site's lock in a subnet that is there already."""

    address: str
    """Address of that subnet which only the holder of the lock has."""


@dataclass(frozen=True, kw_only=True)
class Networks:
    """What a site uses of the networks that are there; Ao changes and deletes nothing of it.

    What is not named here, Ao makes.
    """

    router: str | None = None
    """Name or ID of the router on which the networks hang that Ao makes."""
    subnets: Mapping[str, SubnetName] = field(default_factory=dict)
    """Subnets that are there, by `blue`, `green` or `balancer`; two may be the same."""
    ipv6_modes: Mapping[str, str] = field(default_factory=dict)
    """How servers get addresses of IPv6 in the networks that Ao makes, by `blue` or `green`; those
    that are not here are of IPv4."""
    lock: LockName | None = None
    """Where the lock is; None has Ao make a network for it."""
