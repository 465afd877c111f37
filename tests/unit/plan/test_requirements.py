"""What a build could not work with, told before it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.cloud import Flavor, Image, Named, Network, SecurityGroup, Subnet
from ao.colour import Colour
from ao.errors import ConfigError
from ao.plan import requirements
from ao.plan.plan import BuildSite, BuildSystem, Confirm, Plan
from ao.plan.requirements import GIB, Offers
from ao.site import Method, Site, user_data
from ao.site.rules import After, Standby
from ao.site.servers import IngressRule, Servers, Volume
from tests.unit.operations.test_listeners import several
from tests.unit.samples import EMPTY, SITE, address

OFFERS = Offers(
    external_network=Named(id="public-id", name="public"),
    image=Image(id="image-id", name="ao-demo", size=GIB, min_disk=2, min_ram=128),
    flavor=Flavor(id="flavor-id", name="web.small", vcpus=1, ram=128, disk=2),
)
STEPS = (BuildSite(), BuildSystem(Colour.BLUE, "1.0", 2), BuildSystem(Colour.GREEN, "1.0", 2))


def complaint(site: Site = SITE, steps: Plan = STEPS, **offers: object) -> str:
    """What is told of a build; empty when nothing is."""
    facts = replace(EMPTY, production=address("production", None))
    try:
        requirements.check(site, facts, steps, replace(OFFERS, **offers))  # type: ignore[arg-type]
    except ConfigError as error:
        return error.message
    return ""


def test_what_fits_is_built() -> None:
    assert complaint() == ""


@pytest.mark.parametrize(
    ("image", "flavor", "said"),
    [
        ({"status": "deactivated"}, {}, "image: ao-demo is deactivated in Glance"),
        ({"status": "queued"}, {}, "image: ao-demo is queued in Glance"),
        ({"min_ram": 129}, {}, "flavor: web.small has 128 MiB of memory, and image ao-demo needs"),
        ({"min_disk": 3}, {}, "flavor: web.small has 2 GiB of disk, and image ao-demo needs 3"),
        ({"size": 2 * GIB + 1}, {}, "web.small has 2 GiB of disk, and image ao-demo needs 3"),
        ({}, {"disk": 0}, "flavor: web.small has no disk"),
    ],
)
def test_servers_that_nova_would_not_make_are_refused(
    image: dict[str, object], flavor: dict[str, object], said: str
) -> None:
    changed = {
        "image": replace(OFFERS.image, **image),  # type: ignore[arg-type]
        "flavor": replace(OFFERS.flavor, **flavor),  # type: ignore[arg-type]
    }
    assert said in complaint(**changed)


def test_a_security_group_of_a_system_of_aos_is_refused_and_that_of_others_is_not() -> None:
    group = SecurityGroup(id="1", name="ops", description="who may: ao:site and colour")
    assert complaint(security_groups=(group,)) == ""
    own = SecurityGroup(id="2", name="ao-shop-blue", description="ao:site=shop ao:colour=blue")
    told = complaint(security_groups=(group, own))
    assert "servers.security_groups: ao-shop-blue is of a system of site shop" in told
    assert "write a group that Ao did not make" in told


def test_what_builds_nothing_needs_nothing() -> None:
    gone = replace(OFFERS.image, status="deactivated")
    assert complaint(steps=(Confirm("production", Colour.BLUE),), image=gone) == ""


def test_a_production_address_of_another_network_is_refused() -> None:
    site = replace(SITE, production_address="172.31.1.20")
    assert complaint(site) == ""
    other = Named(id="other-id", name="other")
    assert "172.31.1.20 is of network public-id, and external_network is other" in complaint(
        site, external_network=other
    )


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"health_check": replace(SITE.health_check, timeout=3)}, "health_check.timeout"),
        ({"deadlines": replace(SITE.deadlines, build=2.0)}, "group.delete_delay"),
        ({"group": replace(SITE.group, maximum=251)}, "network.green"),
        (
            {"rules": replace(SITE.rules, standby=Standby(after=After.SHRINK, size=5))},
            "standby.size",
        ),
    ],
)
def test_what_could_be_built_and_not_work_is_refused(changes: dict[str, object], key: str) -> None:
    assert f"{key}: " in complaint(replace(SITE, **changes))  # type: ignore[arg-type]


def test_a_complaint_names_file_and_line_or_those_of_what_is_above() -> None:
    places = {"": "ao.yaml:1", "group": "ao.yaml:12", "group.delete_delay": "ao.yaml:13"}
    site = replace(SITE, group=replace(SITE.group, delete_delay=900.0), places=places)
    assert complaint(site).startswith("ao.yaml:13: group.delete_delay: ")
    del places["group.delete_delay"]
    assert complaint(site).startswith("ao.yaml:12: group.delete_delay: ")
    assert complaint(replace(site, places={})).startswith("group.delete_delay: ")


@given(version=st.text("1", min_size=1, max_size=40), repeats=st.integers(1200, 4500))
def test_user_data_is_measured_as_nova_gets_it(version: str, repeats: int) -> None:
    """The words of Ao in it are replaced, and then it is encoded."""
    text = "$AO_VERSION" * repeats
    site = replace(SITE, group=replace(SITE.group, user_data=text))
    told = complaint(site, steps=(BuildSystem(Colour.BLUE, version, 2),))
    assert bool(told) is (len(version) * repeats > user_data.LIMIT // 4 * 3)


def test_a_flavor_without_a_disk_does_where_servers_start_from_volumes() -> None:
    site = replace(SITE, servers=Servers(boot_volume=Volume(size=2)))
    assert complaint(site, flavor=replace(OFFERS.flavor, disk=0)) == ""


def test_a_boot_volume_that_the_image_does_not_fit_is_refused() -> None:
    site = replace(SITE, servers=Servers(boot_volume=Volume(size=1)))
    assert "servers.boot_volume.size: 1 GiB are less than image ao-demo" in complaint(site)


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ({"external": True}, "backend is an external network"),
        ({"subnets": 0}, "backend has no subnet"),
        ({"secured": False}, "backend has ports without security groups"),
        ({"tags": frozenset({"ao:site=blog"})}, "backend is of site blog"),
    ],
)
def test_networks_in_which_servers_can_have_no_port_are_refused(
    network: dict[str, object], said: str
) -> None:
    plain = Network(id="backend-id", name="backend")
    assert complaint(networks=(plain,)) == ""
    told = complaint(networks=(replace(plain, **network),))  # type: ignore[arg-type]
    assert f"servers.networks.0: {said}" in told


def test_the_network_of_a_system_is_refused_as_a_further_one() -> None:
    """Its servers' addresses there would be two, and either could be the one in the pool."""
    network = Network(id="shop-id", name="shop-net")
    subnet = Subnet(
        id="s-id", name="s", network_id="shop-id", cidr="192.0.2.0/24", owned=True, free=100
    )
    told = complaint(networks=(network,), subnets={"blue": subnet})
    assert "servers.networks.0: shop-net is that of network.blue" in told


@pytest.mark.parametrize(
    ("provider", "source"),
    [("amphora", "192.0.2.0/24"), ("ovn", "192.0.2.0/24"), ("ovn", "0.0.0.0/0")],
)
def test_a_rule_that_lets_the_load_balancer_in_at_any_of_its_ports_is_there_once(
    provider: str, source: str
) -> None:
    site = several(Method.POOL)
    rule = IngressRule(protocol="tcp", ports=(5671, 5671), source=source)
    site = replace(
        site,
        servers=Servers(rules=(rule,)),
        load_balancer=replace(site.load_balancer, provider=provider),
    )
    subnet = Subnet(
        id="s-id", name="s", network_id="n-id", cidr="192.0.2.0/24", owned=True, free=99
    )
    subnets = dict.fromkeys(("blue", "green", "balancer"), subnet)
    told = complaint(site, subnets=subnets)
    assert f"servers.rules.0: port 5671 is open to {source} already" in told


def test_a_network_that_is_named_by_name_and_by_id_is_refused() -> None:
    network = Network(id="backend-id", name="backend")
    assert "servers.networks.1: backend is there twice" in complaint(networks=(network, network))
