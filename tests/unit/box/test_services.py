import re
from collections import Counter

import pytest

from box import parts
from box.config import TEMPLATES
from box.home import OCTAVIA_SOCKETS
from box.networks import NETWORKS, Network
from box.plugin import DASHBOARD, PROVIDER
from box.services import SERVICES, Service, Wave

EVERYTHING = {
    it.name: it for network in NETWORKS.values() for it in parts.services(network)
}.values()
NOT_SERVED = {8000}
"""Heat names a port for its cfn API, which the box does not run."""


def words(service: Service) -> str:
    """All that a service is told: command, environment and configuration."""
    files = ((TEMPLATES / name).read_text() for name in service.config)
    return "\n".join([service.command, *service.environment.values(), *files])


def by_name(name: str) -> Wave:
    return next(service.wave for service in SERVICES if service.name == name)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_no_two_services_share_a_name_or_a_port(network: Network) -> None:
    names = Counter(service.name for service in parts.services(network))
    ports = Counter(service.port for service in parts.services(network) if service.port)

    assert max(names.values()) == 1
    assert max(ports.values()) == 1


def test_every_wave_starts_something() -> None:
    assert {service.wave for service in SERVICES} == set(Wave)


def test_every_file_that_a_service_reads_is_one_of_the_templates() -> None:
    read = {name for service in EVERYTHING for name in service.config}

    assert all((TEMPLATES / name).is_file() for name in read)


def test_a_service_is_restarted_for_every_file_that_its_command_names() -> None:
    for service in EVERYTHING:
        words = " ".join([service.command, *service.environment.values()]).split()
        named = {word.removeprefix("$etc/") for word in words if word.startswith("$etc/")}
        files = {name.strip('"') for name in named if (TEMPLATES / name.strip('"')).is_file()}

        assert files <= set(service.config), service.name


def test_octavias_agent_works_before_its_api_starts() -> None:
    assert by_name("octavia-driver-agent") < by_name("octavia-api")


def test_stores_and_keystone_work_before_the_apis_start() -> None:
    assert by_name("mariadb") < by_name("keystone") < by_name("nova-api")
    assert by_name("rabbitmq") < by_name("nova-api")


def test_octavia_is_restarted_when_its_provider_changes() -> None:
    restarted = {service.name for service in SERVICES if PROVIDER in service.code}

    assert restarted == {"octavia-api", "octavia-driver-agent"}


def test_horizon_is_restarted_when_the_panel_or_ao_changes() -> None:
    assert [service.name for service in SERVICES if DASHBOARD in service.code] == ["horizon"]


@pytest.mark.parametrize("service", EVERYTHING, ids=lambda it: it.name)
def test_a_service_listens_on_the_boxs_own_address(service: Service) -> None:
    if service.port is not None:
        told = words(service).replace(
            "of_listen_address = $address\nof_listen_port = ", "$address:"
        )
        assert f"$address:{service.port}" in told
    assert not re.search(r"0\.0\.0\.0|\[::\]|\bptcp:", words(service))


@pytest.mark.parametrize("service", EVERYTHING, ids=lambda it: it.name)
def test_a_socket_lies_in_a_folder_that_the_home_closes(service: Service) -> None:
    if service.socket is not None:
        folder = service.socket.rpartition("/")[0]
        assert re.fullmatch(r"\$run/\w+", folder) or folder == str(OCTAVIA_SOCKETS)


def test_who_is_sent_to_a_port_finds_a_service_there() -> None:
    told = "\n".join(map(words, EVERYTHING))
    ports = {int(port) for port in re.findall(r"\$address:(\d+)", told)}

    assert ports <= {it.port for it in EVERYTHING} | NOT_SERVED


def test_only_what_tells_processor_times_or_gives_flows_to_a_switch_answers_anyone() -> None:
    unguarded = {it.name for it in EVERYTHING if it.unguarded}

    assert unguarded == {"prometheus", "ceilometer-polling", "neutron-openvswitch-agent"}


def test_libvirts_sockets_are_roots() -> None:
    text = (TEMPLATES / "libvirt/libvirtd.conf").read_text()

    assert dict(re.findall(r'(unix_sock_\w+_perms) = "(\d+)"', text)) == {
        "unix_sock_ro_perms": "0700",
        "unix_sock_rw_perms": "0700",
    }


def test_the_message_queue_talks_to_no_other_node() -> None:
    [queue] = [it for it in SERVICES if it.name == "rabbitmq"]

    assert "-dist_listen false -start_epmd false" in queue.environment["ERL_FLAGS"]
    assert f"-sname {queue.environment['RABBITMQ_NODENAME']}" in words(queue)
