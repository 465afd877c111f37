"""`ao adopt`."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ao.adopt import reader
from ao.cloud import Cloud
from ao.commands.adopt import Adopt
from ao.commands.app import Ao
from tests.unit.adopt.sites import SCRIPT, Built, shop

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Built:
    found = shop()
    read = reader.read
    monkeypatch.setattr(reader, "read", lambda cloud, name: read(cloud, name, found.cloud.served))
    return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(cloud: Cloud, *line: str) -> tuple[int, str, str]:
        monkeypatch.setattr("ao.cloud.connect", lambda name: cloud)
        ao = Ao()
        ao.command_manager.add_command("adopt", Adopt)
        capsys.readouterr()
        code = ao.run(["adopt", *line])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_site_file_is_printed(run: Run, built: Built) -> None:
    code, out, err = run(built.cloud, "shop-lb")
    assert code == 0
    assert yaml.safe_load(out)["adopt"]["pool"] == built.pool
    assert "QUESTION: " in out
    assert err == ""


def test_user_data_is_not_printed_but_that_is_said(run: Run, built: Built) -> None:
    _, out, err = run(built.administrator, "shop-lb")
    assert "httpd" not in out + err
    assert "User data is not shown" in err


def test_both_files_are_written_and_user_data_for_the_operator_alone(
    run: Run, built: Built, tmp_path: Path
) -> None:
    code, out, err = run(built.administrator, "shop-lb", "--write", "ao.yaml")
    assert code == 0
    written = yaml.safe_load((tmp_path / "ao.yaml").read_text())
    data = tmp_path / written["user_data"]
    assert data.read_text().startswith(SCRIPT)
    assert stat.S_IMODE(data.stat().st_mode) == 0o600
    assert "WHICH MAY HOLD PASSWORDS" in err
    assert "shop-lb" in out
    assert "httpd" not in out + err


@pytest.mark.parametrize("there", ["ao.yaml", "shop-user-data"])
def test_no_file_is_written_over(run: Run, built: Built, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("site: mine\n")
    code, _, err = run(built.administrator, "--write", "ao.yaml", "shop-lb")
    assert code == 2
    assert f"{there} is there already; nothing was written" in err
    assert [it.name for it in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "site: mine\n"


def test_programs_get_what_was_read(run: Run, built: Built) -> None:
    code, out, _ = run(built.cloud, "-f", "json", "shop-lb")
    assert code == 0
    found = json.loads(out)
    assert found["Site"] == "shop"
    assert found["Load balancer"] == built.balancer
    assert [it["id"] for it in found["Listeners"]] == [built.secure, built.plain]
    assert found["Pool"] == built.pool
    assert [it["id"] for it in found["Servers"]] == [*built.servers]
    assert found["Address"] == built.address
    assert all(isinstance(it, str) for it in found["Questions"])
    assert yaml.safe_load(found["Site file"])["site"] == "shop"


def test_a_refusal_writes_nothing(run: Run, built: Built, tmp_path: Path) -> None:
    built.cloud.owner.change(built.pool, enabled=False)
    code, out, err = run(built.cloud, "shop-lb", "--write", "ao.yaml")
    assert code == 4
    assert out == ""
    assert "is switched off" in err
    assert not [*tmp_path.iterdir()]
