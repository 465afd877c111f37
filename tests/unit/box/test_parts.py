import pytest

from box.cloud.catalogue import PARTS as CATALOGUED
from box.networks import NETWORKS, Network
from box.parts import PARTS, services
from box.services import SERVICES

each_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


@each_network
@pytest.mark.parametrize("part", PARTS)
def test_what_is_left_out_is_a_part_and_nothing_else(network: Network, part: str) -> None:
    remaining = services(network, {part})

    assert [it for it in services(network) if it not in remaining] == list(PARTS[part])


@each_network
def test_without_its_parts_the_box_is_still_a_cloud_with_its_network(network: Network) -> None:
    assert services(network, set(PARTS)) == (*SERVICES, *network.services)


def test_the_catalogue_names_every_part_by_the_ports_on_which_it_listens() -> None:
    assert CATALOGUED.keys() == PARTS.keys()
    for part, catalogued in CATALOGUED.items():
        named = {int(url.rpartition(":")[2]) for _, url in catalogued.values()}
        assert named <= {service.port for service in PARTS[part]}, part
