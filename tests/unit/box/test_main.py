import os
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from box import __main__ as command
from box.home import Home


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[set[str]]:
    """The parts that were left out, for each `up`."""
    left_out: list[set[str]] = []

    def up(home: Home, *, network: str | None, without: Collection[str]) -> None:
        left_out.append(set(without))

    monkeypatch.setenv("AO_BOX_HOME", str(tmp_path))
    monkeypatch.setattr(command, "up", up)
    return left_out


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["box", *words])
    return command.main()


def test_up_brings_every_part_up_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, asked: list[set[str]]
) -> None:
    assert run(monkeypatch, "up") == 0
    assert run(monkeypatch, "up", "--without", "telemetry") == 0
    assert run(monkeypatch, "up", "--without", "key-manager", "--without", "telemetry") == 0
    assert asked == [set(), {"telemetry"}, {"telemetry", "key-manager"}]


def test_up_knows_the_networks_and_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str | None] = []

    def up(home: Home, *, network: str | None, without: Collection[str]) -> None:
        asked.append(network)

    monkeypatch.setenv("AO_BOX_HOME", str(tmp_path))
    monkeypatch.setattr(command, "up", up)
    run(monkeypatch, "up", "--network", "l3-agent")
    run(monkeypatch, "up")
    with pytest.raises(SystemExit):
        run(monkeypatch, "up", "--network", "bridge")

    assert asked == ["l3-agent", None]


def test_what_up_makes_nobody_else_may_change(
    monkeypatch: pytest.MonkeyPatch, asked: list[set[str]]
) -> None:
    before = os.umask(0)
    try:
        run(monkeypatch, "up")
        made = os.umask(0)
    finally:
        os.umask(before)
    assert made == 0o022


def test_nothing_else_can_be_left_out(
    monkeypatch: pytest.MonkeyPatch, asked: list[set[str]]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        run(monkeypatch, "up", "--without", "keystone")

    assert refusal.value.code == 2
    assert asked == []


def test_a_certificate_goes_only_where_a_whole_path_says(
    monkeypatch: pytest.MonkeyPatch, asked: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command changes into its checkout before it runs."""
    assert run(monkeypatch, "certificate", "shop.example", "--into", "here") == 2
    assert "--into $PWD/here" in capsys.readouterr().err


def test_a_certificate_needs_a_box(
    monkeypatch: pytest.MonkeyPatch,
    asked: object,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    assert run(monkeypatch, "certificate", "shop.example", "--into", str(tmp_path)) == 1
    assert "`box up` makes it" in capsys.readouterr().err
