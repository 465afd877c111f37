"""The probe as a process of its own, whose timing the parent's work does not disturb."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter

from ao import errors
from ao.colour import Colour
from ao.errors import AoError, DeadlinePassed
from ao.message import message
from ao.probe import wire
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Recording
from ao.probe.running_totals import RunningTotals

STOPPING = 30.0
"""Seconds, beside the load's time-out, that it may take to end and to tell what it saw."""


class ProbeProcess:
    """A probe in a child process, which is there from `with` on and ends with its parent."""

    def __init__(self) -> None:
        self._deadline = STOPPING
        self._process: subprocess.Popen[str] | None = None
        self._changed = threading.Condition()
        self._lately: _Lately | None = None
        self._recording: Recording | None = None
        self._error: _Error | None = None
        self._ended = False

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            # A file named httpx.py in the folder where `ao` is called is no module of the probe.
            [_python(), "-P", "-m", "ao.probe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, name="probe", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._started()
        if process.poll() is None:
            process.kill()
        process.wait()
        self._reader.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                with suppress(BrokenPipeError):
                    pipe.close()

    def begin(self, load: ProbeLoad, *, records: Path | None = None) -> Self:
        """Have it send a load; `records` is a file that gets a line for every request."""
        process = self._started()
        assert process.stdin is not None
        self._deadline = load.timeout + STOPPING
        order = {"load": load, "records": str(records) if records else None}
        # A child that has ended already is told of by whoever waits for it.
        with suppress(BrokenPipeError):
            process.stdin.write(wire.dumps(order) + "\n")
            process.stdin.flush()
        return self

    def on(self, colour: Colour) -> int:
        """Return how many of its clients a colour answered within the last second."""
        with self._changed:
            return self._lately.clients.get(str(colour), 0) if self._lately else 0

    def sample(self) -> RunningTotals | None:
        """Return the probe's totals since it began; None before it sends and after it has ended."""
        with self._changed:
            return None if self._ended or self._lately is None else self._lately.tally

    def wait_until_running(self, deadline: float) -> None:
        """Wait until it sends; raises what it fails with, DeadlinePassed after `deadline` s."""
        self._wait(lambda: self._lately is not None, message("the probe to begin"), deadline)

    def stop(self) -> Recording:
        """Have it send nothing more, and tell what it saw; raises as `wait_until_running` does.

        It waits for requests under way, as long as the load's time-out at most.
        """
        process = self._started()
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        self._wait(lambda: self._recording is not None, message("the probe to end"), self._deadline)
        assert self._recording is not None
        return self._recording

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError(
                message("the probe has not been started: use it in a `with` statement")
            )
        return self._process

    def _wait(self, seen: Callable[[], bool], what: str, deadline: float) -> None:
        end = time.monotonic() + deadline
        with self._changed:
            while not seen():
                if self._error is not None:
                    raise _told(self._error)
                if self._ended:
                    raise AoError(
                        message("the probe ended before it had told what it saw"),
                        cure=message(
                            "What it printed above says why; `ao probe URL` tries it alone."
                        ),
                    )
                if not self._changed.wait(timeout=end - time.monotonic()):
                    raise DeadlinePassed(
                        message(
                            "waited %(seconds)s s for %(what)s",
                            seconds=f"{deadline:.0f}",
                            what=what,
                        )
                    )

    def _read(self) -> None:
        """Take what the child says, until it ends or says what is none of its words."""
        process = self._started()
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if not line.endswith("\n"):
                    break  # the child was killed in the midst of it
                self._hear(_SAID.validate_json(line))
        except ValueError:
            self._hear(_Said(error=_Error(message=message("the probe said what cannot be read"))))
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _hear(self, said: _Said) -> None:
        with self._changed:
            self._lately = said.lately or self._lately
            self._recording = said.recording or self._recording
            self._error = said.error or self._error
            self._changed.notify_all()


_TRY = message("`ao probe URL` tries it alone.")


@dataclass(frozen=True, kw_only=True)
class _Lately:
    tally: RunningTotals
    clients: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class _Error:
    message: str
    kind: str = AoError.__name__
    cure: str = _TRY


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A line of the child process: the one of these that is set."""

    lately: _Lately | None = None
    recording: Recording | None = None
    error: _Error | None = None


_SAID: TypeAdapter[_Said] = TypeAdapter(_Said)


def _python() -> str:
    """Python of this environment; within a web server `sys.executable` may be another program."""
    own = Path(sys.prefix) / "bin" / "python3"
    return str(own) if own.exists() else sys.executable


def _told(error: _Error) -> AoError:
    kind: type[AoError] = getattr(errors, error.kind, AoError)
    return kind(error.message, cure=error.cure)
