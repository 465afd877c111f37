from pathlib import Path
from string import Template

import pytest

from box import config, networks
from box.errors import BoxError
from box.home import Home
from box.networks import NETWORKS, Network
from box.passwords import Passwords
from box.services import SERVICES, Wave

each = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path)


def made(home: Home, network: str | None) -> Home:
    """A box that has begun to be; None: by a version that knew one network only."""
    home.passwords.write_text("{}")
    if network:
        home.network.write_text(f"{network}\n")
    return home


def test_a_new_box_has_ovn_unless_told_otherwise(home: Home) -> None:
    assert networks.choose(home, None).name == "ovn"
    assert networks.choose(home, "l3-agent").name == "l3-agent"


@pytest.mark.parametrize("name", NETWORKS)
def test_a_box_keeps_its_network_without_being_told(home: Home, name: str) -> None:
    assert networks.choose(made(home, name), None).name == name
    assert networks.choose(home, name).name == name


def test_a_box_of_an_earlier_version_has_ovn(home: Home) -> None:
    assert networks.choose(made(home, None), None).name == "ovn"


@pytest.mark.parametrize(("has", "named"), [("ovn", "l3-agent"), ("l3-agent", "ovn")])
def test_a_box_is_not_given_another_network(home: Home, has: str, named: str) -> None:
    with pytest.raises(BoxError, match=f"AO_BOX_HOME=/var/lib/ao-box-{named}") as refusal:
        networks.choose(made(home, has), named)

    assert refusal.value.exit_code == 2
    assert networks.of(home).name == has


def test_a_network_of_a_later_version_is_named(home: Home) -> None:
    with pytest.raises(BoxError, match="the network mesh, which"):
        networks.choose(made(home, "mesh"), None)


@each
def test_every_agent_that_is_waited_for_is_a_service(network: Network) -> None:
    assert network.agents.keys() <= {service.name for service in network.services}


def test_the_networks_differ_in_the_same_words() -> None:
    assert len({frozenset(network.words) for network in NETWORKS.values()}) == 1


@each
def test_what_the_switch_is_told_asks_only_for_what_is_known(network: Network, home: Home) -> None:
    known = config.values(home, home.root / "venv", Passwords(), network)

    assert not any("$" in Template(it).substitute(known) for it in network.switch.values())


def test_agents_start_after_the_server_that_they_report_to() -> None:
    services = {service.name: service for service in NETWORKS["l3-agent"].services}
    [queue] = [service for service in SERVICES if service.name == "rabbitmq"]

    assert queue.wave < services["neutron-rpc-server"].wave
    for name in NETWORKS["l3-agent"].agents:
        assert services[name].wave > services["neutron-rpc-server"].wave
        assert services[name].wave == Wave.WORKERS
