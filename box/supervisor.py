"""The supervisor that runs the services: a client of its interface."""

import ctypes
import http.client
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from box import processes
from box.errors import BoxError
from box.home import Home
from box.services import Service, Wave

PR_SET_CHILD_SUBREAPER = 36


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _SocketTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        return _SocketConnection(self._path)


class Supervisor:
    """The box's supervisor, running or not."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._proxy = xmlrpc.client.ServerProxy(
            "http://localhost", transport=_SocketTransport(home.supervisor_socket)
        )

    @property
    def _rpc(self) -> Any:
        return self._proxy.supervisor

    def is_running(self) -> bool:
        """Tell whether it answers."""
        try:
            return bool(self._rpc.getState()["statename"] == "RUNNING")
        except (OSError, http.client.HTTPException):
            return False

    def pid(self) -> int:
        """Return the daemon's process id."""
        return int(self._rpc.getPID())

    def start(self, venv: Path) -> None:
        """Start the daemon with a clean environment, marked as this box's."""
        environment = {
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "PATH": f"{self._home.bin}:{venv}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            processes.MARK: str(self._home.root),
        }
        configuration = self._home.etc / "supervisor/supervisord.conf"
        log = self._home.setup_log / "supervisor.log"
        with log.open("w") as output:
            subprocess.Popen(
                [venv / "bin/supervisord", "--nodaemon", "--configuration", configuration],
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_adopt_orphans,
            )
        _wait(20, f"the supervisor did not answer (its log: {log})", self.is_running)

    def reread(self) -> None:
        """Take over a changed configuration; changed services are stopped until their wave."""
        [[added, changed, removed]] = self._rpc.reloadConfig()
        self._stop([*changed, *removed])
        for name in (*changed, *removed):
            self._rpc.removeProcessGroup(name)
        for name in (*added, *changed):
            self._rpc.addProcessGroup(name)

    def states(self) -> dict[str, tuple[str, int]]:
        """Return each service's state and process id (0: none) by name."""
        return {
            info["name"]: (info["statename"], info["pid"]) for info in self._rpc.getAllProcessInfo()
        }

    def launch(self, services: Sequence[Service]) -> None:
        """Start those of `services` that do not run, without waiting for them."""
        states = self.states()
        for service in services:
            if states[service.name][0] not in {"RUNNING", "STARTING"}:
                self._rpc.startProcess(service.name, False)

    def end(self, services: Sequence[Service]) -> None:
        """Stop the services wave by wave, the last first, and then the daemon itself."""
        for wave in sorted(Wave, reverse=True):
            self._stop([service.name for service in services if service.wave == wave])
        self._rpc.shutdown()
        _wait(30, "the supervisor did not end", lambda: not self.is_running())

    def _stop(self, names: Sequence[str]) -> None:
        states = self.states()
        for name in names:
            if states.get(name, ("", 0))[0] in {"RUNNING", "STARTING", "BACKOFF"}:
                self._rpc.stopProcess(name, False)

        def stopped() -> bool:
            states = self.states()
            return not any(states.get(name, ("", 0))[1] for name in names)

        _wait(30, f"not all of {', '.join(names)} stopped", stopped)


def _adopt_orphans() -> None:
    """Become the parent of processes whose own parent has ended.

    A container's first process often reaps nobody. libvirt waits 40 s for each of its ended
    helpers that nobody reaps; the supervisor reaps whatever it is the parent of.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait(patience: float, complaint: str, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() > deadline:
            raise BoxError(f"{complaint} within {patience:.0f} s; `box down` again may help")
        time.sleep(0.1)
