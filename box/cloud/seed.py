"""The cloud's first content: what an operator hands to the projects of a new cloud."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import openstack
from openstack.connection import Connection

from box import networks
from box.cloud.guest import publish
from box.cloud.identity import Identity
from box.errors import BoxError
from box.home import Home
from box.image import build
from box.passwords import Passwords, load

MEMBER = ("member", "heat_stack_owner", "load-balancer_member")
READER = ("reader", "load-balancer_observer")

FLAVORS = {"web.small": 160, "web.medium": 256}
"""Memory in MiB by name."""


def seed(cloud: Connection, home: Home) -> None:
    """Make what is missing, and wait until the cloud can take servers."""
    users(cloud, load(home.passwords))
    flavors(cloud)
    external_network(cloud)
    publish(cloud, build(home.image))
    wait_for_host(cloud, home)


def users(cloud: Connection, passwords: Passwords) -> None:
    """Make the projects, and in each a member; in shop also another and a reader."""
    grants = (
        ("shop", "shop", passwords.shop, MEMBER),
        ("shop", "shop-colleague", passwords.shop_colleague, MEMBER),
        ("shop", "shop-reader", passwords.shop_reader, READER),
        ("annex", "annex", passwords.annex, MEMBER),
        ("admin", "admin", passwords.admin, MEMBER),
    )
    identity = Identity(cloud)
    for project, name, password, roles in grants:
        identity.grant(identity.user(name, password), identity.project(project), roles)


def flavors(cloud: Connection) -> None:
    """Make the sizes of servers. Nova lets only administrators boot without any disk."""
    for name, memory in FLAVORS.items():
        if not cloud.compute.find_flavor(name):
            cloud.compute.create_flavor(name=name, ram=memory, vcpus=1, disk=1)


def external_network(cloud: Connection) -> None:
    """Make the network that the machine itself reaches over br-ex."""
    network = cloud.network.find_network("public") or cloud.network.create_network(
        name="public",
        is_router_external=True,
        provider_network_type="flat",
        provider_physical_network="physnet1",
    )
    if not cloud.network.find_subnet("public"):
        cloud.network.create_subnet(
            name="public",
            network_id=network.id,
            ip_version=4,
            cidr="172.31.1.0/24",
            gateway_ip="172.31.1.1",
            is_dhcp_enabled=False,
            allocation_pools=[{"start": "172.31.1.10", "end": "172.31.1.250"}],
        )


def wait_for_host(cloud: Connection, home: Home) -> None:
    """Wait until Nova and the network can take a server."""
    _wait("nova-compute", lambda: _has_host(cloud, home))
    for service, kind in networks.of(home).agents.items():
        _wait(service, partial(_is_alive, cloud, kind))


def _has_host(cloud: Connection, home: Home) -> bool:
    """Tell whether Nova's cell has a host that works; have Nova look for new ones if not."""
    if any(host.state == "up" for host in cloud.compute.hypervisors()):
        return True
    nova = Path(sys.executable).with_name("nova-manage")
    settings = ("--config-file", home.etc / "nova/nova.conf")
    subprocess.run([nova, *settings, "cell_v2", "discover_hosts"], check=True)
    return False


def _is_alive(cloud: Connection, kind: str) -> bool:
    return any(it.is_alive and it.agent_type == kind for it in cloud.network.agents())


def _wait(name: str, ready: Callable[[], bool], patience: float = 120) -> None:
    deadline = time.monotonic() + patience
    while not ready():
        if time.monotonic() > deadline:
            raise BoxError(f"{name} did not report within {patience:.0f} s")
        time.sleep(0.5)


if __name__ == "__main__":
    seed(openstack.connect(cloud="box-admin"), Home.from_environment())
