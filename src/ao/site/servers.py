"""What the servers of a system have of the cloud beside their image and flavor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ao.colour import Colour


@dataclass(frozen=True, kw_only=True)
class IngressRule:
    """Who may reach the servers of a system, beside their load balancer."""

    protocol: str
    """tcp, udp or icmp."""
    ports: tuple[int, int] | None
    """First and last port; None with icmp."""
    source: str
    """Addresses that may, in CIDR form."""


class AntiAffinity(StrEnum):
    """Whether Nova puts the servers of a system on hosts of their own."""

    SOFT = "soft"
    """As far as there are hosts."""
    STRICT = "strict"
    """Always: a server for which there is no host of its own is not made."""

    @property
    def policy(self) -> str:
        """Nova's word for it."""
        return "anti-affinity" if self is AntiAffinity.STRICT else "soft-anti-affinity"


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume of Cinder's that a server has for itself, and that is deleted with it."""

    size: int
    """GiB that it has."""
    type: str | None = None
    """Name or ID of its volume type; None for the cloud's default."""


@dataclass(frozen=True, kw_only=True)
class Servers:
    """What the servers of each system have of the cloud."""

    security_groups: tuple[str, ...] = ()
    """Names or IDs of security groups that they have beside the system's own."""
    rules: tuple[IngressRule, ...] = ()
    """Rules of the system's own security group, beside that for the load balancer."""
    availability_zones: Mapping[Colour, str] = field(default_factory=dict)
    """Zone of Nova's that a system's servers are in; the cloud's choice for one without."""
    anti_affinity: AntiAffinity | None = None
    """None leaves the choice of hosts to Nova."""
    config_drive: bool = False
    """Whether they have a drive with their metadata and user data."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Their metadata, beside what Ao sets."""
    boot_volume: Volume | None = None
    """Volume that each starts from, made of the image; None has them start from the flavor's
    disk."""
    volumes: tuple[Volume, ...] = ()
    """Empty volumes that each has beside the one that it starts from."""
    networks: tuple[str, ...] = ()
    """Names or IDs of networks that each has a port in, beside the system's own."""

    @property
    def all_volumes(self) -> tuple[Volume, ...]:
        """Volumes that each server has, the one that it starts from first."""
        return (*((self.boot_volume,) if self.boot_volume else ()), *self.volumes)
