"""What HAProxy says of itself on its statistics socket."""

import csv
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from box.provider.place import Place

PATIENCE = 3
"""Seconds to wait for an answer."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """A listener's counters since the worker began, in Octavia's words."""

    active_connections: int
    """Connections at this moment."""

    bytes_in: int
    """Bytes from clients."""

    bytes_out: int
    """Bytes to clients."""

    total_connections: int
    """Connections accepted."""

    request_errors: int
    """Requests that could not be understood or were refused."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A front end."""

    status: str
    """`OPEN`, or `FULL` when its connection limit is reached."""

    traffic: Traffic
    """What went through it."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A back end."""

    status: str
    """`UP` or `DOWN`."""

    members: Mapping[str, str]
    """HAProxy's word on each member by its ID: `UP`, `DOWN`, `DRAIN`, `MAINT`, `no check`, or
    `UP 1/3` and `DOWN 1/2` on the way."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The statistics of one worker."""

    worker: int
    """Its process id: a new worker counts from zero."""

    listeners: Mapping[str, Listener]
    """The front ends by the listeners' IDs."""

    pools: Mapping[str, Pool]
    """The back ends by the pools' IDs; only pools that a listener or a policy uses have one."""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """The process that answers on the socket."""

    pid: int
    """Its process id."""

    stopping: bool
    """Whether it has handed its work over to another."""


def worker(place: Place) -> Worker | None:
    """Return the worker that answers, None when none does."""
    answer = _ask(place, "show info")
    if answer is None:
        return None
    info = _info(answer)
    return Worker(pid=int(info["Pid"]), stopping=info["Stopping"] == "1")


def read(place: Place) -> Report | None:
    """Return a worker's statistics, None when none answers."""
    answer = _ask(place, "show info; show stat")
    return parse(answer) if answer else None


def servers_state(place: Place) -> str:
    """Return what a new worker has to know of the members' health, nothing without a worker."""
    return _ask(place, "show servers state") or ""


def parse(text: str) -> Report:
    """Return the report in HAProxy's information on itself and, after an empty line, its CSV.

    Back ends are named `<pool>:<listener>`; one of a pool's back ends speaks for the pool, as in
    Octavia's health manager.
    """
    info, _, table = text.partition("\n\n")
    listeners: dict[str, Listener] = {}
    statuses: dict[str, str] = {}
    members: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(table.removeprefix("# ").splitlines()):
        pool = row["pxname"].partition(":")[0]
        if row["svname"] == "FRONTEND":
            listeners[row["pxname"]] = _listener(row)
        elif row["svname"] == "BACKEND":
            statuses[pool] = row["status"]
        else:
            members.setdefault(pool, {})[row["svname"]] = _member(row)
    return Report(
        worker=int(_info(info)["Pid"]),
        listeners=listeners,
        pools={
            pool: Pool(status=status, members=members.get(pool, {}))
            for pool, status in statuses.items()
        },
    )


def _listener(row: Mapping[str, str]) -> Listener:
    return Listener(
        status=row["status"],
        traffic=Traffic(
            active_connections=int(row["scur"]),
            bytes_in=int(row["bin"]),
            bytes_out=int(row["bout"]),
            total_connections=int(row["stot"]),
            request_errors=int(row["ereq"]),
        ),
    )


def _member(row: Mapping[str, str]) -> str:
    """HAProxy calls a member of weight 0 up; Octavia's amphora calls it draining."""
    if row["status"] == "UP" and row["weight"] == "0":
        return "DRAIN"
    return row["status"]


def _info(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def _ask(place: Place, question: str) -> str | None:
    """Return the answer, None when nobody listens or the one who did has ended meanwhile.

    Raises TimeoutError when a worker does not answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(place.socket))
            connection.sendall(question.encode() + b"\n")
            with connection.makefile("rb") as answer:
                return answer.read().decode() or None
        except (FileNotFoundError, ConnectionError):
            return None
