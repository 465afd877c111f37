"""The VIP port in Neutron: where it is bound, and who may reach it."""

import ipaddress
from dataclasses import dataclass
from typing import Any

from octavia.common import clients, utils

from box.provider.statuses import is_going

Openings = frozenset[tuple[int, tuple[str, ...]]]
"""The listeners' ports, each with the networks that may reach it (none: all)."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """What a network device needs to be the port."""

    id: str
    """The port's ID."""

    mac: str
    """Its MAC address."""

    mtu: int
    """The network's largest packet, in bytes."""

    addresses: tuple[str, ...]
    """Its IP addresses, each with the length of its subnet's prefix."""

    gateways: tuple[str, ...]
    """The subnets' routers, at most one a version of IP."""


def bind(id_: str, host: str) -> Port:
    """Switch a port on and bind it to a machine. Raises openstack's SDKException."""
    neutron = clients.NeutronAuth.get_neutron_client().network
    port = neutron.update_port(id_, is_admin_state_up=True, binding_host_id=host)
    addresses = []
    gateways: dict[int, str] = {}
    for fixed in port.fixed_ips:
        subnet = neutron.get_subnet(fixed["subnet_id"])
        network = ipaddress.ip_network(subnet.cidr)
        addresses.append(f"{fixed['ip_address']}/{network.prefixlen}")
        if subnet.gateway_ip:
            gateways.setdefault(network.version, subnet.gateway_ip)
    return Port(
        id=id_,
        mac=port.mac_address,
        mtu=neutron.get_network(port.network_id).mtu,
        addresses=tuple(addresses),
        gateways=tuple(gateways.values()),
    )


def openings(balancer: Any) -> Openings:
    """Return what a load balancer's listeners open."""
    return frozenset(
        (listener.protocol_port, tuple(sorted(entry.cidr for entry in listener.allowed_cidrs)))
        for listener in balancer.listeners
        if not is_going(listener)
    )


def open_ports(balancer: Any) -> None:
    """Bring the load balancer's own security group to its listeners, and the port into it.

    Octavia's network driver does it as for an amphora.
    """
    utils.get_network_driver().update_vip_sg(balancer, balancer.vip)


def close_ports(balancer: Any) -> None:
    """Remove the security group. Octavia does it itself with a port of its own."""
    if not balancer.vip.octavia_owned:
        balancer.vip.load_balancer = balancer
        utils.get_network_driver().deallocate_vip(balancer.vip)
