import json
import os
from pathlib import Path

import pytest

from box import parts, status
from box.home import Home
from box.networks import NETWORKS, Network
from box.status import Row, as_json, healthy, table

KEYSTONE = Row(service="keystone", state="running", pid=41, memory=200 * 1024**2, port=5000)
HEAT = Row(service="heat-engine", state="backoff", pid=None, memory=0, port=None)
SWITCH = Row(service="ovs-vswitchd", state="running", pid=7, memory=16 * 1024**2, port=None)


def test_the_table_has_a_line_a_service_and_the_sum_of_their_memory() -> None:
    lines = table([KEYSTONE, HEAT, SWITCH]).splitlines()

    assert lines[0].split() == ["service", "state", "pid", "memory", "port"]
    assert lines[1].split() == ["keystone", "running", "41", "200", "MiB", "5000"]
    assert lines[2].split() == ["heat-engine", "backoff", "-", "0", "MiB", "-"]
    assert lines[-1].split() == ["total", "216", "MiB"]


def test_one_service_that_does_not_run_makes_the_box_unhealthy() -> None:
    assert healthy([KEYSTONE, SWITCH])
    assert not healthy([KEYSTONE, HEAT, SWITCH])


def test_json_says_memory_in_bytes_and_nothing_as_null() -> None:
    [row] = json.loads(as_json([HEAT]))

    assert row == {
        "service": "heat-engine",
        "state": "backoff",
        "pid": None,
        "memory": 0,
        "port": None,
    }


def services_shown(
    names: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, network: str = "ovn"
) -> dict[str, str]:
    """Return the state of each service that is shown when the supervisor knows `names`."""
    home = Home(root=tmp_path)
    home.network.write_text(f"{network}\n")

    class Supervisor:
        def __init__(self, home: Home) -> None: ...

        def is_running(self) -> bool:
            return True

        def pid(self) -> int:
            return os.getpid()

        def states(self) -> dict[str, tuple[str, int]]:
            return dict.fromkeys(names, ("STOPPED", 0))

    monkeypatch.setattr(status, "Supervisor", Supervisor)
    return {row.service: row.state for row in status.read(home)}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_part_that_was_left_out_is_not_missed(
    network: Network, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    needed = [service.name for service in parts.services(network, without=parts.PARTS)]
    shown = services_shown(needed, monkeypatch, tmp_path, network.name)

    assert set(shown) == {"supervisor", *needed}


def test_the_networks_agents_are_missed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown = services_shown(["keystone"], monkeypatch, tmp_path, "l3-agent")

    assert {shown[name] for name in NETWORKS["l3-agent"].agents} == {"absent"}
    assert not {"ovn-controller", "neutron-ovn-agent"} & shown.keys()


def test_a_part_that_is_there_is_shown_also_when_it_does_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = [service.name for service in parts.services(NETWORKS["ovn"])]
    shown = services_shown(names, monkeypatch, tmp_path)

    assert shown["aodh-evaluator"] == "stopped"
