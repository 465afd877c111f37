"""The supervisor that runs the services: a client of its interface."""

import ctypes
import hashlib
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

RELEASE = "AO_BOX_SUPERVISOR"
"""A variable of the daemon: what it was started from, which it does not read anew."""


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

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _SocketConnection(self._path)
        self._connection = host, connection
        return connection

    def request(self, *args: Any, **more: Any) -> Any:
        """Send a request on a connection of its own."""
        try:
            return super().request(*args, **more)
        finally:
            self.close()


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

    @property
    def _configuration(self) -> Path:
        return self._home.etc / "supervisor/supervisord.conf"

    def _release(self, venv: Path) -> str:
        """Return what tells a daemon of this environment and configuration from any other."""
        return hashlib.sha256(bytes(venv) + self._configuration.read_bytes()).hexdigest()[:16]

    def is_running(self) -> bool:
        """Tell whether it answers, and is not about to end."""
        return self._state() == "RUNNING"

    def _state(self) -> str | None:
        """Return its state in its own word, None when nobody answers."""
        try:
            return str(self._rpc.getState()["statename"])
        except xmlrpc.client.Fault as refusal:
            return refusal.faultString  # about to end, it refuses every question
        except (OSError, http.client.HTTPException):
            return None

    def pid(self) -> int:
        """Return the daemon's process id."""
        return int(self._rpc.getPID())

    def is_current(self, venv: Path) -> bool:
        """Tell whether the daemon itself runs from this environment, and as it is configured."""
        variables = Path(f"/proc/{self.pid()}/environ").read_bytes().split(b"\0")
        return f"{RELEASE}={self._release(venv)}".encode() in variables

    def start(self, venv: Path) -> None:
        """Start the daemon with a clean environment, marked as this box's.

        What it and its services make is closed to other users, wherever they make it.
        """
        environment = {
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "PATH": f"{self._home.bin}:{venv}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            processes.MARK: str(self._home.root),
            RELEASE: self._release(venv),
        }
        configuration = self._configuration
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
                umask=0o077,
                preexec_fn=_adopt_orphans,
            )
        _wait(20, f"the supervisor did not answer (its log: {log})", self.is_running)

    def reread(self) -> None:
        """Take over a changed configuration; changed services are stopped until their wave."""
        [[added, changed, removed]] = self._rpc.reloadConfig()
        self.stop([*changed, *removed])
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
            self.stop([service.name for service in services if service.wave == wave])
        self._rpc.shutdown()
        _wait(30, "the supervisor did not end", lambda: self._state() is None)

    def kill(self, name: str) -> None:
        """Kill the process of a service, which is started again by itself."""
        before = self.states()[name][1]
        self._rpc.signalProcess(name, "KILL")
        _wait(30, f"{name} was not killed", lambda: self.states()[name][1] != before)

    def stop(self, names: Sequence[str]) -> None:
        """Stop services, and wait until they are."""
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
