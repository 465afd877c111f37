"""Files that a user names for a command to write."""

from __future__ import annotations

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
