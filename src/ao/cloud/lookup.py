"""Images, flavors, networks, key pairs and providers that a cloud offers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from openstack import connection
from pydantic import Field, StrictBool, StrictInt

from ao.cloud import login
from ao.cloud.models import Flavor, Image, Named, Network, Router, SecurityGroup, Subnet
from ao.cloud.rest import CIDR, ID, IP, Service, cinder, glance, neutron, nova, octavia, path
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
        self._cinder = cinder(cloud)

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

    def subnet(self, network: str, subnet: str) -> Subnet:
        """Return a subnet of a network; NotFound without either, Conflict for several.

        The network may be one that another project shares with this one.
        """
        with asking(message("look for network %(name)s", name=network)):
            networks = _by_id(self._neutron, "networks", network, _Network, "network") or (
                self._neutron.all("/networks", list[_Network], "networks", name=network)
            )
            of = _only(networks, message("network %(name)s", name=f"{network!r}"), "network list")
            found = self._neutron.all("/subnets", list[_Subnet], "subnets", network_id=of.id)
        told = _only(
            [it for it in found if it.id == subnet] or [it for it in found if it.name == subnet],
            message(
                "subnet %(name)s of network %(network)s", name=f"{subnet!r}", network=of.name or ""
            ),
            f"subnet list --network {of.id}",
        )
        with asking(message("list the ports of subnet %(subnet)s", subnet=told.id)):
            ports = self._neutron.all(
                "/ports", list[_Port], "ports", fixed_ips=f"subnet_id={told.id}"
            )
            owned = of.project_id == login.project(self._cloud)
        taken = frozenset(
            fixed.ip_address
            for port in ports
            for fixed in port.fixed_ips
            if fixed.subnet_id == told.id
        )
        return Subnet(
            id=told.id,
            name=told.name or "",
            network_id=of.id,
            cidr=told.cidr,
            owned=owned,
            free=_free(told, taken),
            taken=taken,
            pools=tuple((it.start, it.end) for it in told.allocation_pools),
            tags=frozenset(of.tags),
            routers=frozenset(
                port.device_id or "" for port in ports if _is_routers(port.device_owner or "")
            ),
        )

    def router(self, name_or_id: str) -> Router:
        """Return a router of the project; NotFound when there is none."""
        with asking(message("look for router %(name)s", name=name_or_id)):
            project = login.project(self._cloud)
            routers = _by_id(self._neutron, "routers", name_or_id, _Router, "router") or (
                self._neutron.all(
                    "/routers", list[_Router], "routers", name=name_or_id, project_id=project
                )
            )
            router = _only(
                routers, message("router %(name)s", name=f"{name_or_id!r}"), "router list"
            )
            ports = self._neutron.all("/ports", list[_Port], "ports", device_id=router.id)
            ids = {
                fixed.subnet_id
                for port in ports
                if _is_routers(port.device_owner or "")
                for fixed in port.fixed_ips
            }
            subnets = (
                self._neutron.all("/subnets", list[_Subnet], "subnets", id=sorted(ids))
                if ids
                else []
            )
        return Router(
            id=router.id,
            name=router.name or "",
            external_network_id=router.gateway.network_id if router.gateway else None,
            cidrs=tuple(sorted(it.cidr for it in subnets)),
        )

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

    def network(self, name_or_id: str) -> Network:
        """Return a network that the project may have ports in; NotFound when there is none."""
        with asking(message("look for network %(name)s", name=name_or_id)):
            networks = _by_id(self._neutron, "networks", name_or_id, _Network, "network") or (
                self._neutron.all("/networks", list[_Network], "networks", name=name_or_id)
            )
        network = _only(
            networks, message("network %(name)s", name=f"{name_or_id!r}"), "network list"
        )
        return Network(
            id=network.id,
            name=network.name or "",
            external=network.external,
            subnets=len(network.subnets),
            secured=network.secured,
            tags=frozenset(network.tags),
        )

    def volume_type(self, name_or_id: str) -> Named:
        """Return a volume type of Cinder's; NotFound when there is none, or no Cinder."""
        with asking(message("list the volume types")):
            found = self._cinder.all("/types", list[_Named], "volume_types")
        kind = _only(
            [it for it in found if name_or_id in (it.id, it.name)],
            message("volume type %(name)s", name=f"{name_or_id!r}"),
            "volume type list",
        )
        return Named(id=kind.id, name=kind.name or "")

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
    project_id: str | None = None
    subnets: list[ID] = field(default_factory=list)
    secured: Annotated[StrictBool, Field(alias="port_security_enabled")] = True
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Range:
    start: IP
    end: IP


@dataclass(frozen=True)
class _Subnet(_Named):
    cidr: CIDR
    allocation_pools: list[_Range] = field(default_factory=list)


@dataclass(frozen=True)
class _FixedIP:
    subnet_id: str
    ip_address: str


@dataclass(frozen=True)
class _Port:
    device_owner: str | None
    device_id: str | None
    fixed_ips: list[_FixedIP]


@dataclass(frozen=True)
class _Gateway:
    network_id: ID


@dataclass(frozen=True)
class _Router(_Named):
    gateway: Annotated[_Gateway | None, Field(alias="external_gateway_info")] = None


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


def _free(subnet: _Subnet, taken: frozenset[str]) -> int:
    """Return how many addresses of the subnet's pools no port has."""
    ranges = [
        (ipaddress.ip_address(it.start), ipaddress.ip_address(it.end))
        for it in subnet.allocation_pools
    ]
    held = [ipaddress.ip_address(it) for it in taken]
    whole = sum(int(last) - int(first) + 1 for first, last in ranges)
    return whole - sum(any(int(a) <= int(it) <= int(b) for a, b in ranges) for it in held)


def _is_routers(owner: str) -> bool:
    """Return whether the owner of a port is a router that has an interface there.

    neutron_lib/constants.py: ROUTER_INTERFACE_OWNERS.
    """
    return owner in {
        "network:router_interface",
        "network:router_interface_distributed",
        "network:ha_router_replicated_interface",
    }


def _by_id(service: Service, kind: str, name: str, model: type[T], *keys: str) -> list[T]:
    """Return the thing of that ID, or None.

    What a path would lead elsewhere by is nobody's ID.
    """
    if name in {"", ".", ".."}:
        return []
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
