"""The log of a program: requests to OpenStack, steps, notes and how a command ended.

All is told to loggers below `ao`, with what programs read as a dictionary `fields` of the record.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from ao.redaction import redact_log
from ao.untrusted.printable import printable, printable_lines


class Form(StrEnum):
    """How a log file is written."""

    TEXT = "text"
    """A line for each record, for people."""
    JSON = "json"
    """An object in a line for each record, for programs."""


class _Formatter(logging.Formatter):
    """Writes records in which nothing is secret and nothing acts on a terminal."""

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self._tracebacks = tracebacks

    def message(self, record: logging.LogRecord) -> str:
        """Return the record's message in one line."""
        return printable(redact_log(" ".join(record.getMessage().split("\n"))))

    def traceback(self, record: logging.LogRecord) -> str:
        """Return the traceback of the record's error, if it has one and tracebacks are wanted."""
        if not (self._tracebacks and record.exc_info):
            return ""
        return printable_lines(redact_log(self.formatException(record.exc_info)))

    def time(self, record: logging.LogRecord) -> str:
        """Return the record's moment in ISO 8601, UTC."""
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Plain(_Formatter):
    """Messages alone, as a program tells them."""

    def format(self, record: logging.LogRecord) -> str:
        return self.message(record)


class _Text(_Formatter):
    """Time, level, logger and message, and a traceback below them."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.time(record)} {record.levelname:7} {record.name} {self.message(record)}"
        return "\n".join(filter(None, (line, self.traceback(record))))


class _Json(_Formatter):
    """An object in a line."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": self.time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.message(record),
            **{key: _safe(value) for key, value in getattr(record, "fields", {}).items()},
        }
        if traceback := self.traceback(record):
            told["traceback"] = traceback
        return json.dumps(told, ensure_ascii=False)


def _safe(value: object) -> object:
    return printable(redact_log(value)) if isinstance(value, str) else value


class _File(logging.StreamHandler[TextIO]):
    """Writes to a file until that fails, and says once that it did."""

    def __init__(self, path: Path, stream: TextIO) -> None:
        super().__init__(stream)
        self._path = path
        self._failed = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._failed:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self._failed = True
        print(f"ao: the log {self._path} ends here: {error.strerror or error}", file=sys.stderr)


def open_log(path: Path) -> TextIO:
    """Open a file for a log to go on in; a new one is for its owner alone. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "a", encoding="utf-8")


@contextmanager
def logging_to(
    console: TextIO,
    level: int,
    file: tuple[Path, TextIO] | None,
    form: Form,
    *,
    tracebacks: bool,
) -> Iterator[None]:
    """Log on the console from a level on, and all to a file, while the body runs.

    Of libraries only warnings and errors are logged, and of keystoneauth errors: they know
    nothing of what must stay secret. Without `tracebacks` none is written.
    """
    shown = _Text if level < logging.WARNING else _Plain
    handlers: list[logging.Handler] = [logging.StreamHandler(console)]
    handlers[0].setLevel(level)
    handlers[0].setFormatter(shown(tracebacks=tracebacks))
    if file is not None:
        handlers.append(_File(*file))
        handlers[1].setFormatter((_Json if form is Form.JSON else _Text)(tracebacks=tracebacks))
    least = logging.DEBUG if file is not None else level
    levels = {"": logging.WARNING, "ao": least, "keystoneauth": logging.ERROR}
    before = {name: logging.getLogger(name).level for name in levels}
    root = logging.getLogger()
    for name, wanted in levels.items():
        logging.getLogger(name).setLevel(wanted)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        for name, former in before.items():
            logging.getLogger(name).setLevel(former)
        if file is not None:
            # What the disk did not take has been told.
            with suppress(OSError):
                file[1].close()
