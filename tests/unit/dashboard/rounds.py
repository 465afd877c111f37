"""Rounds: calls of the cloud that wait for an answer at the same time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from ao import fake

QUIET = 0.15
"""Seconds without another call after which all that were made are answered."""


class Rounds:
    """A network on which each answer takes equally long.

    All calls that are made before any of them is answered are one round trip.
    """

    def __init__(self) -> None:
        self.count = 0
        """Round trips so far, one after the other."""
        self._condition = threading.Condition()
        self._waiting = 0
        self._last = 0.0

    def pause(self) -> None:
        """Wait until nobody makes another call, as all wait for answers."""
        with self._condition:
            mine = self.count
            self._waiting += 1
            self._last = time.monotonic()
            while self.count == mine:
                left = self._last + QUIET - time.monotonic()
                if left <= 0:
                    self.count += 1
                    self._waiting = 0
                    self._condition.notify_all()
                    return
                self._condition.wait(left)


@contextmanager
def counted(cloud: fake.Cloud) -> Iterator[Rounds]:
    """Count the round trips of all that is asked of a cloud meanwhile."""
    rounds = Rounds()
    with mock.patch.object(cloud._calls, "_pause", rounds.pause):
        yield rounds
