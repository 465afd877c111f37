"""What a cloud offers, and what a project may have."""

from collections import Counter

import pytest

from ao.cloud import Stack
from ao.colour import Colour
from ao.errors import Conflict, NotFound
from ao.plan import quota
from ao.plan.plan import BuildSite, BuildSystem
from tests.contract.environment import Bench
from tests.unit.samples import EMPTY


def test_what_there_is_is_found_by_name_and_by_id(bench: Bench) -> None:
    lookup, group = bench.cloud.lookup, bench.site.group
    image, flavor = lookup.image(group.image), lookup.flavor(group.flavor)
    network = lookup.external_network(bench.site.external_network)
    assert (image.name, flavor.name) == (group.image, group.flavor)
    assert lookup.image(image.id) == image
    assert lookup.flavor(flavor.id) == flavor
    assert lookup.external_network(network.id) == network


def test_a_flavor_tells_what_it_takes_of_the_quotas(bench: Bench) -> None:
    flavor = bench.cloud.lookup.flavor(bench.site.group.flavor)
    assert flavor.vcpus > 0
    assert flavor.ram > 0


def test_an_image_and_a_flavor_tell_whether_they_go_together(bench: Bench) -> None:
    lookup, group = bench.cloud.lookup, bench.site.group
    image, flavor = lookup.image(group.image), lookup.flavor(group.flavor)
    assert image.status == "active"
    assert flavor.ram >= image.min_ram
    assert flavor.disk >= max(1, image.min_disk)
    assert image.size <= flavor.disk * 1024**3


@pytest.mark.parametrize(
    "kind", ["external_network", "image", "flavor", "keypair", "security_group"]
)
def test_what_is_not_there_is_not_found(bench: Bench, kind: str) -> None:
    with pytest.raises(NotFound, match="no-such-thing"):
        getattr(bench.cloud.lookup, kind)("no-such-thing")


def test_a_security_group_is_found_by_name_and_by_id(bench: Bench) -> None:
    lookup = bench.cloud.lookup
    default = lookup.security_group("default")
    assert default.name == "default"
    assert lookup.security_group(default.id) == default
    assert bench.annex.lookup.security_group("default").id != default.id
    assert bench.operator.lookup.security_group("default").name == "default"


def test_security_groups_of_one_name_are_told_apart_by_their_ids(bench: Bench) -> None:
    name = f"{bench.site.name}-ops"
    groups = [bench.other_user.create_security_group(name) for _ in range(2)]
    try:
        with pytest.raises(Conflict, match=r"is there 2 times"):
            bench.cloud.lookup.security_group(name)
        assert [bench.cloud.lookup.security_group(it).id for it in groups] == groups
    finally:
        for group in groups:
            bench.other_user.delete_security_group(group)
    with pytest.raises(NotFound, match=name):
        bench.cloud.lookup.security_group(name)


def test_a_systems_own_security_group_tells_whose_it_is(bench: Bench, blue: Stack) -> None:
    own = bench.physical_id(blue, "OS::Neutron::SecurityGroup")
    assert bench.site.tag in bench.cloud.lookup.security_group(own).description.split()


def test_a_network_of_the_project_is_not_an_external_one(bench: Bench, blue: Stack) -> None:
    with pytest.raises(NotFound, match="no external network"):
        bench.cloud.lookup.external_network(blue.name)


def test_the_providers_are_told(bench: Bench) -> None:
    assert bench.site.load_balancer.provider in bench.cloud.lookup.providers()


def test_the_availability_zones_are_told(bench: Bench) -> None:
    zones = bench.cloud.lookup.availability_zones()
    assert zones
    assert "internal" not in zones, "that of the services, where no server may be"


def test_quotas_count_what_exists(bench: Bench, blue: Stack) -> None:
    """Others may be at work in the project, so it may be more."""
    flavor = bench.cloud.lookup.flavor(bench.site.group.flavor)
    built = (BuildSite(), BuildSystem(Colour.BLUE, "1.0", 1))
    ours: Counter[str] = quota.needs(bench.site, EMPTY, built, flavor)
    # The lock's, which nobody holds here.
    ours["ports"] -= 1
    used = {each.resource: each.used for each in bench.cloud.quotas()}
    assert set(used) >= set(ours)
    assert {name: count for name, count in ours.items() if used[name] < count} == {}


@pytest.mark.parametrize("kind", ["balancer_flavor", "balancer_zone"])
def test_a_flavor_or_zone_of_load_balancers_that_is_not_there_is_not_found(
    bench: Bench, kind: str
) -> None:
    with pytest.raises(NotFound, match="no-such-thing"):
        getattr(bench.cloud.lookup, kind)("no-such-thing")
