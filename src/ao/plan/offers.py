"""Offers: what the cloud has of what a site file names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ao.cloud import Flavor, Image, Named, Network, Router, SecurityGroup, Subnet


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What the cloud has of what a site file names."""

    external_network: Named | None
    """None of a site without floating IPs."""
    image: Image
    flavor: Flavor
    security_groups: tuple[SecurityGroup, ...] = ()
    networks: tuple[Network, ...] = ()
    """Networks that the servers have a port in beside the system's own."""
    router: Router | None = None
    """Router that the site file names."""
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    """Subnets that the site file names, by `blue`, `green` or `balancer`."""
    lock: Subnet | None = None
    """Subnet that the lock is in; None for one of its own."""
    sealed: str = ""
    """The site's secrets, sealed; empty for none."""
