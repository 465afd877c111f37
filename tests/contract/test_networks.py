"""Networks that are there already, as Ao asks for them, and locks at an agreed address."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao.cloud import LockAddress, Subnet
from ao.errors import CloudError, Conflict, NotFound
from tests.contract.environment import Bench

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
