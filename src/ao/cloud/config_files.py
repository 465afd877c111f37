"""Files that describe clouds, looked at before openstacksdk opens them.

It reads whatever is at their places to the end: it waits for the other end of a named pipe, and
fills the memory with a device's bytes. One of these places is the current folder, which may be a
checkout of somebody else's.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from openstack.config import loader

from ao.errors import ConfigError
from ao.message import Message, message
from ao.untrusted.printable import printable

LONGEST = 1024**2
"""Bytes that such a file may have."""
NAMED_BY = ("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE")
"""Variables of the environment that name one."""
SHOWN = 200
"""Characters of a path that are told."""


def check() -> None:
    """Refuse a file of clouds that is no regular file, or is too large. Raises ConfigError."""
    named = [os.environ[name] for name in NAMED_BY if os.environ.get(name)]
    places = (*named, *loader.CONFIG_FILES, *loader.SECURE_FILES, *loader.VENDOR_FILES)
    for place in dict.fromkeys(places):
        _check(place)


def _check(place: str) -> None:
    try:
        there = Path(place).stat()
    except (OSError, ValueError):
        # openstacksdk goes on to the next one.
        return
    why = _why_not(there)
    if why is not None:
        raise ConfigError(
            message(
                "%(path)s cannot be read as a file of clouds: %(why)s",
                path=printable(place, SHOWN),
                why=why,
            ),
            cure=message(
                "Put a clouds.yaml of text in its place, or remove it; OS_CLIENT_CONFIG_FILE and "
                "OS_CLIENT_SECURE_FILE name other files, as regular ones."
            ),
        )


def _why_not(there: os.stat_result) -> Message | None:
    """Return why what is at a place is not read; None where it may be, as the null device."""
    if stat.S_ISCHR(there.st_mode) and there.st_rdev == Path(os.devnull).stat().st_rdev:
        return None
    if not stat.S_ISREG(there.st_mode):
        return message("it is not a regular file")
    if there.st_size > LONGEST:
        return message("it has more than %(most)s KiB", most=LONGEST // 1024)
    return None
