"""A site that somebody has made by plain calls of OpenStack, without Ao, and that users are on."""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openstack
from openstack.connection import Connection

from tests.visitors import SHOP

NAMES = re.compile("old-[0-9a-f]{6}")
"""How such sites are called."""
CIDR = "10.77.0.0/24"
INTERFACE = "network:router_interface"
START = 240
"""Seconds that each thing may take to be there."""
CHANGING = frozenset(
    {
        # When it was last written to, and what it counts or is at.
        "updated_at",
        "revision_number",
        "provisioning_status",
        "operating_status",
        # What hangs on it, which Ao adds to and takes away again.
        "listeners",
        "pools",
        "l7policies",
        "l7_policies",
        "location",
    }
)
"""Fields of the API's answers that a site of Ao's around it may change."""


@dataclass(frozen=True, kw_only=True)
class Owned:
    """What its owner has made."""

    cloud: Connection
    name: str
    address: str
    """Floating IP that users reach."""
    balancer: str
    listener: str
    pool: str
    servers: tuple[str, ...]

    def objects(self) -> dict[str, dict[str, Any]]:
        """Return what the APIs answer of each of its things, without what changes by itself."""
        load_balancer, network = self.cloud.load_balancer, self.cloud.network
        found = {
            "load balancer": load_balancer.get_load_balancer(self.balancer),
            "listener": load_balancer.get_listener(self.listener),
            "pool": load_balancer.get_pool(self.pool),
            "floating IP": network.find_ip(self.address, ignore_missing=False),
            "network": network.find_network(self.name, ignore_missing=False),
            "subnet": network.find_subnet(self.name, ignore_missing=False),
            "router": network.find_router(self.name, ignore_missing=False),
            "security group": network.find_security_group(self.name, ignore_missing=False),
        }
        for member in load_balancer.members(self.pool):
            found[f"member {member.id}"] = member
        for server in self.servers:
            found[f"server {server}"] = self.cloud.compute.get_server(server)
        return {
            name: {
                # Neutron tells the rules of a group in any order.
                key: sorted(value, key=repr) if isinstance(value, list) else value
                for key, value in thing.to_dict().items()
                if key not in CHANGING
            }
            for name, thing in found.items()
        }


def _user_data() -> str:
    """Return the shop as a server that knows of no colour, and of no Ao."""
    text = (SHOP / "user-data.sh").read_text()
    words = {"$AO_SITE": "old", "$AO_COLOUR": "nobody", "$AO_VERSION": "0.9"}
    for word, value in words.items():
        text = text.replace(word, value)
    text = text.replace('"X-Ao-Colour" => "$COLOUR", "X-Ao-Version" => "$VERSION", ', "")
    assert "X-Ao-Colour" not in text
    return b64encode(text.encode()).decode()


@contextmanager
def owned(cloud: Connection, name: str, provider: str = "haproxy") -> Iterator[Owned]:
    """Make it: network, server, load balancer, floating IP. All is deleted at the end."""
    network, load_balancer, compute = cloud.network, cloud.load_balancer, cloud.compute
    public = network.find_network("public", ignore_missing=False)
    try:
        net = network.create_network(name=name)
        subnet = network.create_subnet(name=name, network_id=net.id, cidr=CIDR, ip_version=4)
        router = network.create_router(name=name, external_gateway_info={"network_id": public.id})
        network.add_interface_to_router(router.id, subnet_id=subnet.id)
        group = network.create_security_group(name=name)
        network.create_security_group_rule(
            security_group_id=group.id, direction="ingress", ether_type="IPv4", protocol="tcp",
            port_range_min=80, port_range_max=80,
        )  # fmt: skip
        server = compute.create_server(
            name=name,
            image_id=cloud.image.find_image("ao-demo", ignore_missing=False).id,
            flavor_id=compute.find_flavor("web.small", ignore_missing=False).id,
            networks=[{"uuid": net.id}],
            security_groups=[{"name": name}],
            user_data=_user_data(),
        )
        balancer = load_balancer.create_load_balancer(
            name=name, vip_subnet_id=subnet.id, provider=provider
        )
        load_balancer.wait_for_load_balancer(balancer.id, interval=1, wait=START)
        listener = load_balancer.create_listener(
            name=f"{name}-http", load_balancer_id=balancer.id, protocol="HTTP", protocol_port=80
        )
        load_balancer.wait_for_load_balancer(balancer.id, interval=1, wait=START)
        pool = load_balancer.create_pool(
            name=f"{name}-web", listener_id=listener.id, protocol="HTTP", lb_algorithm="ROUND_ROBIN"
        )
        load_balancer.wait_for_load_balancer(balancer.id, interval=1, wait=START)
        load_balancer.create_health_monitor(
            name=f"{name}-check", pool_id=pool.id, type="HTTP", url_path="/health",
            delay=5, timeout=3, max_retries=2,
        )  # fmt: skip
        load_balancer.wait_for_load_balancer(balancer.id, interval=1, wait=START)
        server = compute.wait_for_server(server, interval=1, wait=START)
        (port,) = network.ports(device_id=server.id)
        load_balancer.create_member(
            pool.id, name=name, address=port.fixed_ips[0]["ip_address"], protocol_port=80,
            subnet_id=subnet.id,
        )  # fmt: skip
        balancer = load_balancer.wait_for_load_balancer(balancer.id, interval=1, wait=START)
        address = network.create_ip(floating_network_id=public.id, port_id=balancer.vip_port_id)
        _wait_until_served(cloud, pool.id)
        yield Owned(
            cloud=cloud,
            name=name,
            address=address.floating_ip_address,
            balancer=balancer.id,
            listener=listener.id,
            pool=pool.id,
            servers=(server.id,),
        )
    finally:
        remove(cloud, name)


def _wait_until_served(cloud: Connection, pool: str) -> None:
    for seconds in openstack.utils.iterate_timeout(START, "no member is ONLINE", 2):
        assert seconds is not None
        if {it.operating_status for it in cloud.load_balancer.members(pool)} == {"ONLINE"}:
            return


def remove_load_balancer(cloud: Connection, name: str) -> None:
    """Delete the load balancer with all that hangs on it, and its floating IP."""
    for balancer in cloud.load_balancer.load_balancers(name=name):
        for address in cloud.network.ips(port_id=balancer.vip_port_id):
            cloud.network.delete_ip(address)
        cloud.load_balancer.delete_load_balancer(balancer.id, cascade=True)
        cloud.load_balancer.wait_for_delete(balancer, interval=1, wait=START)


def remove(cloud: Connection, name: str) -> None:
    """Delete whatever there is of it."""
    remove_load_balancer(cloud, name)
    network, compute = cloud.network, cloud.compute
    for server in compute.servers(name=f"^{name}$"):
        compute.delete_server(server)
        compute.wait_for_delete(server, interval=1, wait=START)
    router, net = network.find_router(name), network.find_network(name)
    if router is not None:
        for port in list(
            network.ports(device_id=router.id, device_owner="network:router_interface")
        ):
            network.remove_interface_from_router(router.id, port_id=port.id)
        network.delete_router(router.id)
    if net is not None:
        network.delete_network(net.id)
    for group in network.security_groups(name=name):
        network.delete_security_group(group.id)
