from pathlib import Path

import pytest

from box import machine, processes
from box import up as module
from box.errors import BoxError
from box.home import Home
from box.networks import Network


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What `up` does to this machine, on which a box of another home runs."""
    done: list[str] = []

    def down(home: Home) -> None:
        done.append(f"{home.root.name} down")

    def bring(home: Home, network: Network, without: object) -> None:
        done.append(f"{home.root.name} up with {network.name}")

    monkeypatch.setattr(machine, "check", lambda home: None)
    monkeypatch.setattr(processes, "roots", lambda: {tmp_path / "here", tmp_path / "other"})
    monkeypatch.setattr(module, "down", down)
    monkeypatch.setattr(module, "_up", bring)
    return done


def test_another_box_is_stopped_first_and_this_one_is_not(done: list[str], tmp_path: Path) -> None:
    module.up(Home(root=tmp_path / "here"))

    assert done == ["other down", "here up with ovn"]


def test_a_box_remembers_its_network(done: list[str], tmp_path: Path) -> None:
    home = Home(root=tmp_path / "here")
    module.up(home, network="l3-agent")
    home.passwords.write_text("{}")
    module.up(home)

    assert done == ["other down", "here up with l3-agent"] * 2


def test_nothing_is_stopped_for_a_box_that_has_another_network(
    done: list[str], tmp_path: Path
) -> None:
    home = Home(root=tmp_path / "here")
    module.up(home)
    home.passwords.write_text("{}")
    done.clear()

    with pytest.raises(BoxError, match="has the network ovn"):
        module.up(home, network="l3-agent")
    assert done == []


def test_nothing_is_stopped_on_a_machine_that_cannot_run_it(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(home: Home) -> None:
        raise BoxError("no", exit_code=2)

    monkeypatch.setattr(machine, "check", refuse)
    with pytest.raises(BoxError):
        module.up(Home(root=tmp_path / "here"))
    assert done == []
