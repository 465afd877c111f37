"""A command of the operator's: run in the site's folder, and ended with all that it began."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from textwrap import shorten

from ao import duration
from ao.errors import Refused
from ao.lock import WITHIN
from ao.message import joined, message
from ao.redaction import MASK, redact
from ao.site import Site
from ao.untrusted.printable import printable

TAIL = 4096
"""Bytes of what a command says that are kept."""
GRACE = 3.0
"""Seconds that its processes have to end once they are asked to."""
MARGIN = 4096
"""Bytes before the tail that are read with it: half a secret would not be known for one."""
POLL = 0.05
"""Seconds between two looks whether they have ended."""
PIECE = 65_536
"""Bytes that are read at a time of what they say: as many as wait in a pipe at most."""


SAFE = r"[A-Za-z0-9._:/+= -]*"
"""Regular expression of what a command's variables hold: a shell takes it as it is, but for the
spaces between several words, even where somebody has forgotten the quotes."""
FREE = frozenset({"AO_REASON"})
"""Variables that hold what a person wrote freely."""

PREVIEW = "AO_PREVIEW_HEADER"
"""Variable with the header line that a request to the standby has to have, whose value is a secret:
what a command says of it is masked."""
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""Control sequences that colour a terminal (ECMA-48)."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The end of a command."""

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
            message(
                "%(command)s runs only where the site file of %(site)s is",
                command=shorten(redact(command), 60),
                site=site.name,
            ),
            cure=message("Run `ao` there; from here, no command of the site file is run."),
        )
    for name, value in environment.items():
        if name not in FREE and not re.fullmatch(SAFE, value):
            raise Refused(
                message(
                    "%(command)s is not run: %(name)s would hold %(words)s",
                    command=shorten(redact(command), 60),
                    name=name,
                    words=printable(value, 60),
                ),
                cure=message(
                    "Somebody has written that into the cloud; `ao status` shows what is."
                ),
            )
    begin = time.monotonic()
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=site.folder,
        env={**os.environ, **environment, WITHIN: site.name},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as pipe:
        said = _Said(pipe.fileno())
        try:
            exit_code = _wait(process, said, begin + deadline)
        finally:
            _end(process, said)
    seconds = time.monotonic() - begin
    secret = re.split("[ =]", environment.get(PREVIEW, ""))[-1]
    return Result(exit_code=exit_code, seconds=seconds, tail=said.tail(secret))


def preview_variable(site: Site, header: tuple[str, str] | None) -> dict[str, str]:
    """Return the variable of the header that a request to the standby has to have, if any.

    Where the site file says which networks may reach the standby, it is told to nobody.
    """
    if header is None or site.switch.preview_sources:
        return {}
    return {PREVIEW: ": ".join(header)}


def ended(line: str, deadline: float, result: Result) -> str:
    """Return how a command ended and what it wrote last, in one line."""
    if result.exit_code is None:
        how = message(
            "%(command)s ran longer than %(time)s",
            command=shorten(redact(line), 60),
            time=duration.show(deadline),
        )
    else:
        how = message(
            "%(command)s ended with exit code %(code)s",
            command=shorten(redact(line), 60),
            code=result.exit_code,
        )
    said = result.tail.splitlines()
    return joined(": ", [how, said[-1]]) if said else how


class _Said:
    """The end of what comes out of a pipe, however much that is."""

    def __init__(self, pipe: int) -> None:
        os.set_blocking(pipe, False)
        self._pipe = pipe
        self._ready = select.poll()
        self._ready.register(pipe, select.POLLIN)
        self._kept = bytearray()
        self._open = True

    def listen(self, seconds: float) -> None:
        """Take what comes, and wait so long for it if there is nothing yet."""
        if not self._open:
            time.sleep(seconds)
        elif self._ready.poll(seconds * 1000):
            piece = os.read(self._pipe, PIECE)
            self._open = bool(piece)
            self._kept += piece
            del self._kept[: -TAIL - MARGIN]

    def tail(self, secret: str = "") -> str:
        """Return the end of a command's output, safe for people to read, without a secret."""
        said = _ESCAPE.sub("", self._kept.decode(errors="replace"))
        text = redact(said.replace(secret, MASK) if secret else said)
        return "".join(it for it in text if it.isprintable() or it in "\n\t")[-TAIL:].strip()


def _wait(process: subprocess.Popen[bytes], said: _Said, end: float) -> int | None:
    """Listen until the command has ended, or a moment; its exit code, or None."""
    while (exit_code := process.poll()) is None and (left := end - time.monotonic()) > 0:
        said.listen(min(POLL, left))
    return exit_code


def _end(process: subprocess.Popen[bytes], said: _Said) -> None:
    """End all processes of the command's group, which the command's own ID names.

    What they say is taken meanwhile: who waits for a full pipe does not end.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
        give_up = time.monotonic() + GRACE
        while time.monotonic() < give_up:
            process.poll()
            os.killpg(process.pid, 0)
            said.listen(POLL)
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    said.listen(0)
