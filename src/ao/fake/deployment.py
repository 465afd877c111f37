"""The deployment that all projects of the fake OpenStack share: time, images, flavors, networks."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from ao.cloud.models import Flavor, Image, Named
from ao.fake.heat_engine import HeatEngine
from ao.fake.identifiers import Identifiers
from ao.fake.timeline import Timeline

T = TypeVar("T", bound=Named)

DISK = 10
"""GiB of disk that every flavor has, unless a test puts another one in its place."""


class Deployment:
    """An installed OpenStack, without the projects in it."""

    def __init__(
        self,
        *,
        images: Iterable[str],
        flavors: Mapping[str, tuple[int, int]],
        external_networks: Iterable[str],
        keypairs: Iterable[str],
        providers: tuple[str, ...],
        services: Iterable[str],
        hosts: Collection[str] | None,
        octavia_api: tuple[int, int],
        balancer_flavors: Iterable[str],
        balancer_zones: Iterable[str],
        seed: int,
    ) -> None:
        """Offer these images, flavors, networks and key pairs by name.

        `flavors` gives processors and MiB of memory, `providers` the names of Octavia's
        providers, `services` the types in Keystone's catalogue, `hosts` the host names that
        servers answer to (None for all), `octavia_api` the version of Octavia's API,
        `balancer_flavors` and `balancer_zones` Octavia's flavors and availability zones. The same
        seed gives the same IDs.
        """
        self.lock = threading.RLock()
        """Held by whoever reads or changes anything in the cloud."""
        self.timeline = Timeline()
        self.heat_engine = HeatEngine()
        self.identifiers = Identifiers(seed)
        self.providers = providers
        self.services = frozenset(services)
        self.hosts = None if hosts is None else frozenset(hosts)
        self.octavia_api = octavia_api
        self.images = [Image(id=self.identifiers.uuid(), name=name) for name in images]
        self.external_networks = [
            Named(id=self.identifiers.uuid(), name=name) for name in external_networks
        ]
        self.keypairs = [Named(id=name, name=name) for name in keypairs]
        self.flavors = [
            Flavor(id=self.identifiers.uuid(), name=name, vcpus=vcpus, ram=ram, disk=DISK)
            for name, (vcpus, ram) in flavors.items()
        ]
        self.volume_types: list[Named] = []
        """Volume types of Cinder's."""
        self.availability_zones: tuple[str, ...] = ("nova",)
        """Names of Nova's availability zones."""
        self.compute_hosts = 100
        """Number of the hosts that servers run on."""
        self.balancer_flavors = [
            Named(id=self.identifiers.uuid(), name=name) for name in balancer_flavors
        ]
        self.balancer_zones = [Named(id=name, name=name) for name in balancer_zones]
        self.secret_ids: set[str] = set()
        """IDs of the secrets and containers of all projects."""
        self._allocated = 0

    def free_address(self) -> str:
        """Return an address of the external network that no floating IP has had yet."""
        self._allocated += 1
        return f"203.0.113.{9 + self._allocated}"

    def image(self, name_or_id: str) -> Image | None:
        """Return the image of that name or ID, or None."""
        return _find(self.images, name_or_id)

    def flavor(self, name_or_id: str) -> Flavor | None:
        """Return the flavor of that name or ID, or None."""
        return _find(self.flavors, name_or_id)

    def balancer_flavor(self, name_or_id: str) -> Named | None:
        """Return Octavia's flavor of that name or ID, or None."""
        return _find(self.balancer_flavors, name_or_id)

    def balancer_zone(self, name: str) -> Named | None:
        """Return Octavia's availability zone of that name, or None."""
        return _find(self.balancer_zones, name)

    def volume_type(self, name_or_id: str) -> Named | None:
        """Return the volume type of that name or ID, or None."""
        return _find(self.volume_types, name_or_id)

    def external_network(self, name_or_id: str) -> Named | None:
        """Return the external network of that name or ID, or None."""
        return _find(self.external_networks, name_or_id)

    def keypair(self, name: str) -> Named | None:
        """Return the key pair of that name, or None."""
        return _find(self.keypairs, name)


def _find(among: Iterable[T], name_or_id: str) -> T | None:
    """Return the thing of that name or ID, or None."""
    return next((item for item in among if name_or_id in (item.id, item.name)), None)
