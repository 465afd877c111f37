"""What ao.yaml gives the servers beside image and flavor, as Heat builds it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from ao.cloud import Stack, Template
from ao.colour import Colour
from ao.site import tag_value
from ao.site.servers import AntiAffinity, IngressRule, Servers
from ao.templates import SERVER_TEMPLATE
from tests.contract.environment import DEADLINE, Bench

BLUE, GREEN = Colour
SERVER = "OS::Nova::Server"
RULES = (
    IngressRule(protocol="tcp", ports=(22, 22), source="192.0.2.0/24"),
    IngressRule(protocol="udp", ports=(9100, 9110), source="192.0.2.7/32"),
    IngressRule(protocol="icmp", ports=None, source="0.0.0.0/0"),
)
EARLIER = Path(__file__).parent / "earlier"
"""The templates of version 0.2.0."""


def ids(bench: Bench, stack: Stack) -> set[str]:
    return {it.physical_id for it in bench.resources(stack, SERVER)}


@pytest.fixture(scope="module")
def group(bench: Bench) -> Iterator[str]:
    """A security group that somebody has made in the project."""
    name = f"{bench.site.name}-ops"
    group = bench.other_user.create_security_group(name)
    yield name
    bench.delete(bench.site.system_stack(GREEN))
    bench.other_user.delete_security_group(group)


@pytest.fixture(scope="module")
def set_up(bench: Bench, group: str) -> Bench:
    zones = bench.cloud.lookup.availability_zones()
    servers = Servers(
        security_groups=("default", group),
        rules=RULES,
        availability_zones=dict.fromkeys(Colour, zones[0]),
        anti_affinity=AntiAffinity.SOFT,
        config_drive=True,
        metadata={"get_param": "team"},
    )
    return replace(bench, site=replace(bench.site, servers=servers))


@pytest.fixture(scope="module")
def green(set_up: Bench) -> Stack:
    stack = set_up.create_system(GREEN)
    assert not stack.failed, stack.reason
    return stack


def test_servers_have_the_systems_own_group_and_those_that_are_named(
    set_up: Bench, green: Stack, group: str
) -> None:
    own = set_up.physical_id(green, "OS::Neutron::SecurityGroup")
    named = [set_up.cloud.lookup.security_group(it).id for it in ("default", group)]
    (server,) = ids(set_up, green)
    assert set_up.other_user.security_groups(server) == {own, *named}


def test_the_systems_own_group_has_the_rules(set_up: Bench, green: Stack) -> None:
    own = set_up.physical_id(green, "OS::Neutron::SecurityGroup")
    assert set_up.other_user.rules(own) >= {
        ("tcp", "22-22", "192.0.2.0/24"),
        ("udp", "9100-9110", "192.0.2.7/32"),
        ("icmp", "-", "0.0.0.0/0"),
    }


def test_servers_have_zone_group_drive_and_metadata(set_up: Bench, green: Stack) -> None:
    (server,) = ids(set_up, green)
    settings = set_up.other_user.settings(server)
    assert settings["availability_zone"] == set_up.site.servers.availability_zones[GREEN]
    assert settings["config_drive"]
    assert settings["metadata"]["get_param"] == "team", "no function of Heat's"
    assert settings["metadata"]["ao_site"] == set_up.site.name
    assert settings["server_group"] == set_up.physical_id(green, "OS::Nova::ServerGroup")
    assert settings["policy"] == "soft-anti-affinity"


def test_with_fewer_rules_the_servers_stay(set_up: Bench, green: Stack) -> None:
    before = ids(set_up, green)
    servers = replace(set_up.site.servers, rules=RULES[:1])
    fewer = replace(set_up, site=replace(set_up.site, servers=servers))
    after = fewer.update_system(GREEN, tag_value(green.tags, "version") or "")
    assert after.status == "COMPLETE", after.reason
    assert ids(set_up, after) == before
    own = set_up.physical_id(after, "OS::Neutron::SecurityGroup")
    found = set_up.other_user.rules(own)
    assert ("tcp", "22-22", "192.0.2.0/24") in found
    assert ("udp", "9100-9110", "192.0.2.7/32") not in found


def test_a_system_of_a_site_without_the_keys_keeps_its_servers(bench: Bench, blue: Stack) -> None:
    """Of an earlier version's templates it has the same: the update replaces nothing."""
    version = tag_value(blue.tags, "version") or ""
    body = (EARLIER / "system.yaml").read_text()
    server = {SERVER_TEMPLATE: (EARLIER / SERVER_TEMPLATE).read_text()}
    old = Template(body=body, files=server)
    declared = yaml.safe_load(body)["parameters"]
    before, tags = ids(bench, blue), bench.tags(BLUE, version)
    parameters = {
        key: value
        for key, value in bench.system_parameters(BLUE, version).items()
        if key in declared
    }
    bench.cloud.stacks.update(blue, old, parameters, tags, DEADLINE)
    assert bench.at_rest(blue.name).status == "COMPLETE"
    assert ids(bench, blue) == before
    assert bench.update_system(BLUE, version).status == "COMPLETE"
    assert ids(bench, blue) == before
