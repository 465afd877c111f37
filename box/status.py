"""What runs, as `box status` shows it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from box import networks, parts, processes
from box.home import Home
from box.supervisor import Supervisor


@dataclass(frozen=True, kw_only=True)
class Row:
    """One service as it is now."""

    service: str
    """Its name."""

    state: str
    """The supervisor's word in lower case, `absent` when there is no supervisor."""

    pid: int | None
    """Its first process."""

    memory: int
    """Bytes of it and all its children: proportional set size."""

    port: int | None
    """The TCP port it listens on."""


def read(home: Home) -> list[Row]:
    """Return a row for each service, and one for the supervisor and one for all guests."""
    supervisor = Supervisor(home)
    states = supervisor.states() if supervisor.is_running() else {}
    tree = processes.children()
    rows = [_supervisor(supervisor, bool(states))]
    network = networks.of(home)
    needed = parts.services(network, without=parts.PARTS)
    for service in parts.services(network):
        # A part that was left out is not missed: the supervisor does not know it.
        if service.name not in states and service not in needed:
            continue
        state, pid = states.get(service.name, ("absent", 0))
        rows.append(
            Row(
                service=service.name,
                state=state.lower(),
                pid=pid or None,
                memory=_tree_memory(pid, tree) if pid else 0,
                port=service.port,
            )
        )
    return rows


def _supervisor(supervisor: Supervisor, running: bool) -> Row:
    pid = supervisor.pid() if running else None
    return Row(
        service="supervisor",
        state="running" if running else "absent",
        pid=pid,
        memory=processes.memory(pid) if pid else 0,
        port=None,
    )


def _tree_memory(pid: int, tree: dict[int, list[int]]) -> int:
    children = tree.get(pid, [])
    return processes.memory(pid) + sum(_tree_memory(child, tree) for child in children)


def guests(home: Home) -> Row:
    """Return one row for all virtual machines together."""
    pids = processes.guests(home.root)
    return Row(
        service=f"guests ({len(pids)})",
        state="running" if pids else "none",
        pid=None,
        memory=sum(processes.memory(pid) for pid in pids),
        port=None,
    )


def healthy(rows: Sequence[Row]) -> bool:
    """Tell whether every service runs."""
    return all(row.state == "running" for row in rows)


def table(rows: Sequence[Row]) -> str:
    """Return rows as text, with a line for their sum."""
    lines = [f"{'service':<26} {'state':<10} {'pid':>8} {'memory':>10} {'port':>6}"]
    lines += [
        f"{row.service:<26} {row.state:<10} {row.pid or '-':>8} {_mib(row.memory):>10}"
        f" {row.port or '-':>6}"
        for row in rows
    ]
    total = sum(row.memory for row in rows)
    return "\n".join([*lines, f"{'total':<26} {'':<10} {'':>8} {_mib(total):>10}"])


def _mib(amount: int) -> str:
    return f"{amount / 1024**2:.0f} MiB"


def as_json(rows: Sequence[Row]) -> str:
    """Return rows as a JSON list; memory in bytes."""
    return json.dumps([asdict(row) for row in rows], indent=2)
