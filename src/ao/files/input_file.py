"""Files that a user names for a command to read: within bounds, whatever is at their place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ao.message import Message, joined, message

MIB = 1024**2
LONGEST = MIB
"""Bytes that a text file may have."""


class Unreadable(Exception):
    """A file that is not read, and why."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


def read_bytes(path: Path, most: int = LONGEST) -> bytes:
    """Return what a regular file holds, `most` bytes of it at the most. Raises Unreadable.

    Nothing waits for a named pipe's other end, or fills the memory with a device's bytes.
    """
    try:
        with open(path, "rb", opener=_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(message("it is not a regular file"))
            data = file.read(most + 1)
    except OSError as error:
        raise Unreadable(joined("", [error.strerror or error])) from error
    except ValueError as error:
        raise Unreadable(message("its name cannot be one of a file")) from error
    if len(data) > most:
        raise Unreadable(message("it has more than %(most)s KiB", most=most // 1024))
    return data


def _at_once(path: str, flags: int) -> int:
    """Open a file for `open`, without waiting for what is at the other end of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def read_text(path: Path, most: int = LONGEST) -> str:
    """Return the text of a regular file in UTF-8, its line ends as they are. Raises Unreadable."""
    return decoded(read_bytes(path, most))


def decoded(data: bytes) -> str:
    """Return the text of what a file holds, in UTF-8. Raises Unreadable."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(message("line %(line)s of it is not UTF-8 text", line=line)) from error
