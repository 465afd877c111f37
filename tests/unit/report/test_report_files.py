from pathlib import Path

import pytest

from ao.commands.app import main
from ao.errors import ConfigError
from ao.report import report_files
from tests.unit.report import samples


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """A cut-over's JSON file."""
    path = tmp_path / "switch.json"
    report_files.write(samples.lossless(), path)
    return path


def test_a_json_file_is_read_again(measured: Path) -> None:
    assert report_files.read(measured) == samples.lossless()


@pytest.mark.parametrize(
    ("name", "begins"),
    [("r.svg", b"<?xml"), ("r.png", b"\x89PNG"), ("r.html", b"<!DOCTYPE html>")],
)
def test_a_file_is_what_its_suffix_says(tmp_path: Path, name: str, begins: bytes) -> None:
    report_files.write(samples.unmeasured(), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize("name", ["report", "report.pdf", "missing/report.svg"])
def test_a_file_that_cannot_be_is_refused_beforehand(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as refused:
        report_files.check(tmp_path / name)
    assert refused.value.cure


def test_a_folder_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(ConfigError, match=r"cannot write .*: Is a directory"):
        report_files.write(samples.unmeasured(), tmp_path / "report.json")


def test_the_command_prints_the_text(measured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(measured)]) == 0
    assert capsys.readouterr().out.startswith("✓ production moved from blue 1.0 to green 2.0")


def test_the_command_writes_what_is_named_and_prints_nothing(
    measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [f"--{kind}={tmp_path / kind}.{kind}" for kind in ("svg", "png", "html")]
    assert main(["report", str(measured), *named, "--language", "ja"]) == 0
    assert capsys.readouterr().out == ""
    assert {path.name for path in tmp_path.iterdir()} >= {"svg.svg", "png.png", "html.html"}


def test_the_command_refuses_a_chart_by_the_name_of_another(
    measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(measured), f"--svg={tmp_path / 'chart.png'}"]) == 2
    assert "has to end in .svg" in capsys.readouterr().err
    assert not (tmp_path / "chart.png").exists()


@pytest.mark.parametrize("content", [None, "{}"])
def test_the_command_refuses_what_no_switch_wrote(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.json"
    if content is not None:
        path.write_text(content)
    assert main(["report", str(path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("ao: ")
    assert "`ao switch" in told[1]
