import configparser
from dataclasses import asdict
from pathlib import Path
from string import Template

import pytest
import yaml

from box.config import TEMPLATES, render, values, write
from box.home import Home
from box.networks import NETWORKS, Network
from box.parts import services
from box.passwords import Passwords
from box.programs import write as write_programs


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home")
    home.make()
    return home


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS)
def network(request: pytest.FixtureRequest) -> Network:
    found: Network = request.param
    return found


@pytest.fixture
def passwords() -> Passwords:
    return Passwords()


@pytest.fixture
def known(home: Home, passwords: Passwords, network: Network) -> dict[str, str]:
    return values(home, home.root / "venv", passwords, network)


def ini(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=True, allow_no_value=True)
    parser.read_string(text)
    return parser


def test_every_template_asks_only_for_what_is_known(known: dict[str, str]) -> None:
    texts = render(known)

    assert len(texts) == sum(path.is_file() for path in TEMPLATES.rglob("*"))


def test_a_template_that_asks_for_something_unknown_is_an_error(known: dict[str, str]) -> None:
    del known["metadata_secret"]

    with pytest.raises(KeyError, match="metadata_secret"):
        render(known)


def test_every_ini_file_is_valid_and_says_nothing_twice(known: dict[str, str]) -> None:
    for name, text in render(known).items():
        if name.suffix in {".conf", ".cnf", ".ini"} and name.parent.name not in {
            "libvirt",
            "rabbitmq",
        }:
            assert ini(text).sections(), name


def test_the_users_of_a_project_have_passwords_of_their_own(known: dict[str, str]) -> None:
    clouds = yaml.safe_load(render(known)[Path("clouds.yaml")])["clouds"]

    assert set(clouds) == {"box-admin", "shop", "shop-colleague", "shop-reader", "annex"}
    assert clouds["shop"]["auth"]["project_name"] == "shop"
    assert clouds["shop-reader"]["auth"]["project_name"] == "shop"
    assert len({cloud["auth"]["password"] for cloud in clouds.values()}) == len(clouds)


def test_what_holds_secrets_is_closed_to_others(
    home: Home, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.chown", lambda *_, **__: None)

    write(home, known)

    assert home.clouds.stat().st_mode & 0o777 == 0o600
    for path in home.etc.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_changed_file_changes_the_programs_of_the_services_that_read_it(
    home: Home, network: Network, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.chown", lambda *_, **__: None)

    def programs() -> dict[str, str]:
        write_programs(home, known, services(network))
        parsed = ini((home.etc / "supervisor/services.conf").read_text())
        return {
            name.removeprefix("program:"): parsed[name]["environment"] for name in parsed.sections()
        }

    write(home, known)
    before = programs()
    (home.etc / "heat/heat.conf").write_text("[DEFAULT]\n")
    after = programs()

    assert {name for name in before if before[name] != after[name]} == {"heat-api", "heat-engine"}


def test_a_services_temporary_files_are_in_a_folder_of_its_user(
    home: Home, network: Network, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.chown", lambda *_, **__: None)

    write(home, known)
    write_programs(home, known, services(network))

    programs = ini((home.etc / "supervisor/services.conf").read_text())
    for service in services(network):
        assert f'TMPDIR="{home.run}/tmp-{service.user}"' in (
            programs[f"program:{service.name}"]["environment"].split(",")
        )


def test_octavias_template_finds_certificates_where_the_provider_writes_them(
    known: dict[str, str],
) -> None:
    octavia = ini(render(known)[Path("octavia/octavia.conf")])

    assert octavia["haproxy_amphora"]["base_cert_dir"] == octavia["haproxy_provider"]["folder"]


def test_no_password_is_on_a_command_line(
    known: dict[str, str], passwords: Passwords, network: Network
) -> None:
    secret = set(asdict(passwords).values())

    for service in services(network):
        command = Template(service.command).substitute(known)
        assert not any(word in command for word in secret), service.name


def test_neutron_and_octavia_are_told_the_network(known: dict[str, str], network: Network) -> None:
    files = render(known)
    neutron = ini(files[Path("neutron/neutron.conf")])["DEFAULT"]
    ml2 = ini(files[Path("neutron/ml2_conf.ini")])["ml2"]
    octavia = ini(files[Path("octavia/octavia.conf")])["api_settings"]

    told = (neutron["service_plugins"], ml2["mechanism_drivers"], ml2["tenant_network_types"])
    assert (*told, octavia["default_provider_driver"]) == {
        "ovn": ("ovn-router", "ovn", "geneve", "ovn"),
        "l3-agent": ("router", "openvswitch", "vxlan", "haproxy"),
    }[network.name]


def test_the_balancers_drivers_are_those_of_its_agents(known: dict[str, str]) -> None:
    octavia = ini(render(known)[Path("octavia/octavia.conf")])
    drivers = octavia["api_settings"]["enabled_provider_drivers"].split(",")

    assert [driver.partition(":")[0] for driver in drivers] == (
        octavia["driver_agent"]["enabled_provider_agents"].split(",")
    )
