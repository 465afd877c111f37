import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from ao.commands.app import main


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and no cloud configured anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    monkeypatch.delenv("AO_CONFIG", raising=False)
    monkeypatch.delenv("OS_CLOUD", raising=False)
    return tmp_path


def test_a_starter_site_is_written_once_and_never_overwritten(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    (nowhere / "ao.yaml").write_text("mine")
    assert main(["init"]) == 2
    assert (nowhere / "ao.yaml").read_text() == "mine"
    assert "ao.yaml is there already; nothing was written" in capsys.readouterr().err


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "SiteFile"


def test_a_missing_site_file_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "ao: cannot read ao.yaml: No such file or directory",
        "`ao init` writes a starter file; --config names another one.",
    ]


def test_an_unknown_cloud_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    main(["init"])
    assert main(["--os-cloud", "nowhere", "status"]) == 3
    told = capsys.readouterr().err
    assert "cannot connect to cloud nowhere" in told
    assert "Traceback" not in told


def test_sites_are_those_of_the_cloud_of_the_site_file_at_hand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sites"]) == 3
    assert "mycloud" not in capsys.readouterr().err
    main(["init"])
    assert main(["sites"]) == 3
    assert "cannot connect to cloud mycloud" in capsys.readouterr().err
    assert main(["--os-cloud", "nowhere", "sites"]) == 3
    assert "cannot connect to cloud nowhere" in capsys.readouterr().err


def test_a_cloud_that_cannot_be_reached_is_told_without_its_password(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init"])
    (nowhere / "clouds.yaml").write_text(
        "clouds: {mycloud: {region_name: RegionOne, auth: {auth_url: 'http://127.0.0.1:1/v3', "
        "username: u, password: hush, project_name: p, user_domain_name: d, "
        "project_domain_name: d}}}"
    )
    for command in (["status"], ["sites"], ["sites", "-f", "json"]):
        capsys.readouterr()
        assert main(command) == 3
        told = capsys.readouterr()
        # An empty list would be taken for a project without sites.
        assert not told.out
        assert "127.0.0.1" in told.err
        assert "hush" not in told.err
        assert "Traceback" not in told.err


@pytest.mark.parametrize("version", ["a b", "1/2"])
def test_a_wrong_version_is_refused_before_the_cloud_is_asked(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init"])
    assert main(["deploy", version]) == 2
    assert "cannot be a version" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert not ended.value.code
    told = capsys.readouterr().out
    for command in ("init", "schema", "up", "deploy", "switch", "status", "down"):
        assert f"\n  {command} " in told


def test_help_needs_neither_openstacksdk_nor_pydantic_nor_rich() -> None:
    code = (
        "import sys; from ao.commands.app import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*(m for m in ('openstack', 'pydantic', 'rich.live') if m in sys.modules),"
        " file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == ""


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert not ended.value.code
    assert capsys.readouterr().out == f"ao {version('ao-bluegreen')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["help"],
        ["help", "switch"],
        ["switch", "--help"],
        ["complete"],
        ["swich"],
        ["switch", "purple"],
        ["switch", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_help_completion_and_wrong_arguments_import_nothing_that_a_cloud_needs(
    arguments: list[str],
) -> None:
    heavy = ("openstack", "keystoneauth1", "requests", "pydantic", "httpx", "rich", "matplotlib")
    program = (
        "import contextlib, io, sys\n"
        "from ao.commands.app import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({arguments!r})\n"
        f"print(*(it for it in {heavy!r} if it in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []
