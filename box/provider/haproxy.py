"""The HAProxy of a load balancer: a master that outlives the agent, and its workers."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from box.provider import report
from box.provider.commands import CommandError, run
from box.provider.place import Place

PATIENCE = 15
"""Seconds that a worker may take to answer, or a master to end."""


class HAProxyError(Exception):
    """HAProxy did not do what it was told."""


def master(place: Place) -> int | None:
    """Return the master's process id, None when it does not run."""
    if not place.pid.exists():
        return None
    pid = place.pid.read_text().strip()
    try:
        words = Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(pid) if str(place.configuration).encode() in words else None


def configure(place: Place, text: str) -> None:
    """Write a configuration unless HAProxy finds fault with it. Raises CommandError then."""
    draft = place.configuration.with_suffix(".new")
    draft.write_text(text)
    place.servers_state.touch()
    _check(draft)
    draft.replace(place.configuration)


def is_configured(place: Place) -> bool:
    """Tell whether there is a configuration that HAProxy takes, with all that it names."""
    if not place.configuration.exists():
        return False
    place.servers_state.touch()
    try:
        _check(place.configuration)
    except CommandError:
        return False
    return True


def start(place: Place) -> None:
    """Start the master in the load balancer's namespace and wait for its worker.

    It belongs to nobody: the box's supervisor adopts it. Raises HAProxyError.
    """
    place.servers_state.write_text("")
    with place.log.open("a") as log:
        subprocess.run(
            [
                "setsid", "--fork", "ip", "netns", "exec", place.namespace,
                "haproxy", "-W", "-db", "-p", place.pid, "-f", place.configuration,
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )  # fmt: skip
    _await(place, "HAProxy did not start", lambda: _has_worker_other_than(place, None))


def reload(place: Place, pid: int) -> None:
    """Let the master `pid` take over the configuration; return when a new worker has the work.

    The worker before serves its busy connections to their end. Raises HAProxyError.
    """
    before = report.worker(place)
    place.servers_state.write_text(report.servers_state(place))
    os.kill(pid, signal.SIGUSR2)
    old = before.pid if before else None
    _await(place, "HAProxy did not reload", lambda: _has_worker_other_than(place, old))


def stop(place: Place) -> None:
    """End the master and all its workers. Raises HAProxyError."""
    pid = master(place)
    if pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    _await(place, "HAProxy did not end", lambda: master(place) is None)
    place.pid.unlink(missing_ok=True)


def _check(configuration: Path) -> None:
    run("haproxy", "-c", "-f", str(configuration))


def _has_worker_other_than(place: Place, old: int | None) -> bool:
    worker = report.worker(place)
    return worker is not None and worker.pid != old and not worker.stopping


def _await(place: Place, complaint: str, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            said = place.log.read_text().splitlines()[-5:] if place.log.exists() else []
            raise HAProxyError(f"{complaint} within {PATIENCE} s; it said: {' / '.join(said)}")
        time.sleep(0.005)
