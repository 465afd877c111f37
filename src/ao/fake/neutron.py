"""Neutron: networks, routers, ports and floating IPs of a project."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ao.cloud.models import FloatingIP, Lock, Named
from ao.errors import Changed, CloudError, Conflict, NotFound
from ao.fake.deployment import Deployment
from ao.fake.failure import Failure
from ao.fake.quotas import Quotas

_EGRESS: tuple[Mapping[str, object], ...] = tuple(
    {"direction": "egress", "ethertype": ethertype} for ethertype in ("IPv4", "IPv6")
)
"""Rules that Neutron gives every new security group."""
_DEFAULT = (*_EGRESS, *({**rule, "direction": "ingress"} for rule in _EGRESS))
"""Rules of the security group `default`, which every project has."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port."""

    id: str
    subnet_id: str
    address: str
    owner: str
    """Purpose of the port: Neutron's `device_owner`."""
    device_id: str = ""
    """ID of the server, router or load balancer that it belongs to."""
    security_group_ids: tuple[str, ...] = ()
    """IDs of the security groups that it was given."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network of the project, or one that is shared with it."""

    id: str
    name: str
    owned: bool = True
    """Whether it is the project's own."""
    reachable: bool = False
    """Whether it is a provider network, whose addresses users reach without a router."""
    tags: frozenset[str] = frozenset()
    secured: bool = True
    """Whether its ports have security groups."""


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet."""

    id: str
    name: str
    network_id: str
    cidr: str
    pools: tuple[tuple[str, str], ...] = ()
    """First and last address of each range that ports get addresses from; all if there is none."""

    @property
    def ranges(self) -> tuple[tuple[str, str], ...]:
        """Return the ranges that ports get addresses from; by default all without the first one.

        That is the router's (neutron/ipam/utils.py: generate_pools).
        """
        network = ipaddress.ip_network(self.cidr)
        last = network.broadcast_address - (1 if network.version == 4 else 0)
        return self.pools or ((str(network.network_address + 2), str(last)),)

    def gives(self, address: str) -> bool:
        """Return whether an address is in one of the ranges."""
        wanted = ipaddress.ip_address(address)
        return any(
            int(ipaddress.ip_address(first)) <= int(wanted) <= int(ipaddress.ip_address(last))
            for first, last in self.ranges
        )


@dataclass(frozen=True, kw_only=True)
class Router:
    """A router."""

    id: str
    name: str
    external_network_id: str | None
    interfaces: dict[str, str] = field(default_factory=dict)
    """ID of the port to each subnet that is connected to it, by the ID of the subnet."""


@dataclass(frozen=True, kw_only=True)
class SecurityGroup:
    """A security group."""

    id: str
    name: str
    rules: tuple[Mapping[str, object], ...]
    """Its rules, with the two for egress that Neutron adds."""
    description: str = ""


class Neutron:
    """Networks, subnets, routers, ports, security groups and floating IPs of a project, by ID."""

    def __init__(self, deployment: Deployment, quotas: Quotas) -> None:
        self._deployment = deployment
        self._quotas = quotas
        self.networks: dict[str, Network] = {}
        self.subnets: dict[str, Subnet] = {}
        self.routers: dict[str, Router] = {}
        self.ports: dict[str, Port] = {}
        default = SecurityGroup(id=deployment.identifiers.uuid(), name="default", rules=_DEFAULT)
        self.security_groups = {default.id: default}
        self.floating_ips: dict[str, FloatingIP] = {}
        self.locks: dict[str, Lock] = {}
        """Name, description and times of those ports that are locks."""
        self._hosts: dict[str, Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]] = {}
        quotas.count("networks", lambda: sum(it.owned for it in self.networks.values()))
        quotas.count(
            "subnets",
            lambda: sum(self.networks[it.network_id].owned for it in self.subnets.values()),
        )
        quotas.count("ports", lambda: len(self.ports))
        quotas.count("routers", lambda: len(self.routers))
        quotas.count("floating ips", lambda: len(self.floating_ips))
        quotas.count("security groups", lambda: len(self.security_groups))
        quotas.count("security group rules", self._count_rules)

    def create_network(
        self,
        name: str,
        tags: frozenset[str] = frozenset(),
        *,
        owned: bool = True,
        reachable: bool = False,
        secured: bool = True,
    ) -> str:
        """Create a network and return its ID; one that is not `owned` another project shares."""
        if owned:
            self._quotas.claim(networks=1)
        network = Network(
            id=self._deployment.identifiers.uuid(),
            name=name,
            owned=owned,
            reachable=reachable,
            tags=tags,
            secured=secured,
        )
        self.networks[network.id] = network
        return network.id

    def delete_network(self, network_id: str) -> None:
        """Delete a network. Raises Failure while it has a subnet."""
        if any(subnet.network_id == network_id for subnet in self.subnets.values()):
            raise Failure("Conflict", f"Unable to complete operation on network {network_id}.")
        self.networks.pop(network_id, None)

    def create_subnet(
        self,
        name: str,
        network_id: str,
        cidr: str,
        *,
        dhcp: bool = True,
        pools: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Create a subnet with its port for metadata, and return its ID.

        That port has an address only with DHCP. Ports get addresses from the `pools`.
        """
        if network_id not in self.networks:
            raise Failure("NotFound", f"Network {network_id} could not be found.")
        if self.networks[network_id].owned:
            self._quotas.claim(subnets=1, ports=1)
        identifier = self._deployment.identifiers.uuid()
        subnet = Subnet(id=identifier, name=name, network_id=network_id, cidr=cidr, pools=pools)
        self.subnets[subnet.id] = subnet
        self._hosts[subnet.id] = _hosts(cidr)
        self.create_port(subnet.id, "network:distributed", None if dhcp else "")
        return subnet.id

    def delete_subnet(self, subnet_id: str) -> None:
        """Delete a subnet. Raises Failure while another port than its metadata port is in it."""
        ports = [port for port in self.ports.values() if port.subnet_id == subnet_id]
        if any(port.owner != "network:distributed" for port in ports):
            raise Failure(
                "Conflict",
                f"Unable to complete operation on subnet {subnet_id}: One or more ports have an "
                "IP allocation from this subnet.",
            )
        for port in ports:
            self.delete_port(port.id)
        self.subnets.pop(subnet_id, None)

    def subnet_of(self, network_id: str) -> str:
        """Return the ID of the newest subnet of a network. Raises Failure if there is none."""
        subnets = [subnet for subnet in self.subnets.values() if subnet.network_id == network_id]
        if not subnets:
            raise Failure("NotFound", f"Network {network_id} could not be found.")
        return subnets[-1].id

    def create_port(
        self,
        subnet_id: str,
        owner: str,
        address: str | None = None,
        *,
        device_id: str = "",
        security_group_ids: tuple[str, ...] = (),
    ) -> Port:
        """Create a port in a subnet, at the next free address unless one is given."""
        self._quotas.claim(ports=1)
        for group_id in security_group_ids:
            if group_id not in self.security_groups:
                raise Failure("NotFound", f"Security group {group_id} does not exist")
        if len(set(security_group_ids)) < len(security_group_ids):
            raise Failure("BadRequest", "Invalid input for security_groups: it has duplicates.")
        if subnet_id not in self.subnets:
            raise Failure("NotFound", f"Subnet {subnet_id} could not be found.")
        if address:
            self._check_address(self.subnets[subnet_id], address)
        port = Port(
            id=self._deployment.identifiers.uuid(),
            subnet_id=subnet_id,
            address=self._free_address(self.subnets[subnet_id]) if address is None else address,
            owner=owner,
            device_id=device_id,
            security_group_ids=security_group_ids,
        )
        self.ports[port.id] = port
        return port

    def _check_address(self, subnet: Subnet, address: str) -> None:
        """Raise Failure for an address that a port cannot be given (neutron/ipam)."""
        if ipaddress.ip_address(address) not in ipaddress.ip_network(subnet.cidr):
            raise Failure(
                "BadRequest", f"IP address {address} is not a valid IP for the specified subnet."
            )
        if any(it.subnet_id == subnet.id and it.address == address for it in self.ports.values()):
            raise Failure(
                "Conflict", f"IP address {address} already allocated in subnet {subnet.id}"
            )

    def delete_port(self, port_id: str) -> None:
        """Delete a port, and disassociate the floating IP that points to it."""
        self.ports.pop(port_id, None)
        self.locks.pop(port_id, None)
        for address in list(self.floating_ips.values()):
            if address.port_id == port_id:
                self._write(address, None, None)

    def create_router(self, name: str, external_network_id: str | None) -> str:
        """Create a router with a gateway and return its ID."""
        self._quotas.claim(routers=1)
        router = Router(
            id=self._deployment.identifiers.uuid(),
            name=name,
            external_network_id=external_network_id,
        )
        self.routers[router.id] = router
        return router.id

    def delete_router(self, router_id: str) -> None:
        """Delete a router. Raises Failure while a subnet is connected to it."""
        if router_id in self.routers and self.routers[router_id].interfaces:
            raise Failure("Conflict", f"Router {router_id} still has ports")
        self.routers.pop(router_id, None)

    def add_interface(self, router_id: str, subnet_id: str) -> None:
        """Connect a subnet to a router. Raises Failure if one there has an overlapping CIDR."""
        if router_id not in self.routers:
            raise Failure("NotFound", f"Router {router_id} could not be found")
        interfaces = self.routers[router_id].interfaces
        cidr = ipaddress.ip_network(self.subnets[subnet_id].cidr)
        for other_id in interfaces:
            other = ipaddress.ip_network(self.subnets[other_id].cidr)
            if cidr.version == other.version and cidr.overlaps(other):
                raise Failure(
                    "BadRequest",
                    f"Bad router request: Cidr {cidr} of subnet {subnet_id} overlaps with cidr "
                    f"{other} of subnet {other_id}.",
                )
        interfaces[subnet_id] = self.create_port(
            subnet_id, "network:router_interface", device_id=router_id
        ).id

    def remove_interface(self, router_id: str, subnet_id: str) -> None:
        """Disconnect a subnet from a router.

        Raises Failure while a floating IP needs it (neutron/db/l3_db.py:
        _confirm_router_interface_not_in_use).
        """
        router = self.routers.get(router_id)
        if router is None or subnet_id not in router.interfaces:
            return
        ports = {port.id for port in self.ports.values() if port.subnet_id == subnet_id}
        if any(address.port_id in ports for address in self.floating_ips.values()):
            raise Failure(
                "Conflict",
                f"Router interface for subnet {subnet_id} on router {router_id} cannot be "
                "deleted, as it is required by one or more floating IPs.",
            )
        self.delete_port(router.interfaces.pop(subnet_id))

    def create_security_group(
        self, name: str, rules: Sequence[Mapping[str, object]] = (), description: str = ""
    ) -> str:
        """Create a security group with rules of its own and return its ID.

        Raises Failure for a rule that is there twice (neutron/db/securitygroups_db.py:
        _check_for_duplicate_rules).
        """
        _refuse_twice(rules)
        _refuse_version(rules)
        self._quotas.claim(security_groups=1, security_group_rules=len(rules) + 2)
        group = SecurityGroup(
            id=self._deployment.identifiers.uuid(),
            name=name,
            rules=(*rules, *_EGRESS),
            description=description,
        )
        self.security_groups[group.id] = group
        return group.id

    def set_rules(self, group_id: str, rules: Sequence[Mapping[str, object]]) -> None:
        """Give a security group other rules. Raises Failure as for a new one."""
        _refuse_twice(rules)
        _refuse_version(rules)
        group = self.security_groups[group_id]
        changed = replace(group, rules=(*rules, *_EGRESS))
        self._quotas.claim(security_group_rules=max(0, len(changed.rules) - len(group.rules)))
        self.security_groups[group_id] = changed

    def delete_security_group(self, group_id: str) -> None:
        """Delete a security group. Raises Failure while a port has it (securitygroups_db.py)."""
        if any(group_id in port.security_group_ids for port in self.ports.values()):
            raise Failure("Conflict", f"Security Group {group_id} in use.")
        self.security_groups.pop(group_id, None)

    def allocate(self, network: Named, description: str) -> FloatingIP:
        """Allocate a floating IP."""
        self._quotas.claim(floating_ips=1)
        address = FloatingIP(
            id=self._deployment.identifiers.uuid(),
            address=self._deployment.free_address(),
            network_id=network.id,
            port_id=None,
            status="DOWN",
            description=description,
            revision=0,
        )
        self.floating_ips[address.id] = address
        return address

    def point(
        self, address_id: str, revision: int | None, port_id: str | None, description: str | None
    ) -> FloatingIP:
        """Associate a floating IP with a port, or with none.

        Raises Changed if it does not have the given revision any more, NotFound if it or the
        port does not exist, and Conflict if the port has another floating IP.
        """
        address = self.floating_ips.get(address_id)
        if address is None:
            raise NotFound(f"Floating IP {address_id} could not be found")
        if revision not in (None, address.revision):
            raise Changed(f"Constrained to {revision}, but current revision is {address.revision}")
        if port_id is not None:
            self._check_target(address, port_id)
        return self._write(address, port_id, description)

    def _check_target(self, address: FloatingIP, port_id: str) -> None:
        """Raise NotFound or Conflict for a port that a floating IP cannot point to (l3_db.py)."""
        if port_id not in self.ports:
            raise NotFound(f"Port {port_id} could not be found.")
        if ":" in self.ports[port_id].address:
            raise CloudError(
                f"Bad floatingip request: Port {port_id} has no IPv4 address to associate a "
                "floating IP with. (HTTP 400)"
            )
        subnet_id = self.ports[port_id].subnet_id
        if not any(
            subnet_id in router.interfaces and router.external_network_id == address.network_id
            for router in self.routers.values()
        ):
            raise NotFound(
                f"External network {address.network_id} is not reachable from subnet {subnet_id}. "
                f"Therefore, cannot associate Port {port_id} with a Floating IP."
            )
        if any(
            other.id != address.id
            and (other.port_id, other.network_id) == (port_id, address.network_id)
            for other in self.floating_ips.values()
        ):
            raise Conflict(
                f"Cannot associate floating IP {address.address} with port {port_id}: that fixed "
                f"IP already has a floating IP on external network {address.network_id}."
            )

    def _count_rules(self) -> int:
        return sum(len(group.rules) for group in self.security_groups.values())

    def _write(
        self, address: FloatingIP, port_id: str | None, description: str | None
    ) -> FloatingIP:
        written = replace(
            address,
            port_id=port_id,
            status="ACTIVE" if port_id else "DOWN",
            description=address.description if description is None else description,
            revision=address.revision + 1,
        )
        self.floating_ips[address.id] = written
        return written

    def _free_address(self, subnet: Subnet) -> str:
        """Return the next free address of a subnet; one that became free is used again last."""
        taken = {port.address for port in self.ports.values() if port.subnet_id == subnet.id}
        size = min(ipaddress.ip_network(subnet.cidr).num_addresses, 1 << 20)
        for host in itertools.islice(self._hosts[subnet.id], size):
            if str(host) not in taken and (not subnet.pools or subnet.gives(str(host))):
                return str(host)
        raise Failure("Conflict", f"No more IP addresses available on network {subnet.network_id}.")


def _hosts(cidr: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Yield the addresses of a subnet for hosts, again and again."""
    while True:
        yield from ipaddress.ip_network(cidr).hosts()


def _refuse_version(rules: Sequence[Mapping[str, object]]) -> None:
    """Raise Failure for a rule whose source is of another version of IP than it says.

    neutron/db/securitygroups_db.py: _validate_ip_prefix.
    """
    for rule in rules:
        source, kind = str(rule["remote_ip_prefix"]), rule.get("ethertype", "IPv4")
        if f"IPv{ipaddress.ip_network(source).version}" != kind:
            raise Failure(
                "BadRequest",
                f"Conflicting value ethertype {kind} for CIDR {source}",
            )


def _refuse_twice(rules: Sequence[Mapping[str, object]]) -> None:
    """Raise Failure for a rule that is among the rules twice; ports are numbers or text."""
    keys = [sorted((key, str(value)) for key, value in rule.items()) for rule in rules]
    if any(key in keys[:number] for number, key in enumerate(keys)):
        raise Failure("Conflict", "Duplicate Security Group Rule in POST.")
