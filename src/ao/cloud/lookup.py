"""Images, flavors, networks, key pairs and providers that a cloud offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from openstack import connection
from pydantic import Field, StrictBool, StrictInt

from ao.cloud import login
from ao.cloud.models import Flavor, Image, Named, SecurityGroup
from ao.cloud.rest import ID, Service, glance, neutron, nova, octavia, path
from ao.cloud.sdk_errors import asking
from ao.errors import Conflict, NotFound
from ao.message import message

T = TypeVar("T")

NOT_AN_ID = (400, 403, 404)
"""Statuses of answers to a name where there could be an ID."""


class Lookup:
    """Networks, images, flavors, key pairs, groups and load-balancer providers of a cloud."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._neutron = neutron(cloud)
        self._glance = glance(cloud)
        self._nova = nova(cloud)
        self._octavia = octavia(cloud)

    def external_network(self, name_or_id: str) -> Named:
        """Return an external network; NotFound when there is none."""
        with asking(message("look for network %(name)s", name=name_or_id)):
            networks = _by_id(self._neutron, "networks", name_or_id, _Network, "network") or (
                self._neutron.all("/networks", list[_Network], "networks", name=name_or_id)
            )
            external = [it for it in networks if it.external]
        network = _only(
            external,
            message("external network %(name)s", name=f"{name_or_id!r}"),
            "network list --external",
        )
        return Named(id=network.id, name=network.name or "")

    def image(self, name_or_id: str) -> Image:
        """Return an image, of whatever status; NotFound when there is none."""
        with asking(message("look for image %(name)s", name=name_or_id)):
            images = _by_id(self._glance, "images", name_or_id, _Image) or (
                self._glance.all("/images", list[_Image], "images", name=name_or_id)
            )
        image = _only(images, f"image {name_or_id!r}", "image list")
        return Image(
            id=image.id,
            name=image.name or "",
            status=image.status,
            size=image.size or 0,
            min_disk=image.min_disk,
            min_ram=image.min_ram,
            version=image.ao_version if isinstance(image.ao_version, str) else "",
        )

    def flavor(self, name_or_id: str) -> Flavor:
        """Return a flavor; NotFound when there is none."""
        with asking(message("look for flavor %(name)s", name=name_or_id)):
            flavors = _by_id(self._nova, "flavors", name_or_id, _Flavor, "flavor") or [
                it
                for it in self._nova.all("/flavors/detail", list[_Flavor], "flavors")
                if it.name == name_or_id
            ]
        flavor = _only(flavors, f"flavor {name_or_id!r}", "flavor list")
        return Flavor(
            id=flavor.id,
            name=flavor.name,
            vcpus=flavor.vcpus,
            ram=flavor.ram,
            disk=flavor.disk,
        )

    def keypair(self, name: str) -> Named:
        """Return a key pair of the user; NotFound when there is none."""
        with asking(message("look for key pair %(name)s", name=name)):
            keypairs = _by_id(self._nova, "os-keypairs", name, _Keypair, "keypair")
        keypair = _only(keypairs, message("key pair %(name)s", name=f"{name!r}"), "keypair list")
        # Nova knows one by its name: the ID that it tells too is of no use.
        return Named(id=keypair.name, name=keypair.name)

    def security_group(self, name_or_id: str) -> SecurityGroup:
        """Return a security group of the project, or one that it shares; NotFound without one.

        A name is looked for in the project alone: to an administrator Neutron lists the groups of
        all projects, of which each has one called default.
        """
        with asking(message("look for security group %(name)s", name=name_or_id)):
            groups = _by_id(
                self._neutron, "security-groups", name_or_id, _SecurityGroup, "security_group"
            ) or self._neutron.all(
                "/security-groups",
                list[_SecurityGroup],
                "security_groups",
                name=name_or_id,
                project_id=login.project(self._cloud),
            )
        group = _only(
            groups,
            message("security group %(name)s", name=f"{name_or_id!r}"),
            "security group list",
        )
        return SecurityGroup(id=group.id, name=group.name or "", description=group.description)

    def providers(self) -> tuple[str, ...]:
        """Return the names of Octavia's providers."""
        with asking(message("list the load-balancer providers")):
            found = self._octavia.all("/lbaas/providers", list[_Provider], "providers")
            return tuple(provider.name for provider in found)

    def availability_zones(self) -> tuple[str, ...]:
        """Return the names of Nova's availability zones in which there are hosts."""
        with asking(message("list the availability zones")):
            found = self._nova.all(
                "/os-availability-zone", list[_ComputeZone], "availabilityZoneInfo"
            )
            return tuple(zone.name for zone in found if zone.state.available)

    def balancer_flavor(self, name_or_id: str) -> Named:
        """Return a flavor of load balancers that is enabled; NotFound when there is none."""
        with asking(message("list the flavors of load balancers")):
            found = self._octavia.all("/lbaas/flavors", list[_BalancerFlavor], "flavors")
        flavor = _only(
            [it for it in found if it.enabled and name_or_id in (it.id, it.name)],
            message("load-balancer flavor %(name)s", name=f"{name_or_id!r}"),
            "loadbalancer flavor list",
        )
        return Named(id=flavor.id, name=flavor.name)

    def balancer_zone(self, name: str) -> Named:
        """Return an availability zone of load balancers that is enabled; NotFound without one.

        Octavia knows one by its name.
        """
        with asking(message("list the availability zones of load balancers")):
            found = self._octavia.all("/lbaas/availabilityzones", list[_Zone], "availability_zones")
        zone = _only(
            [it for it in found if it.enabled and it.name == name],
            message("load-balancer availability zone %(name)s", name=f"{name!r}"),
            "loadbalancer availabilityzone list",
        )
        return Named(id=zone.name, name=zone.name)

    def services(self) -> frozenset[str]:
        """Return the types of the services in Keystone's catalogue."""
        with asking(message("read the catalogue of services")):
            return login.services(self._cloud)


