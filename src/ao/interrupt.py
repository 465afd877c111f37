"""Interrupts: Ctrl-C, and SIGTERM, by which a CI system aborts a build."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def terminable() -> Iterator[None]:
    """Have SIGTERM end the body as Ctrl-C does, so that it cleans up."""
    with _handling({signal.SIGTERM: signal.default_int_handler}):
        yield


@contextmanager
def unbroken() -> Iterator[None]:
    """Have an interrupt wait until the body has ended; a second one does not wait."""
    asked = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    with _handling({signal.SIGINT: note, signal.SIGTERM: note}):
        yield
    if asked:
        raise KeyboardInterrupt


@contextmanager
def _handling(handlers: Mapping[signal.Signals, Handler]) -> Iterator[None]:
    """Handle signals so while the body runs; threads other than the main one get none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
