"""Neutron's ports, as Ao knows them."""

import uuid

from ao.cloud import Stack, Template
from tests.contract.environment import DEADLINE, Bench

SUBNET = "OS::Neutron::Subnet"
NETWORK = Template(
    body="""
heat_template_version: 2021-04-16
resources:
  network:
    type: OS::Neutron::Net
    properties: {name: ao-test-ports}
  subnet:
    type: OS::Neutron::Subnet
    properties:
      name: ao-test-ports
      network: {get_resource: network}
      cidr: 10.213.0.0/24
"""
)
"""A network with a subnet, and nothing else."""


def test_the_ports_of_a_subnet_tell_the_server_and_the_router_that_they_belong_to(
    bench: Bench, blue: Stack
) -> None:
    ports = bench.cloud.ports.of_subnet(bench.physical_id(blue, SUBNET))
    (server,) = (it for it in ports if it.owner.startswith("compute:"))
    assert server.device_id == bench.physical_id(blue, "OS::Nova::Server")
    (router,) = (it for it in ports if it.owner.startswith("network:router_interface"))
    site = bench.stack(bench.site.stack)
    assert router.device_id == bench.physical_id(site, "OS::Neutron::Router")
    assert bench.balancer(blue).vip_port_id in {it.id for it in ports}


def test_a_port_tells_its_addresses_and_security_groups(bench: Bench, blue: Stack) -> None:
    subnet = bench.physical_id(blue, SUBNET)
    (server,) = (
        it for it in bench.cloud.ports.of_subnet(subnet) if it.owner.startswith("compute:")
    )
    found = bench.cloud.ports.get(server.id)
    assert found is not None
    (member,) = bench.members(blue)
    assert found.addresses == server.addresses == ((subnet, member.address),)
    assert found.network_id == bench.physical_id(blue, "OS::Neutron::Net")
    assert found.security_group_ids == (bench.physical_id(blue, "OS::Neutron::SecurityGroup"),)
    assert {it.id for it in bench.cloud.ports.of_device(found.device_id)} == {found.id}


def test_a_port_that_is_not_there_or_is_another_projects_is_none(bench: Bench, blue: Stack) -> None:
    vip = bench.balancer(blue).vip_port_id
    assert bench.cloud.ports.get(vip) is not None
    assert bench.cloud.ports.get(str(uuid.uuid4())) is None
    assert bench.annex.ports.get(vip) is None
    assert bench.cloud.ports.of_device(str(uuid.uuid4())) == ()


def test_the_ports_of_a_subnet_are_the_projects(bench: Bench, blue: Stack) -> None:
    subnet = bench.physical_id(blue, SUBNET)
    assert bench.annex.ports.of_subnet(subnet) == ()
    assert bench.admin.ports.of_subnet(subnet) == ()


def test_a_subnet_with_a_port_of_somebody_else_is_not_deleted_and_heat_tells_why(
    bench: Bench,
) -> None:
    name = f"{bench.site.name}-ports"
    bench.cloud.stacks.create(name, NETWORK, {}, frozenset(), DEADLINE)
    subnet = bench.physical_id(bench.at_rest(name), SUBNET)
    port = bench.other_user.create_port(subnet)
    try:
        assert port in {it.id for it in bench.cloud.ports.of_subnet(subnet)}
        bench.cloud.stacks.delete(bench.stack(name))
        failed = bench.at_rest(name)
        assert (failed.action, failed.status) == ("DELETE", "FAILED")
        (kept,) = bench.resources(failed, SUBNET)
        assert kept.status == "DELETE_FAILED"
        assert "One or more ports have an IP allocation from this subnet" in kept.reason
    finally:
        bench.other_user.delete_port(port)
        bench.delete(name)
    assert bench.cloud.stacks.get(name) is None
