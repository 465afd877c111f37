from collections import Counter

from box.config import TEMPLATES
from box.plugin import DASHBOARD, PROVIDER
from box.services import SERVICES, Wave


def by_name(name: str) -> Wave:
    return next(service.wave for service in SERVICES if service.name == name)


def test_no_two_services_share_a_name_or_a_port() -> None:
    names = Counter(service.name for service in SERVICES)
    ports = Counter(service.port for service in SERVICES if service.port)

    assert max(names.values()) == 1
    assert max(ports.values()) == 1


def test_every_wave_starts_something() -> None:
    assert {service.wave for service in SERVICES} == set(Wave)


def test_every_file_that_a_service_reads_is_one_of_the_templates() -> None:
    read = {name for service in SERVICES for name in service.config}

    assert all((TEMPLATES / name).is_file() for name in read)


def test_a_service_is_restarted_for_every_file_that_its_command_names() -> None:
    for service in SERVICES:
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
