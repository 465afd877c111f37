"""The process that works on a fake cloud: it can be killed, and another one started."""

from __future__ import annotations

from typing import NoReturn


class Killed(BaseException):
    """The process is killed at this point; no code of the program may catch this."""


class Process:
    """The process that a fake cloud is used from.

    Python still runs the `finally` blocks of a program that is "killed" with an exception,
    as no kernel does. So a process that was killed changes nothing any more: each request for
    a change raises Killed again, until another process is started.
    """

    def __init__(self) -> None:
        self._killed = False

    def kill(self) -> NoReturn:
        """Kill the process here. Raises Killed."""
        self._killed = True
        raise Killed

    def restart(self) -> None:
        """Start another process, which changes the cloud again."""
        self._killed = False

    def check(self) -> None:
        """Check that the process still lives. Raises Killed."""
        if self._killed:
            raise Killed
