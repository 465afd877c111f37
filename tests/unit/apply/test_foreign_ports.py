"""Ports that keep a subnet from being deleted, told with a cure that works."""

import re
from dataclasses import replace

import pytest

from ao import fake
from ao.apply import stack_wait
from ao.cloud import Port
from ao.colour import Colour
from ao.errors import BuildFailed, Unavailable
from ao.operations import reconcile
from ao.site import Method
from ao.work import Work
from tests.unit.operations.sites import SITES, built

BLUE, GREEN = Colour
SITE = SITES[Method.ADDRESS]


@pytest.fixture
def work() -> Work:
    return built(SITE)


@pytest.fixture
def cloud(work: Work) -> fake.Cloud:
    assert isinstance(work.cloud, fake.Cloud)
    return work.cloud


def of_green(work: Work, kind: str) -> str:
    """ID of what the resource of a type in the green system's stack has built."""
    resources = work.observe().systems[GREEN].resources
    return next(it.physical_id for it in resources if it.type == kind)


def refused(work: Work) -> BuildFailed:
    with pytest.raises(BuildFailed) as told:
        reconcile.down(work, frozenset({GREEN}))
    return told.value


def test_a_server_that_heat_knows_no_more_is_told_and_without_it_the_deletion_goes_on(
    work: Work, cloud: fake.Cloud
) -> None:
    group = of_green(work, "OS::Neutron::SecurityGroup")
    subnet = of_green(work, "OS::Neutron::Subnet")
    server = cloud.other_user.start_server(subnet, "shop-green-left", group)
    error = refused(work)
    assert f"of server 'shop-green-left' ({server})" in error.message
    ((told, _),) = re.findall(r"`openstack server remove port (\S+) (\S+)`", error.cure)
    assert told == server
    cloud.other_user.delete_server(server)
    assert "run the same command again" in error.cure
    assert not reconcile.down(work, frozenset({GREEN})).has(GREEN)


def test_ao_deletes_nothing_that_is_in_the_way(work: Work, cloud: fake.Cloud) -> None:
    server = cloud.other_user.start_server(of_green(work, "OS::Neutron::Subnet"), "shop-green-left")
    refused(work)
    assert cloud.servers.get(server) is not None


def test_heat_is_not_asked_again_for_what_it_has_waited_for(work: Work, cloud: fake.Cloud) -> None:
    cloud.other_user.start_server(of_green(work, "OS::Neutron::Subnet"), "left")
    refused(work)
    assert [call.name for call in cloud.calls].count("stacks.delete") == 1


def test_no_server_that_a_port_names_is_told_to_be_deleted(work: Work, cloud: fake.Cloud) -> None:
    live = work.observe().systems[BLUE].servers[0].id
    subnet = of_green(work, "OS::Neutron::Subnet")
    port = cloud.other_user.create_port(subnet, owner="compute:nova", device_id=live)
    error = refused(work)
    assert live in error.message
    assert "openstack server delete" not in error.cure
    assert f"`openstack server remove port {live} {port}`" in error.cure


@pytest.mark.parametrize(
    "device",
    ["; reboot", "`reboot`", "$(reboot)", "x\x1b[31m", "", "2d5d8a62-7f2b-4c6e-9b0a-1f6f6f3f9c11"],
)
@pytest.mark.parametrize("owner", ["compute:nova", "network:router_interface", "\x1b[31m$(reboot)"])
def test_what_a_port_says_of_its_device_is_in_no_command_unless_it_is_an_id(
    device: str, owner: str, work: Work, cloud: fake.Cloud
) -> None:
    subnet = of_green(work, "OS::Neutron::Subnet")
    port = cloud.other_user.create_port(subnet, owner=owner, device_id=device)
    error = refused(work)
    assert port in error.message
    assert port in error.cure
    assert "reboot" not in error.cure
    assert "\x1b" not in str(error.text)


def test_a_port_of_nobodys_is_deleted_by_the_cure(work: Work, cloud: fake.Cloud) -> None:
    cloud.other_user.create_port(of_green(work, "OS::Neutron::Subnet"))
    (cure,) = re.findall(r"`openstack port delete ([^`]+)`", refused(work).cure)
    cloud.other_user.delete_port(cure)
    assert not reconcile.down(work, frozenset({GREEN})).has(GREEN)


def test_no_more_ports_are_told_than_somebody_can_read(work: Work, cloud: fake.Cloud) -> None:
    subnet = of_green(work, "OS::Neutron::Subnet")
    for _ in range(20):
        cloud.other_user.create_port(subnet)
    assert len(re.findall("in the way", refused(work).message)) == 5


@pytest.mark.parametrize("method", Method)
def test_nothing_of_the_sites_own_is_said_to_be_in_the_way(method: Method) -> None:
    work = built(SITES[method])
    assert isinstance(work.cloud, fake.Cloud)
    for _ in range(3):
        work.cloud.faults.break_next("OS::Neutron::Subnet", "HTTP 500", action="DELETE")
    error = refused(work)
    assert "HTTP 500" in error.message
    assert "in the way" not in error.message


@pytest.mark.parametrize(
    "owner", ["network:router_interface_distributed", "network:ha_router_replicated_interface"]
)
def test_the_sites_own_router_is_not_in_the_way_whatever_neutron_calls_its_ports(
    owner: str, work: Work, cloud: fake.Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = cloud.ports.of_subnet

    def of_subnet(subnet_id: str) -> tuple[Port, ...]:
        return tuple(
            replace(it, owner=owner) if it.owner.startswith("network:router") else it
            for it in told(subnet_id)
        )

    monkeypatch.setattr(cloud.ports, "of_subnet", of_subnet)
    cloud.faults.break_next("OS::Neutron::SecurityGroup", "HTTP 500", action="DELETE")
    assert not reconcile.down(work, frozenset({GREEN})).has(GREEN)


def test_a_cloud_that_does_not_list_ports_is_told_of_by_heats_reason_alone(
    work: Work, cloud: fake.Cloud
) -> None:
    cloud.other_user.create_port(of_green(work, "OS::Neutron::Subnet"))
    for tried in range(stack_wait.DELETIONS):
        cloud.faults.fail("ports.of_subnet", Unavailable("no answer"), skip=tried)
    error = refused(work)
    assert "One or more ports have an IP allocation" in error.message
    assert "in the way" not in error.message
