"""Networks that are there already, as Ao asks for them, and locks at an agreed address."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao.cloud import LockAddress, Stack, Subnet, Template
from ao.errors import CloudError, Conflict, NotFound
from tests.contract.environment import DEADLINE, Bench

CIDR, POOL = "10.67.0.0/24", ("10.67.0.10", "10.67.0.29")
AGREED = "10.67.0.250"


@pytest.fixture(scope="module")
def name(bench: Bench) -> str:
    return f"{bench.site.name}-there"


@pytest.fixture(scope="module")
def subnet_id(bench: Bench, name: str) -> Iterator[str]:
    yield bench.other_user.create_network(name, CIDR, POOL)
    bench.other_user.delete_network(name)


@pytest.fixture
def subnet(bench: Bench, name: str, subnet_id: str) -> Subnet:
    return bench.cloud.lookup.subnet(name, name)


def test_a_subnet_is_found_by_name_and_by_id(bench: Bench, name: str, subnet: Subnet) -> None:
    assert (subnet.name, subnet.cidr, subnet.version, subnet.owned) == (name, CIDR, 4, True)
    assert subnet.pools == (POOL,)
    assert subnet.routers == frozenset()
    assert bench.cloud.lookup.subnet(subnet.network_id, subnet.id) == subnet


def test_each_port_takes_one_of_the_addresses_that_neutron_gives(
    bench: Bench, name: str, subnet: Subnet
) -> None:
    assert subnet.gives(POOL[0])
    assert not subnet.gives(AGREED)
    port = bench.other_user.create_port(subnet.id)
    try:
        fuller = bench.cloud.lookup.subnet(name, name)
        assert fuller.free == subnet.free - 1
        (address,) = fuller.taken - subnet.taken
        assert fuller.gives(address)
    finally:
        bench.other_user.delete_port(port)
    assert bench.cloud.lookup.subnet(name, name).free == subnet.free


def test_what_is_not_there_is_not_found(bench: Bench, name: str, subnet: Subnet) -> None:
    for network, wanted in ((name, "no-such-subnet"), ("no-such-network", name)):
        with pytest.raises(NotFound):
            bench.cloud.lookup.subnet(network, wanted)
    with pytest.raises(NotFound):
        bench.cloud.lookup.router("no-such-router")


def test_another_project_does_not_see_the_network(bench: Bench, subnet: Subnet) -> None:
    with pytest.raises(NotFound):
        bench.annex.lookup.subnet(subnet.network_id, subnet.id)


def test_a_router_is_found_with_what_it_leads_to(bench: Bench) -> None:
    name = f"ao-{bench.site.name}"
    router = bench.cloud.lookup.router(name)
    external = bench.cloud.lookup.external_network(bench.site.external_network or "")
    assert (router.name, router.external_network_id) == (name, external.id)
    assert bench.cloud.lookup.router(router.id) == router


def test_a_network_of_one_name_twice_is_told_to_be_written_by_its_id(
    bench: Bench, name: str, subnet: Subnet
) -> None:
    double = f"{name}-twice"
    for _ in range(2):
        bench.other_user.create_network(double, CIDR, POOL)
    try:
        with pytest.raises(Conflict):
            bench.cloud.lookup.subnet(double, double)
    finally:
        bench.other_user.delete_network(double)


def test_an_agreed_address_is_held_by_one_lock_only(bench: Bench, subnet: Subnet) -> None:
    at = LockAddress(subnet_id=subnet.id, address=AGREED)
    locks, of = bench.cloud.locks, subnet.network_id
    assert locks.find(of, at) is None
    lock = locks.take(of, f"{bench.site.stack}-lock", "mine", at)
    try:
        assert lock.at == at
        assert replace(locks.find(of, at) or lock, read=0) == replace(lock, read=0)
        assert lock.id in {it.id for it in locks.all()}
        with pytest.raises(Conflict):
            bench.colleague.locks.take(of, f"{bench.site.stack}-lock", "no, mine", at)
        elsewhere = replace(at, address="10.67.0.251")
        assert locks.find(of, elsewhere) is None
        other = locks.take(of, f"{bench.site.stack}-lock", "another site", elsewhere)
        locks.remove(other)
    finally:
        locks.remove(lock)
    assert locks.find(of, at) is None


def test_no_lock_is_at_an_address_that_is_none_of_the_subnet(bench: Bench, subnet: Subnet) -> None:
    at = LockAddress(subnet_id=subnet.id, address="10.68.0.1")
    with pytest.raises(CloudError):
        bench.cloud.locks.take(subnet.network_id, f"{bench.site.stack}-lock", "mine", at)


SIX = """\
heat_template_version: 2021-04-16
parameters:
  name: {type: string}
  router: {type: string}
  source: {type: string}
  ethertype: {type: string}
conditions:
  said: {not: {equals: [{get_param: ethertype}, '']}}
resources:
  network:
    type: OS::Neutron::Net
    properties: {name: {get_param: name}}
  subnet:
    type: OS::Neutron::Subnet
    properties:
      name: {get_param: name}
      network: {get_resource: network}
      cidr: 'fd00:67::/64'
      ip_version: 6
      ipv6_address_mode: slaac
      ipv6_ra_mode: slaac
  router_interface:
    type: OS::Neutron::RouterInterface
    properties: {router: {get_param: router}, subnet: {get_resource: subnet}}
  security_group:
    type: OS::Neutron::SecurityGroup
    properties:
      name: {get_param: name}
      rules:
        - direction: ingress
          protocol: tcp
          port_range_min: 80
          port_range_max: 80
          remote_ip_prefix: {get_param: source}
          ethertype: {if: [said, {get_param: ethertype}]}
"""
"""A network of IPv6 as the system template has it, and who may reach servers in it."""


def of_six(bench: Bench, source: str, ethertype: str) -> Stack:
    name = f"{bench.site.stack}-six"
    router = bench.cloud.stacks.output(bench.stack(bench.site.stack), "router")
    parameters = {"name": name, "router": router, "source": source, "ethertype": ethertype}
    tags = frozenset({bench.site.tag})
    bench.cloud.stacks.create(name, Template(body=SIX), parameters, tags, DEADLINE)
    return bench.at_rest(name)


def test_a_network_of_ipv6_hangs_on_the_router_beside_those_of_ipv4(bench: Bench) -> None:
    try:
        stack = of_six(bench, "fd00:67::/64", "IPv6")
        assert not stack.failed, stack.reason
        found = bench.cloud.lookup.subnet(stack.name, stack.name)
        assert (found.cidr, found.version) == ("fd00:67::/64", 6)
        router = bench.cloud.lookup.router(f"ao-{bench.site.name}")
        assert found.routers == {router.id}
        assert found.cidr in router.cidrs
    finally:
        bench.delete(f"{bench.site.stack}-six")


def test_a_rule_says_which_version_of_ip_its_addresses_are_of(bench: Bench) -> None:
    try:
        assert of_six(bench, "fd00:67::/64", "").failed
    finally:
        bench.delete(f"{bench.site.stack}-six")
