"""A site in a network that was there before, without floating IPs.

The network is one that the project owns; its router translates no addresses, so that this machine,
which has a route there, reaches the site without floating IPs as users reach a provider network.
"""

import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

import openstack
import pytest
from openstack.connection import Connection

from ao import lock
from ao.cloud import Cloud, Vip
from ao.colour import Colour
from ao.operations import reconcile
from ao.site import Site
from ao.site.network import LockName, Networks, SubnetName
from ao.work import Work
from box.home import Home
from tests.cloud.sites import Visited, told

BLUE, GREEN = Colour
CIDR = "10.66.0.0/24"
LOCK = "10.66.0.250"

pytestmark = pytest.mark.skipif(
    not Home.from_environment().clouds.exists(), reason="the box is not on this machine"
)


@dataclass(frozen=True, kw_only=True)
class There:
    """What is there before any site."""

    network: str
    subnet: str
    router: str

    @property
    def name(self) -> SubnetName:
        return SubnetName(network=self.network, subnet=self.subnet)


@pytest.fixture(scope="module")
def there(other_user: Connection) -> Iterator[There]:
    """A network, a subnet of which Neutron gives away some addresses, and a router."""
    network, admin = other_user.network, openstack.connect(cloud="box-admin")
    name = f"edge-{secrets.token_hex(3)}"
    net = network.create_network(name=name)
    pool = {"start": "10.66.0.10", "end": "10.66.0.199"}
    subnet = network.create_subnet(
        name=name, network_id=net.id, cidr=CIDR, ip_version=4, allocation_pools=[pool]
    )
    public = admin.network.find_network("public", ignore_missing=False)
    router = network.create_router(name=name)
    gateway = {"network_id": public.id, "enable_snat": False}
    outside = admin.network.update_router(router.id, external_gateway_info=gateway)
    network.add_interface_to_router(router.id, subnet=subnet.id)
    via = outside.external_gateway_info["external_fixed_ips"][0]["ip_address"]
    subprocess.run(["ip", "route", "replace", CIDR, "via", via], check=True)
    yield There(network=name, subnet=name, router=name)
    subprocess.run(["ip", "route", "del", CIDR, "via", via], check=True)
    assert {it.name for it in network.networks(project_id=net.project_id)} >= {name}
    network.remove_interface_from_router(router.id, subnet=subnet.id)
    network.delete_router(router.id, ignore_missing=False)
    network.delete_network(net.id, ignore_missing=False)


def placed(site: Site, there: There) -> Site:
    """The shop by the pool method, all of it in the one subnet, its lock an address of that."""
    keys = ("blue", "green", "balancer")
    agreed = LockName(network=there.network, subnet=there.subnet, address=LOCK)
    return replace(
        site,
        name=f"placed-{secrets.token_hex(3)}",
        cidrs={},
        balancer_cidr=None,
        networks=Networks(
            router=there.router, subnets=dict.fromkeys(keys, there.name), lock=agreed
        ),
    )


def kinds(work: Work) -> set[str]:
    """Types of Neutron's resources that the site's stacks have built."""
    facts = work.observe()
    built = (*facts.resources, *(it for s in facts.systems.values() for it in s.resources))
    return {it.type for it in built if it.type.startswith("OS::Neutron::")}


def released(work: Work, visited: Visited) -> None:
    """Release a version, and switch back, under visitors; no request is lost."""
    with lock.acquire(work, "release"):
        reconcile.deploy(work, "2.0")
        with visited(work) as tally:
            assert reconcile.switch(work).live is GREEN
            assert told(work, "production") == ("green", "2.0")
            assert reconcile.switch(work).live is BLUE
            assert told(work, "production")[0] == "blue"
        assert lock.holder(work) is not None
    assert not tally.lost
    assert tally.answers


def test_a_site_without_floating_ip_is_reached_at_its_load_balancer(
    cloud: Cloud, other_user: Connection, site: Site, there: There, visited: Visited
) -> None:
    without = replace(placed(site, there), external_network=None, production_address="10.66.0.200")
    work = Work(cloud=cloud, site=without)
    try:
        facts = reconcile.up(work)
        assert kinds(work) == {"OS::Neutron::SecurityGroup"}
        assert isinstance(facts.production, Vip)
        assert facts.production.address == "10.66.0.200"
        assert told(work, "production")[0] == "blue"
        assert told(work, "preview")[0] == "green"
        released(work, visited)
    finally:
        reconcile.down(work, frozenset(Colour))
    assert other_user.network.find_subnet(there.subnet) is not None
    assert other_user.network.find_router(there.router) is not None
