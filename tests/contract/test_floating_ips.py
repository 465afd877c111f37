"""Floating IPs, as Ao knows them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao.cloud import FloatingIP, Stack
from ao.errors import Changed, Conflict, NotFound
from tests.contract.environment import Bench

NO_PORT = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def free(bench: Bench) -> Iterator[None]:
    """Both addresses point nowhere, before and after."""
    yield
    for role in ("production", "preview"):
        address = bench.address(role)
        if address.port_id:
            bench.cloud.floating_ips.point(address, None)


@pytest.fixture
def vip(bench: Bench, blue: Stack) -> str:
    """Port of the system's VIP."""
    return bench.balancer(blue).vip_port_id


@pytest.fixture
def production(bench: Bench) -> FloatingIP:
    return bench.address("production")


def test_a_new_address_points_nowhere_and_carries_its_words(bench: Bench) -> None:
    address = bench.address("preview")
    assert address.port_id is None
    assert address.description == f"{bench.site.tag} ao:address=preview"


def test_an_address_points_where_it_was_told(
    bench: Bench, production: FloatingIP, vip: str
) -> None:
    told = bench.cloud.floating_ips.point(production, vip)
    assert (told.id, told.address, told.port_id) == (production.id, production.address, vip)
    assert bench.address("production").port_id == vip


def test_an_address_that_points_nowhere_leads_nowhere(
    bench: Bench, production: FloatingIP, vip: str
) -> None:
    bench.cloud.floating_ips.point(production, vip)
    told = bench.cloud.floating_ips.point(bench.address("production"), None)
    assert told.port_id is None
    assert bench.address("production").port_id is None


def test_an_address_may_be_pointed_to_where_it_points(
    bench: Bench, production: FloatingIP, vip: str
) -> None:
    bench.cloud.floating_ips.point(production, vip)
    assert bench.cloud.floating_ips.point(bench.address("production"), vip).port_id == vip


def test_a_description_is_written_in_the_same_request_or_kept(bench: Bench, vip: str) -> None:
    before = bench.address("preview")
    words = f"{before.description} ao:switching-to=green"
    told = bench.cloud.floating_ips.point(before, vip, words)
    assert (told.port_id, told.description) == (vip, words)
    told = bench.cloud.floating_ips.point(bench.address("preview"), None)
    assert (told.port_id, told.description) == (None, words)
    told = bench.cloud.floating_ips.point(bench.address("preview"), None, before.description)
    assert told.description == before.description


def test_every_write_raises_the_revision(bench: Bench, production: FloatingIP, vip: str) -> None:
    bench.cloud.floating_ips.point(production, vip)
    pointed = bench.address("production")
    bench.cloud.floating_ips.point(pointed, None)
    assert production.revision < pointed.revision < bench.address("production").revision


def test_an_address_that_somebody_changed_is_left_alone(
    bench: Bench, production: FloatingIP, vip: str
) -> None:
    bench.cloud.floating_ips.point(production, vip)
    with pytest.raises(Changed):
        bench.cloud.floating_ips.point(production, None)
    assert bench.address("production").port_id == vip


def test_a_vip_takes_one_address_of_a_network(
    bench: Bench, production: FloatingIP, vip: str
) -> None:
    bench.cloud.floating_ips.point(production, vip)
    with pytest.raises(Conflict):
        bench.cloud.floating_ips.point(bench.address("preview"), vip)
    assert bench.address("preview").port_id is None


def test_a_port_that_is_not_there_is_not_found(bench: Bench, production: FloatingIP) -> None:
    with pytest.raises(NotFound):
        bench.cloud.floating_ips.point(production, NO_PORT)
    assert bench.address("production").port_id is None


def test_an_address_that_is_not_there_is_not_found(bench: Bench, production: FloatingIP) -> None:
    with pytest.raises(NotFound):
        bench.cloud.floating_ips.point(replace(production, id=NO_PORT), None)


def test_addresses_of_another_project_are_not_seen(bench: Bench, production: FloatingIP) -> None:
    assert production.id in {address.id for address in bench.cloud.floating_ips.all()}
    assert production.id not in {address.id for address in bench.annex.floating_ips.all()}


def test_addresses_are_found_by_their_ids_alone(bench: Bench) -> None:
    own = {bench.address(role) for role in ("production", "preview")}
    ids = {address.id for address in own}
    assert {*bench.cloud.floating_ips.find("id", ids)} == own
    assert {*bench.cloud.floating_ips.find("id", {bench.address("preview").id, NO_PORT})} == {
        bench.address("preview")
    }
    assert not bench.annex.floating_ips.find("id", ids)


def test_an_address_is_found_by_what_it_is_and_where_it_points(
    bench: Bench, production: FloatingIP, vip: str
) -> None:
    assert bench.cloud.floating_ips.find("address", {production.address}) == (production,)
    assert not bench.cloud.floating_ips.find("port_id", {vip})
    bench.cloud.floating_ips.point(production, vip)
    found = bench.cloud.floating_ips.find("port_id", {vip, NO_PORT})
    assert [address.id for address in found] == [production.id]
