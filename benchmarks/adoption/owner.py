"""A site that its owner made without Ao, and that users are on: by commands, Heat or Terraform."""

from __future__ import annotations

import re
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openstack
from openstack.connection import Connection

from benchmarks.sites import SHOP
from box.environment import venv
from box.home import Home

NAMES = re.compile("old-[0-9a-f]{6}")
"""How such sites are called."""
CIDR = "10.77.0.0/24"
TEMPLATE = Path(__file__).with_name("owner.yaml")
INTERFACE = "network:router_interface"
START = 240
"""Seconds that each thing may take to be there."""
CHANGING = frozenset({"updated_at", "revision_number", "provisioning_status", "operating_status"})
"""Fields of the API's answers that say when a thing was last written to, and how it is."""


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
    server: str

    def objects(self) -> Mapping[str, Mapping[str, Any]]:
        """Return all that the APIs answer of each of its things, but for CHANGING."""
        load_balancer, network = self.cloud.load_balancer, self.cloud.network
        pool = load_balancer.get_pool(self.pool)
        found = {
            "load balancer": load_balancer.get_load_balancer(self.balancer),
            "listener": load_balancer.get_listener(self.listener),
            "pool": pool,
            "health monitor": load_balancer.get_health_monitor(pool.health_monitor_id),
            "floating IP": network.find_ip(self.address, ignore_missing=False),
            "network": network.find_network(self.name, ignore_missing=False),
            "subnet": network.find_subnet(self.name, ignore_missing=False),
            "router": network.find_router(self.name, ignore_missing=False),
            "security group": network.find_security_group(self.name, ignore_missing=False),
            "server": self.cloud.compute.get_server(self.server),
        }
        found |= {f"member {it.id}": it for it in load_balancer.members(self.pool)}
        return {name: _fields(thing) for name, thing in found.items()}


def _fields(thing: Any) -> Mapping[str, Any]:
    """Return the fields of a thing that stay; lists sorted, as Neutron tells rules in any order."""
    return {
        key: sorted(value, key=repr) if isinstance(value, list) else value
        for key, value in thing.to_dict().items()
        if key not in CHANGING
    }


def user_data() -> str:
    """Return the demo shop's, for a server that knows of no colour, and of no Ao."""
    text = (SHOP / "user-data.sh").read_text()
    words = {"$AO_SITE": "old", "$AO_COLOUR": "nobody", "$AO_VERSION": "0.9"}
    for word, value in words.items():
        text = text.replace(word, value)
    return text.replace('"X-Ao-Colour" => "$COLOUR", "X-Ao-Version" => "$VERSION", ', "")


def by_commands(cloud: Connection, name: str, provider: str) -> None:
    """Make it as one does with OpenStack's client."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(user_data())
        file.flush()
        for line in (
            f"network create {name}",
            f"subnet create --network {name} --subnet-range {CIDR} {name}",
            f"router create --external-gateway public {name}",
            f"router add subnet {name} {name}",
            f"security group create {name}",
            f"security group rule create --protocol tcp --dst-port 80 {name}",
            f"server create --image ao-demo --flavor web.small --network {name} "
            f"--security-group {name} --user-data {file.name} --wait {name}",
            f"loadbalancer create --name {name} --vip-subnet-id {name} --provider {provider} "
            "--wait",
            f"loadbalancer listener create --name {name}-http --protocol HTTP --protocol-port 80 "
            f"--wait {name}",
            f"loadbalancer pool create --name {name}-web --listener {name}-http --protocol HTTP "
            "--lb-algorithm ROUND_ROBIN --wait",
            "loadbalancer healthmonitor create --type HTTP --url-path /health --delay 5 "
            f"--timeout 3 --max-retries 2 --wait {name}-web",
        ):
            _openstack(cloud, *line.split())
    address = _address(cloud, name)
    member = ("--address", address, "--protocol-port", "80", "--subnet-id", name)
    _openstack(cloud, "loadbalancer", "member", "create", *member, "--wait", f"{name}-web")
    vip = cloud.load_balancer.find_load_balancer(name, ignore_missing=False).vip_port_id
    _openstack(cloud, "floating", "ip", "create", "--port", vip, "public")


def by_heat(cloud: Connection, name: str, provider: str) -> None:
    """Make it by a stack of its owner's."""
    cloud.create_stack(
        name,
        template_file=str(TEMPLATE),
        wait=True,
        timeout=START,
        cidr=CIDR,
        provider=provider,
        user_data=user_data(),
    )


