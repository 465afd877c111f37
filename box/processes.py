"""The processes of one box, told from everyone else's."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from box.errors import BoxError

MARK = "AO_BOX_SERVICE_OF"
"""A variable that the supervisor hands down to all it starts; its value is the home's root."""

GUEST = "qemu-system-"
"""How a guest's program begins. libvirt starts it with an environment of its own, without MARK."""


def roots() -> set[Path]:
    """Return the homes of all boxes of this machine of which something runs."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "environ").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it ended meanwhile, or it is the kernel's
        prefix = f"{MARK}=".encode()
        found |= {
            Path(os.fsdecode(it.removeprefix(prefix))) for it in words if it.startswith(prefix)
        }
    return found


def ours(root: Path) -> set[int]:
    """Return the process ids of everything that the box at `root` started."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if _is_marked(folder, root) or _is_guest(folder, root):
                found.add(int(folder.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it ended meanwhile, or it is the kernel's
    return found


def guests(root: Path) -> set[int]:
    """Return the process ids of the box's virtual machines."""
    found = set()
    for pid in ours(root):
        try:
            if _is_guest(Path(f"/proc/{pid}"), root):
                found.add(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _is_marked(folder: Path, root: Path) -> bool:
    mark = f"{MARK}={root}".encode()
    return mark in (folder / "environ").read_bytes().split(b"\0")


def _is_guest(folder: Path, root: Path) -> bool:
    words = (folder / "cmdline").read_bytes().split(b"\0")
    program = Path(os.fsdecode(words[0])).name
    return program.startswith(GUEST) and any(f"{root}/".encode() in word for word in words)


def memory(pid: int) -> int:
    """Return a process's proportional set size in bytes, 0 when it has ended.

    Shared pages are counted once over all processes that share them: sums are true.
    """
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def children() -> dict[int, list[int]]:
    """Return the direct children of each process of the machine."""
    tree: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parent = int(stat.rpartition(")")[2].split()[1])
        tree.setdefault(parent, []).append(int(folder.name))
    return tree


def end(root: Path, *, patience: float = 20) -> None:
    """End what the box at `root` left behind: politely, then after half the time by force.

    Raises BoxError when something is still there after `patience` seconds.
    """
    begin = time.monotonic()
    while left := ours(root) - {os.getpid()}:
        waited = time.monotonic() - begin
        if waited > patience:
            raise BoxError(
                f"processes {sorted(left)} of the box did not end within {patience:.0f} s;"
                " end them by hand (kill -9) and repeat the command"
            )
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if waited > patience / 2 else signal.SIGTERM)
        time.sleep(0.2)
