"""Marks of processes, by which one on the same machine can tell that another has ended."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from functools import cache
from pathlib import Path

_MARK = re.compile(r"([0-9a-f]{16})\.([1-9]\d{0,8})\.(\d+)")


def here() -> str:
    """Return the mark of this process: its machine, its ID and when it began."""
    return f"{_machine()}.{os.getpid()}.{_begun(os.getpid()) or 0}"


def ended(mark: str) -> bool:
    """Return whether the process of a mark has ended; False when that cannot be told from here."""
    found = _MARK.fullmatch(mark)
    if not found or found[1] != _machine():
        return False
    try:
        os.kill(int(found[2]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return _begun(int(found[2])) not in (None, found[3])


@cache
def _machine() -> str:
    """Return a word for this boot of this machine, and this container, that no other one has."""
    marks = [socket.gethostname()]
    try:
        marks.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        marks.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        # No Linux: one boot is not told from another, and no process is ever seen to have ended.
        marks.append(os.urandom(8).hex())
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16]


def _begun(pid: int) -> str | None:
    """Return when a process began, in ticks since the boot; empty for a zombie, None if unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]
