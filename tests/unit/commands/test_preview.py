"""`ao preview`."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from ao import config
from ao.commands.app import Ao
from ao.commands.preview import Preview
from ao.operations import reconcile
from ao.plan.preview_key import HEADER
from ao.work import Work
from tests.unit.operations.sites import start

SHOP = Path(__file__).parents[3] / "examples" / "shop"
Run = Callable[..., tuple[int, str, str]]


def shop(folder: Path, **switch: object) -> Path:
    """The demo shop, whose standby is asked so."""
    described = yaml.safe_load((SHOP / "ao.yaml").read_text())
    described["switch"] |= switch
    (folder / "ao.yaml").write_text(yaml.safe_dump(described))
    (folder / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    return folder / "ao.yaml"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a site."""

    def run(work: Work, file: Path, *line: str) -> tuple[int, str, str]:
        monkeypatch.setattr("ao.cloud.connect", lambda name: work.cloud)
        surroundings = {"clock": work.clock, "visit": work.visit}
        monkeypatch.setattr("ao.work.Work", partial(Work, **surroundings))
        ao = Ao()
        ao.command_manager.add_command("preview", Preview)
        capsys.readouterr()
        code = ao.run(["--config", str(file), "preview", *line])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def built(file: Path) -> Work:
    work = start(config.load(file), providers=("haproxy",))
    reconcile.up(work)
    return work


def asked(work: Work, row: dict[str, Any]) -> str:
    """The colour that answers what a row says."""
    name, _, value = row["Header"].partition(": ")
    options = work.site.request_options
    url = row["URL"] + "version"
    return work.visit(url, 3.0, options.passing((name, value))).headers["x-ao-colour"]


def test_programs_get_what_a_request_has_to_say(run: Run, tmp_path: Path) -> None:
    file = shop(tmp_path, preview="header")
    work = built(file)
    code, out, err = run(work, file, "-f", "json")
    assert code == 0, err
    rows: list[dict[str, Any]] = json.loads(out)
    assert [(it["System"], it["Role"]) for it in rows] == [("blue", "live"), ("green", "standby")]
    assert all(it["Header"].startswith(f"{HEADER}: ") for it in rows)
    assert [asked(work, it) for it in rows] == ["blue", "green"]


def test_new_values_are_told_and_the_old_ones_show_the_standby_no_more(
    run: Run, tmp_path: Path
) -> None:
    file = shop(tmp_path, preview="cookie")
    work = built(file)
    old = json.loads(run(work, file, "-f", "json")[1])
    code, out, err = run(work, file, "--new-key", "-f", "json")
    assert code == 0, err
    new = json.loads(out)
    assert [asked(work, it) for it in new] == ["blue", "green"]
    assert [asked(work, it) for it in old] == ["blue", "blue"]
    assert not any(it["Header"].partition("=")[2] in err for it in new)


def test_by_a_port_there_is_nothing_to_say(run: Run, tmp_path: Path) -> None:
    file = shop(tmp_path)
    work = built(file)
    (row,) = json.loads(run(work, file, "-f", "json")[1])
    assert (row["System"], row["Header"]) == ("green", "")
    assert ":8080/" in row["URL"]
    code, _, err = run(work, file, "--new-key")
    assert code != 0
    assert "on a port" in err


def test_where_networks_are_named_the_value_is_told_to_nobody(run: Run, tmp_path: Path) -> None:
    file = shop(tmp_path, preview="header", preview_from=["198.51.100.0/24"])
    work = built(file)
    code, out, err = run(work, file, "-f", "json")
    assert code != 0
    assert "preview_from" in err
    assert HEADER not in out + err
    code, out, err = run(work, file, "--new-key")
    assert code == 0
    assert HEADER not in out + err
