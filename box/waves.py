"""Starting the services in their order, and waiting until each of them works."""

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from box.config import ADDRESS
from box.errors import BoxError
from box.services import Service
from box.steps import tail
from box.supervisor import Supervisor

PATIENCE = 120
"""Seconds that a wave may take; on a busy two-core machine an API loads for half a minute."""

ATTEMPTS = 3
"""Processes of one service: one that fails as often in a wave is not waited for any longer."""


def start(supervisor: Supervisor, services: Sequence[Service], known: Mapping[str, str]) -> None:
    """Start the services of one wave and wait until all work.

    Raises BoxError when one keeps ending or takes too long.
    """
    supervisor.launch(services)
    deadline = time.monotonic() + PATIENCE
    for service in services:
        pids: set[int] = set()
        while not works(supervisor, service, known):
            pids.add(supervisor.states()[service.name][1])
            log = Path(known["log"], f"{service.name}.log")
            if len(pids - {0}) > ATTEMPTS:
                raise BoxError(f"{service.name} keeps ending; its last lines:\n{tail(log)}")
            if time.monotonic() > deadline:
                raise BoxError(f"{service.name} did not answer within {PATIENCE} s; its log: {log}")
            time.sleep(0.2)


def works(supervisor: Supervisor, service: Service, known: Mapping[str, str]) -> bool:
    """Tell whether a service runs and answers."""
    if supervisor.states().get(service.name, ("", 0))[0] != "RUNNING":
        return False
    if service.path is not None:
        return _answers(f"http://{ADDRESS}:{service.port}{service.path}")
    if service.port is not None:
        return _accepts(service.port)
    if service.socket is not None:
        return Path(Template(service.socket).substitute(known)).is_socket()
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, http.client.HTTPException):
        return False


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((ADDRESS, port)) == 0
