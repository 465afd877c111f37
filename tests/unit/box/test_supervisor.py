import os
import subprocess
import sys
import xmlrpc.client
from pathlib import Path
from types import SimpleNamespace

import pytest

from box.home import Home
from box.supervisor import RELEASE, Supervisor


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path)
    (home.etc / "supervisor").mkdir(parents=True)
    (home.etc / "supervisor/supervisord.conf").write_text("[supervisord]\n")
    return home


def daemon(home: Home, venv: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Have the supervisor started, in a process that only tells its environment."""
    told: dict[str, str] = {}

    def start(_: object, *, env: dict[str, str], umask: int, **__: object) -> None:
        told.update(env, umask=f"{umask:o}")

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(Supervisor, "is_running", lambda _: True)
    home.setup_log.mkdir(parents=True, exist_ok=True)
    Supervisor(home).start(venv)
    monkeypatch.undo()
    return told


def running(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    # A process has no environment yet when its program is just being loaded.
    process.stdout.readline()
    return process


def test_what_services_make_is_closed_to_others(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert daemon(home, home.root / "venv", monkeypatch)["umask"] == "77"


@pytest.mark.parametrize("change", ["nothing", "environment", "configuration"])
def test_a_daemon_of_another_environment_or_configuration_is_not_current(
    change: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = home.root / "venv-1"
    with running(daemon(home, venv, monkeypatch)) as process:
        monkeypatch.setattr(Supervisor, "pid", lambda _: process.pid)
        if change == "environment":
            venv = home.root / "venv-2"
        elif change == "configuration":
            (home.etc / "supervisor/supervisord.conf").write_text("[supervisord]\nminfds = 1\n")
        assert Supervisor(home).is_current(venv) == (change == "nothing")
        process.kill()


def test_a_daemon_that_does_not_tell_what_it_is_of_is_not_current(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert RELEASE not in os.environ
    monkeypatch.setattr(Supervisor, "pid", lambda _: os.getpid())
    assert not Supervisor(home).is_current(home.root / "venv")


def test_a_supervisor_on_its_way_out_does_not_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses every question then."""

    def refuse() -> None:
        raise xmlrpc.client.Fault(6, "SHUTDOWN_STATE")

    supervisor = Supervisor(home)
    monkeypatch.setattr(Supervisor, "_rpc", SimpleNamespace(getState=refuse))
    assert not supervisor.is_running()
