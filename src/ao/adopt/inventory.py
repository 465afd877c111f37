"""What was read of a system that exists: values, which ask nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ao.cloud.models import (
    FloatingIP,
    L7Policy,
    Listener,
    LoadBalancer,
    Member,
    Monitor,
    Pool,
    Port,
    ServerDetails,
    Subnet,
    Volume,
)
from ao.site.names import is_name
from ao.site.tags import tag_value
from ao.x509.certificate import Certificate

PROTOCOLS = ("TERMINATED_HTTPS", "HTTPS", "HTTP", "TCP")
"""Protocols of listeners that Ao moves; of several that lead to one pool, the first is the main
one."""


def site_named(words: frozenset[str]) -> str | None:
    """Return the name of the site that tags, or the words of a description, tell; or None."""
    found = tag_value(words, "site")
    return found if found is not None and is_name(found) else None


def site_of(pool: Pool) -> str | None:
    """Return the name of the site of Ao's that a pool is of, or None."""
    return site_named(pool.tags | frozenset(pool.description.split()))


@dataclass(frozen=True, kw_only=True)
class Label:
    """How a site file names a thing of the cloud."""

    id: str
    name: str = ""
    """Its name; empty where it has none, or is not found."""
    is_found: bool = True
    """Whether it is there for whoever asks."""
    is_unique: bool = False
    """Whether its name finds it, and nothing else."""

    @property
    def text(self) -> str:
        """The name where that is enough, else the ID."""
        return self.name if self.is_unique else self.id


@dataclass(frozen=True, kw_only=True)
class HeatStack:
    """A Heat stack that a thing is of."""

    name: str
    tags: frozenset[str]
    is_busy: bool
    """Whether Heat is at work on it."""
    types: frozenset[str]
    """Types of its resources, those of nested stacks among them."""


@dataclass(frozen=True, kw_only=True)
class BalancerTree:
    """A load balancer with all that hangs on it."""

    balancer: LoadBalancer
    asked: str
    """ID of the listener that was asked for; empty where the load balancer was."""
    listeners: tuple[Listener, ...]
    pools: Mapping[str, Pool]
    """Its pools, by ID."""
    policies: Mapping[str, tuple[L7Policy, ...]]
    """L7 policies of each listener, by its ID."""
    stacks: Mapping[str, HeatStack]
    """Heat stacks of the project, by the IDs of the things that they made."""
    providers: tuple[str, ...]
    """Names of Octavia's providers."""
    sites: frozenset[str] = frozenset()
    """Names of the sites of Ao's that the project has."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Site files that the project keeps of those sites of Ao that have pools here, by name."""

    def leading_to(self, pool_id: str) -> tuple[Listener, ...]:
        """Return the listeners of which a pool is the default one, the main one first."""
        found = [it for it in self.listeners if it.default_pool_id == pool_id]
        return tuple(sorted(found, key=self._rank))

    @property
    def pool_ids(self) -> tuple[str, ...]:
        """IDs of the pools that may be meant: one, unless the load balancer has several systems.

        Of the load balancer itself those are not meant that Ao has made, if there are others.
        """
        asked = [it for it in self.listeners if not self.asked or it.id == self.asked]
        taken = [it for it in asked if self.asked or it.protocol in PROTOCOLS]
        found = [*dict.fromkeys(it.default_pool_id for it in taken if it.default_pool_id)]
        others = [it for it in found if it in self.pools and site_of(self.pools[it]) is None]
        return tuple(others or found)

    @property
    def pool(self) -> Pool | None:
        """The pool that is meant; None where none or several may be."""
        return self.pools.get(self.pool_ids[0]) if len(self.pool_ids) == 1 else None

    @property
    def adopted(self) -> tuple[Listener, ...]:
        """The listeners that are adopted together, the main one first."""
        return self.leading_to(self.pool.id) if self.pool else ()

    @property
    def others(self) -> tuple[Listener, ...]:
        """The listeners that are not adopted."""
        return tuple(it for it in self.listeners if it not in self.adopted)

    def stack_of(self, *ids: str) -> HeatStack | None:
        """Return the stack that made one of these things, or None."""
        return next((self.stacks[it] for it in ids if it in self.stacks), None)

    def _rank(self, listener: Listener) -> tuple[int, bool, int]:
        known = listener.protocol in PROTOCOLS
        protocol = PROTOCOLS.index(listener.protocol) if known else len(PROTOCOLS)
        return protocol, listener.id != self.asked, listener.port


@dataclass(frozen=True, kw_only=True)
class PlacedSubnet:
    """A subnet that is there, with its network."""

    network: Label
    subnet: Label
    value: Subnet


@dataclass(frozen=True, kw_only=True)
class BackEnd:
    """A member of the adopted pool, and the server behind it."""

    member: Member
    server: ServerDetails | None = None
    """None where no server of the project has its address."""
    port: Port | None = None
    """Port that has its address."""
    subnet: PlacedSubnet | None = None
    networks: tuple[Label, ...] = ()
    """Further networks that the server has ports in."""
    volumes: tuple[Volume, ...] = ()
    """Volumes that are attached to the server."""


@dataclass(frozen=True, kw_only=True)
class ServedCertificate:
    """The certificate that users of a listener are shown."""

    certificate: Certificate
    is_trusted: bool = True
    """False where it is of an authority that is not trusted here."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All that was read of a system that exists."""

    cloud: str
    """Name of clouds.yaml that the cloud was connected to by; empty for the OS_* variables."""
    tree: BalancerTree
    monitor: Monitor | None
    """Health monitor of the adopted pool."""
    back_ends: tuple[BackEnd, ...]
    vip: PlacedSubnet | None
    """Where the load balancer's address is; None where the project does not see it."""
    addresses: tuple[FloatingIP, ...]
    """Floating IPs that lead to the load balancer."""
    external_network: Label | None
    """Network that the first of them comes from."""
    images: Mapping[str, Label]
    flavors: Mapping[str, Label]
    keypairs: Mapping[str, Label]
    security_groups: Mapping[str, Label]
    """What the servers were made of, by ID; key pairs by name."""
    versions: Mapping[str, str]
    """Version of the application that an image tells, by the image's ID; empty for none."""
    zones: tuple[str, ...]
    """Names of Nova's availability zones."""
    sites: frozenset[str]
    """Names of the sites of Ao that the project has already."""
    certificates: Mapping[str, str]
    """Names of certificates in Barbican, by reference; those that are not shown are missing."""
    served: ServedCertificate | None
    """Certificate of the main listener; None for none, or where it could not be read."""

    @property
    def balancer(self) -> LoadBalancer:
        """The load balancer."""
        return self.tree.balancer

    @property
    def pool(self) -> Pool:
        """The adopted pool."""
        pool = self.tree.pool
        assert pool is not None, "an inventory is of one pool"
        return pool

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The adopted listeners, the main one first."""
        return self.tree.adopted

    @property
    def main(self) -> Listener:
        """The main listener."""
        return self.listeners[0]

    @property
    def is_ovn(self) -> bool:
        """Whether the load balancer is of OVN's provider, which reads no requests."""
        return self.balancer.provider == "ovn"

    @property
    def known(self) -> tuple[tuple[BackEnd, ServerDetails], ...]:
        """The members behind which there is a server of the project, with that."""
        return tuple((it, it.server) for it in self.back_ends if it.server is not None)
