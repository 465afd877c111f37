"""The log of a probe: every request as a line of a file."""

from __future__ import annotations

import csv
import gzip
import io
import logging
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from ao.errors import ConfigError
from ao.message import message
from ao.probe.request_counter import Request

COLUMNS = ("at", "kind", "client", "colour", "seconds", "outcome", "reason")
BATCH = 1_000
"""Rows that are handed over to be written at a time."""

Row = tuple[object, ...]


class Records:
    """A CSV file of requests, written aside so that the probe does not wait for the disk."""

    def __init__(self, path: Path) -> None:
        """Begin the file; gzip when its name ends in .gz. Raises ConfigError if it cannot be."""
        try:
            self._file: io.TextIOBase = (
                # A server may answer with a colour that cannot be written as it is.
                gzip.open(path, "wt", encoding="utf-8", errors="backslashreplace", newline="")  # noqa: SIM115
                if path.suffix == ".gz"
                else path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            )
        except OSError as error:
            raise ConfigError(
                message("cannot write %(path)s: %(why)s", path=path, why=error.strerror),
                cure=message("Name another file."),
            ) from error
        self._path = path
        self._rows: list[Row] = [COLUMNS]
        self._batches: SimpleQueue[list[Row] | None] = SimpleQueue()
        self._failed = False
        """Whether the disk has taken no more: rows are forgotten from then on."""
        self._writer = Thread(target=self._write, name="records", daemon=True)

    def add(self, request: Request) -> None:
        """Add a row."""
        self._rows.append(
            (
                f"{request.at:.6f}",
                request.kind,
                request.client,
                request.colour,
                f"{request.seconds:.6f}",
                request.outcome,
                request.reason,
            )
        )
        if len(self._rows) >= BATCH:
            self._hand_over()

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hand_over()
        self._batches.put(None)
        self._writer.join()

    def _hand_over(self) -> None:
        if not self._failed:
            self._batches.put(self._rows)
        self._rows = []

    def _write(self) -> None:
        """Write what is handed over, until the end or a failure of the disk."""
        try:
            with self._file as file:
                writer = csv.writer(file, lineterminator="\n")
                while (rows := self._batches.get()) is not None:
                    writer.writerows(rows)
        except OSError as error:
            self._failed = True
            logging.getLogger(__name__).warning(
                "%s ends too early: %s", self._path, error.strerror or error
            )
