"""The records: every request of a probe, as a line of a file."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from ao.errors import ConfigError
from ao.probe.recorder import Request

HEAD = "at,kind,client,colour,seconds,outcome,reason\n"
BATCH = 1_000
"""Lines that are handed over to be written at a time."""


class Records:
    """A CSV file of requests, written aside so that the probe does not wait for the disk."""

    def __init__(self, path: Path) -> None:
        """Begin the file; gzip when its name ends in .gz. Raises ConfigError if it cannot be."""
        try:
            raw: io.TextIOBase = (
                gzip.open(path, "wt", encoding="utf-8")  # noqa: SIM115
                if path.suffix == ".gz"
                else path.open("w", encoding="utf-8")
            )
        except OSError as error:
            raise ConfigError(
                f"cannot write {path}: {error.strerror}", cure="Name another file."
            ) from error
        self._file = raw
        self._lines: list[str] = [HEAD]
        self._batches: SimpleQueue[list[str] | None] = SimpleQueue()
        self._writer = Thread(target=self._write, name="records", daemon=True)

    def add(self, request: Request) -> None:
        """Add a line."""
        client = "" if request.client is None else request.client
        reason = request.reason.replace(",", ";")
        self._lines.append(
            f"{request.at:.6f},{request.kind},{client},{request.colour or ''},"
            f"{request.seconds:.6f},{request.outcome},{reason}\n"
        )
        if len(self._lines) >= BATCH:
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
        self._file.close()

    def _hand_over(self) -> None:
        self._batches.put(self._lines)
        self._lines = []

    def _write(self) -> None:
        while (lines := self._batches.get()) is not None:
            self._file.writelines(lines)