@dataclass(frozen=True)
class _Named:
    id: ID
    name: str | None


@dataclass(frozen=True)
class _Network(_Named):
    external: Annotated[StrictBool, Field(alias="router:external")] = False


@dataclass(frozen=True)
class _SecurityGroup(_Named):
    description: str = ""


@dataclass(frozen=True)
class _Image(_Named):
    status: str
    size: StrictInt | None = None
    min_disk: StrictInt = 0
    min_ram: StrictInt = 0
    ao_version: object = None


@dataclass(frozen=True)
class _Flavor:
    id: ID
    name: str
    vcpus: StrictInt
    ram: StrictInt
    disk: StrictInt


@dataclass(frozen=True)
class _Keypair:
    name: ID


@dataclass(frozen=True)
class _ZoneState:
    available: StrictBool


@dataclass(frozen=True)
class _ComputeZone:
    name: Annotated[str, Field(alias="zoneName")]
    state: Annotated[_ZoneState, Field(alias="zoneState")]


@dataclass(frozen=True)
class _Provider:
    name: str


@dataclass(frozen=True)
class _BalancerFlavor:
    id: ID
    name: str
    enabled: StrictBool


@dataclass(frozen=True)
class _Zone:
    name: str
    enabled: StrictBool


def _by_id(service: Service, kind: str, name: str, model: type[T], *keys: str) -> list[T]:
    """Return the thing of that ID, or None."""
    answer = service.ask("GET", path(kind, name), also=NOT_AN_ID)
    if answer.response.status_code in NOT_AN_ID:
        return []
    return [answer.value(model, *keys)]


def _only(things: list[T], what: str, command: str) -> T:
    """Return the only thing of a list. Raises NotFound and Conflict, with the list command."""
    if not things:
        raise NotFound(
            message("there is no %(what)s", what=what),
            cure=message("`openstack %(command)s` shows what there is.", command=command),
        )
    if len(things) > 1:
        raise Conflict(
            message("%(what)s is there %(count)s times", what=what, count=len(things)),
            cure=message("Write its ID instead."),
        )
    return things[0]
