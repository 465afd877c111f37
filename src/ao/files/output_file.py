"""Files that a user names for a command to write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ao.errors import ConfigError
from ao.message import message


def check_folder(path: Path) -> None:
    """Raise ConfigError when there is no folder that a file could be written into."""
    if not path.parent.is_dir():
        raise ConfigError(
            message(
                "cannot write %(path)s: there is no folder %(parent)s",
                path=path,
                parent=path.parent,
            ),
            cure=message("Make it first."),
        )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError of writing a file into ConfigError, which names the file."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            message("cannot write %(path)s: %(why)s", path=path, why=error.strerror),
            cure=message("Name a place that can be written to."),
        ) from None


def check_new(path: Path) -> None:
    """Raise ConfigError for a file that is there, or whose folder is not."""
    check_folder(path)
    if path.exists() or path.is_symlink():
        raise _there(path)


def create(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file that is not there yet, which has that mode, but for the umask, from the first.

    Raises ConfigError.
    """
    with writing(path):
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError as error:
            raise _there(path) from error
        with os.fdopen(file, "wb") as out:
            out.write(content)


def _there(path: Path) -> ConfigError:
    return ConfigError(
        message("%(path)s is there already; nothing was written", path=path),
        cure=message("Move it away, or name another place."),
    )
