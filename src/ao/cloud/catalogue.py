"""What a cloud offers to build with."""

from __future__ import annotations

from typing import TypeVar

from openstack import connection

from ao.cloud.translate import asking
from ao.cloud.values import Flavor, Named
from ao.errors import NotFound

T = TypeVar("T")


class Catalogue:
    """Networks, images, flavors, key pairs and load-balancer providers of a cloud."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def external_network(self, name_or_id: str) -> Named:
        """An external network; NotFound when there is none."""
        with asking(f"look for network {name_or_id}"):
            found = self._cloud.network.find_network(name_or_id, ignore_missing=True)
            external = found if found and found.is_router_external else None
        network = _there(external, f"external network {name_or_id!r}", "network list --external")
        return Named(id=network.id, name=network.name)

    def image(self, name_or_id: str) -> Named:
        """An image; NotFound when there is none."""
        with asking(f"look for image {name_or_id}"):
            found = self._cloud.image.find_image(name_or_id, ignore_missing=True)
        image = _there(found, f"image {name_or_id!r}", "image list")
        return Named(id=image.id, name=image.name)

    def flavor(self, name_or_id: str) -> Flavor:
        """A flavor; NotFound when there is none."""
        with asking(f"look for flavor {name_or_id}"):
            found = self._cloud.compute.find_flavor(name_or_id, ignore_missing=True)
        flavor = _there(found, f"flavor {name_or_id!r}", "flavor list")
        return Flavor(id=flavor.id, name=flavor.name, vcpus=flavor.vcpus, ram=flavor.ram)

    def keypair(self, name: str) -> Named:
        """A key pair of the user; NotFound when there is none."""
        with asking(f"look for key pair {name}"):
            found = self._cloud.compute.find_keypair(name, ignore_missing=True)
        keypair = _there(found, f"key pair {name!r}", "keypair list")
        return Named(id=keypair.id, name=keypair.name)

    def providers(self) -> tuple[str, ...]:
        """Names of Octavia's providers."""
        with asking("list the load-balancer providers"):
            return tuple(provider.name for provider in self._cloud.load_balancer.providers())

    def services(self) -> frozenset[str]:
        """Types of the services in Keystone's catalogue."""
        with asking("read the catalogue of services"):
            return frozenset(service["type"] for service in self._cloud.service_catalog)


def _there(thing: T | None, what: str, command: str) -> T:
    """The thing, if it is there; raises NotFound, with the command that lists such things."""
    if thing is None:
        raise NotFound(f"there is no {what}", cure=f"`openstack {command}` shows what there is.")
    return thing