def by_terraform(cloud: Connection, name: str, provider: str) -> None:
    """Make it by the requests of Terraform's provider.

    A pool of the load balancer that the listener names, and all members in one PUT
    (terraform-provider-openstack, openstack/resource_openstack_lb_listener_v2.go and
    resource_openstack_lb_members_v2.go).
    """
    network, api = cloud.network, cloud.load_balancer
    public = network.find_network("public", ignore_missing=False)
    net = network.create_network(name=name)
    subnet = network.create_subnet(name=name, network_id=net.id, cidr=CIDR, ip_version=4)
    router = network.create_router(name=name, external_gateway_info={"network_id": public.id})
    network.add_interface_to_router(router.id, subnet=subnet.id)
    group = network.create_security_group(name=name)
    network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", ether_type="IPv4", protocol="tcp",
        port_range_min=80, port_range_max=80,
    )  # fmt: skip
    server = cloud.compute.create_server(
        name=name,
        image_id=cloud.image.find_image("ao-demo", ignore_missing=False).id,
        flavor_id=cloud.compute.find_flavor("web.small", ignore_missing=False).id,
        networks=[{"uuid": net.id}],
        security_groups=[{"name": name}],
        user_data=b64encode(user_data().encode()).decode(),
    )
    balancer = api.create_load_balancer(name=name, vip_subnet_id=subnet.id, provider=provider)

    def wait() -> None:
        api.wait_for_load_balancer(balancer.id, interval=1, wait=START)

    wait()
    pool = api.create_pool(
        name=f"{name}-web", loadbalancer_id=balancer.id, protocol="HTTP", lb_algorithm="ROUND_ROBIN"
    )
    wait()
    api.create_listener(
        name=f"{name}-http", loadbalancer_id=balancer.id, protocol="HTTP", protocol_port=80,
        default_pool_id=pool.id, connection_limit=-1,
    )  # fmt: skip
    wait()
    api.create_health_monitor(
        pool_id=pool.id, type="HTTP", url_path="/health", http_method="GET", expected_codes="200",
        delay=5, timeout=3, max_retries=2,
    )  # fmt: skip
    wait()
    cloud.compute.wait_for_server(server, interval=1, wait=START)
    member = {"address": _address(cloud, name), "protocol_port": 80, "subnet_id": subnet.id}
    answer = api.put(f"/lbaas/pools/{pool.id}/members", json={"members": [member]})
    openstack.exceptions.raise_from_response(answer)
    wait()
    vip = api.get_load_balancer(balancer.id).vip_port_id
    network.create_ip(floating_network_id=public.id, port_id=vip)


WAYS: Mapping[str, Callable[[Connection, str, str], None]] = {
    "commands": by_commands,
    "heat": by_heat,
    "terraform": by_terraform,
}
"""How it can be made."""


@contextmanager
def owned(cloud: Connection, name: str, way: str, provider: str = "haproxy") -> Iterator[Owned]:
    """Make it: network, server, load balancer, floating IP. All is deleted at the end."""
    try:
        WAYS[way](cloud, name, provider)
        balancer = cloud.load_balancer.find_load_balancer(name, ignore_missing=False)
        pool = cloud.load_balancer.find_pool(f"{name}-web", ignore_missing=False)
        (address,) = cloud.network.ips(port_id=balancer.vip_port_id)
        _wait_until_served(cloud, pool.id)
        yield Owned(
            cloud=cloud,
            name=name,
            address=address.floating_ip_address,
            balancer=balancer.id,
            listener=cloud.load_balancer.find_listener(f"{name}-http", ignore_missing=False).id,
            pool=pool.id,
            server=cloud.compute.find_server(name, ignore_missing=False).id,
        )
    finally:
        remove(cloud, name)


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
    if cloud.get_stack(name) is not None:
        cloud.delete_stack(name, wait=True)
    network, compute = cloud.network, cloud.compute
    for server in compute.servers(name=f"^{name}$"):
        compute.delete_server(server)
        compute.wait_for_delete(server, interval=1, wait=START)
    for router in network.routers(name=name):
        for port in list(network.ports(device_id=router.id, device_owner=INTERFACE)):
            network.remove_interface_from_router(router.id, port=port.id)
        network.delete_router(router.id)
    for net in network.networks(name=name):
        network.delete_network(net.id)
    for group in network.security_groups(name=name):
        network.delete_security_group(group.id)


def _openstack(cloud: Connection, *words: str) -> None:
    program = venv(Home.from_environment()) / "bin/openstack"
    command = [str(program), "--os-cloud", cloud.config.name, *words]
    subprocess.run(command, check=True, capture_output=True, timeout=START)


def _address(cloud: Connection, name: str) -> str:
    """Return the address of the server."""
    server = cloud.compute.find_server(name, ignore_missing=False)
    (port,) = cloud.network.ports(device_id=server.id)
    return str(port.fixed_ips[0]["ip_address"])


def _wait_until_served(cloud: Connection, pool: str) -> None:
    for _ in openstack.utils.iterate_timeout(START, "no member is ONLINE", 2):
        if {it.operating_status for it in cloud.load_balancer.members(pool)} == {"ONLINE"}:
            return
