"""`ao maintenance on` and `off`, and what `ao status` and `ao sites` tell of it."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from ao import config
from ao.commands.app import Ao
from ao.commands.maintenance import Off, On
from ao.operations import maintenance, reconcile
from ao.plan.maintenance_policy import PASS
from ao.work import Work
from tests.unit.operations.sites import start

SHOP = Path(__file__).parents[3] / "examples" / "shop"
PAGE = "https://status.example/shop"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    described = yaml.safe_load((SHOP / "ao.yaml").read_text())
    described |= {"maintenance": {"redirect": PAGE}}
    (tmp_path / "ao.yaml").write_text(yaml.safe_dump(described))
    (tmp_path / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    return tmp_path


@pytest.fixture
def work(folder: Path) -> Work:
    work = start(config.load(folder / "ao.yaml"), providers=("haproxy",))
    reconcile.up(work)
    return work


@pytest.fixture
def run(
    work: Work, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    def run(*line: str) -> tuple[int, str, str]:
        monkeypatch.setattr("ao.cloud.connect", lambda name: work.cloud)
        surroundings = {"clock": work.clock, "visit": work.visit}
        monkeypatch.setattr("ao.work.Work", partial(Work, **surroundings))
        ao = Ao()
        ao.command_manager.add_command("maintenance on", On)
        ao.command_manager.add_command("maintenance off", Off)
        capsys.readouterr()
        config_file = () if line[0] == "sites" else ("--config", str(folder / "ao.yaml"))
        code = ao.run([*line, *config_file])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_on_and_off_say_what_users_see(run: Run) -> None:
    code, out, err = run("maintenance", "on", "--reason", "a pause", "--for", "30m", "-f", "json")
    assert code == 0
    assert "Users do not see shop" in err
    (row,) = (it for it in json.loads(out) if it["Role"] == "live")
    told = row["Maintenance"]
    assert (told["reason"], told["users_get"], told["whole"]) == ("a pause", PAGE, True)
    assert told["until"] > told["since"]
    code, out, err = run("maintenance", "off", "-f", "json")
    assert code == 0
    assert "Users do not see" not in err
    assert {it["Maintenance"] for it in json.loads(out)} == {None}


def test_status_tells_it(run: Run, work: Work) -> None:
    maintenance.on(work, "a pause")
    code, out, err = run("status")
    assert code == 0
    assert "a pause" in out + err
    assert "Users do not see shop" in err


def test_the_list_of_sites_tells_it(run: Run, work: Work) -> None:
    code, out, _ = run("sites", "-f", "json")
    assert code == 0
    assert json.loads(out)[0]["Maintenance"] is None
    maintenance.on(work, "a pause")
    code, out, _ = run("sites", "-f", "json")
    assert code == 0
    assert json.loads(out)[0]["Maintenance"]["reason"] == "a pause"


@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_no_command_tells_what_passes(run: Run, debug: tuple[str, ...]) -> None:
    for line in (("maintenance", "on"), ("status",), ("sites",), ("maintenance", "off")):
        _, out, err = run(*line, *debug)
        assert PASS not in out + err


def test_what_is_no_duration_is_refused(run: Run) -> None:
    code, _, err = run("maintenance", "on", "--for", "soon")
    assert code == 2
    assert "--for" in err
