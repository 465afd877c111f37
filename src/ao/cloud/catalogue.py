"""What a cloud offers to build with."""

from __future__ import annotations

from openstack import connection

from ao.cloud.translate import asking
from ao.cloud.values import Flavor, Named
from ao.errors import NotFound


class Catalogue:
    """Networks, images, flavors, key pairs and load-balancer providers of a cloud."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def external_network(self, name_or_id: str) -> Named:
        """An external network; NotFound when there is none."""
        with asking(f"look for network {name_or_id}"):
            network = self._cloud.network.find_network(name_or_id, ignore_missing=True)
        if network is None or not network.is_router_external:
            raise NotFound(
                f"there is no external network {name_or_id!r}",
                cure="`openstack network list --external` shows what there is.",
            )
        return Named(id=network.id, name=network.name)

    def image(self, name_or_id: str) -> Named:
        """An image; NotFound when there is none."""
        with asking(f"look for image {name_or_id}"):
            image = self._cloud.image.find_image(name_or_id, ignore_missing=True)
        if image is None:
            raise NotFound(
                f"there is no image {name_or_id!r}",
                cure="`openstack image list` shows what there is.",
            )
        return Named(id=image.id, name=image.name)

    def flavor(self, name_or_id: str) -> Flavor:
        """A flavor; NotFound when there is none."""
        with asking(f"look for flavor {name_or_id}"):
            flavor = self._cloud.compute.find_flavor(name_or_id, ignore_missing=True)
        if flavor is None:
            raise NotFound(
                f"there is no flavor {name_or_id!r}",
                cure="`openstack flavor list` shows what there is.",
            )
        return Flavor(id=flavor.id, name=flavor.name, vcpus=flavor.vcpus, ram=flavor.ram)

    def keypair(self, name: str) -> Named:
        """A key pair of the user; NotFound when there is none."""
        with asking(f"look for key pair {name}"):
            keypair = self._cloud.compute.find_keypair(name, ignore_missing=True)
        if keypair is None:
            raise NotFound(
                f"there is no key pair {name!r}",
                cure="`openstack keypair list` shows what there is.",
            )
        return Named(id=keypair.id, name=keypair.name)

    def providers(self) -> tuple[str, ...]:
        """Names of Octavia's providers."""
        with asking("list the load-balancer providers"):
            return tuple(provider.name for provider in self._cloud.load_balancer.providers())
