"""A command of the operator's: run in the site's folder, and ended with all that it began."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from textwrap import shorten
from typing import IO

from ao import duration
from ao.errors import Refused
from ao.journal.redaction import redact
from ao.printable import printable
from ao.site import Site

TAIL = 4096
"""Bytes of what a command says that are kept."""
GRACE = 3.0
"""Seconds that its processes have to end once they are asked to."""
MARGIN = 4096
"""Bytes before the tail that are read with it: half a secret would not be known for one."""
POLL = 0.05
"""Seconds between two looks whether they have ended."""


SAFE = r"[A-Za-z0-9._:/+ -]*"
"""Regular expression of what a command's variables hold: a shell takes it as it is, but for the
spaces between several words, even where somebody has forgotten the quotes."""
FREE = frozenset({"AO_REASON"})
"""Variables that hold what a person wrote freely."""

_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""What colours a terminal (ECMA-48, control sequences)."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a command."""

    exit_code: int | None
    """None when it ran out of time."""
    seconds: float
    tail: str
    """The end of what it said, secrets masked, without colours and control characters."""


def run(site: Site, command: str, environment: Mapping[str, str], deadline: float) -> Result:
    """Run a shell command in the site's folder, with these variables beside the process's own.

    After the deadline (seconds), and when the caller is interrupted, all its processes are
    ended; so are those that it leaves behind. Those of another user, as sudo's, cannot be.
    Raises Refused for a site without a folder, and for a variable that is not SAFE.
    """
    if site.folder is None:
        raise Refused(
            f"{shorten(redact(command), 60)} runs only where the site file of {site.name} is",
            cure="Run `ao` there; from here, no command of the site file is run.",
        )
    for name, value in environment.items():
        if name not in FREE and not re.fullmatch(SAFE, value):
            raise Refused(
                f"{shorten(redact(command), 60)} is not run: "
                f"{name} would hold {printable(value, 60)}",
                cure="Somebody has written that into the cloud; `ao status` shows what is.",
            )
    begin = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=site.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            exit_code = _wait(process, deadline)
        finally:
            _end(process)
        seconds = time.monotonic() - begin
        return Result(exit_code=exit_code, seconds=seconds, tail=_tail(said))


def ended(line: str, deadline: float, result: Result) -> str:
    """How a command ended, and what it said last, in one line."""
    if result.exit_code is None:
        how = f"ran longer than {duration.show(deadline)}"
    else:
        how = f"ended with exit code {result.exit_code}"
    said = result.tail.splitlines()
    return f"{shorten(redact(line), 60)} {how}" + (f": {said[-1]}" if said else "")


def _wait(process: subprocess.Popen[bytes], deadline: float) -> int | None:
    try:
        return process.wait(deadline)
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End all processes of the command's group, which the command's own ID names."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
        give_up = time.monotonic() + GRACE
        while time.monotonic() < give_up:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(POLL)
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)


def _tail(said: IO[bytes]) -> str:
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - TAIL - MARGIN))
    text = redact(_ESCAPE.sub("", said.read().decode(errors="replace")))
    return "".join(it for it in text if it.isprintable() or it in "\n\t")[-TAIL:].strip()
