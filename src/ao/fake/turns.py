"""Threads that use a fake cloud at the same time, and the time that passes for all of them."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ao.clock import Clock
from ao.fake.timeline import Timeline

LOOK = 0.02
"""Seconds of the machine between two looks whether a thread that has the turn has ended."""


@dataclass(eq=False, kw_only=True)
class _Waiter:
    """A thread that waits for its turn."""

    thread: threading.Thread
    until: float
    """Virtual moment before which it gets none."""
    order: int
    event: threading.Event | None = None
    """Event at which it waits no more, and goes on without a turn: it is about to end."""
    turn: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Turns of threads: one of them works at a time, and time passes only while all of them wait.

    On a `fake.Cloud` alone a thread that sleeps makes time pass for all others, though they are in
    the midst of something: a lock whose holder is at work then ends under its hands. Which thread
    is the next is drawn, so that the same seed gives the same run as far as the threads themselves
    draw nothing else; those that a thread starts and waits for work in its turn.
    """

    def __init__(
        self, timeline: Timeline, seed: int, watch: Callable[[], object] = lambda: None
    ) -> None:
        """Give turns on the time of a cloud; `watch` is called whenever time is about to pass."""
        self.clock = Clock(now=timeline.now, sleep=self.sleep, wait=self.wait)
        """The clock of all threads."""
        self._timeline = timeline
        self._random = random.Random(seed)
        self._watch = watch
        self._condition = threading.Condition()
        self._order = 0
        self._waiting: list[_Waiter] = []
        self._at_work: threading.Thread | None = None
        self._members: set[threading.Thread] = set()

    def run(self, jobs: list[Callable[[], object]]) -> None:
        """Run jobs at the same time, each in a thread of its own, and wait for their end."""
        threads = [
            threading.Thread(target=self._run, args=(job,), name=f"job {n:03}", daemon=True)
            for n, job in enumerate(jobs)
        ]
        self._members |= set(threads)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def pause(self) -> None:
        """Let another thread have the turn, or not; one that has none of its own goes on."""
        if threading.current_thread() is self._at_work:
            self.sleep(0.0)

    def sleep(self, seconds: float) -> None:
        """Wait for so many virtual seconds, and for the turn."""
        self._wait(seconds, None)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event or for so many virtual seconds; return whether the event came."""
        return self._wait(seconds, event)

    def _run(self, job: Callable[[], object]) -> None:
        with self._taking_part():
            job()

    @contextmanager
    def _taking_part(self) -> Iterator[None]:
        self._wait(0.0, None)
        try:
            yield
        finally:
            with self._condition:
                self._members.discard(threading.current_thread())
                self._at_work = None
                self._next()

    def _wait(self, seconds: float, event: threading.Event | None) -> bool:
        thread = threading.current_thread()
        with self._condition:
            self._order += 1
            waiter = _Waiter(
                thread=thread, until=self._timeline.now() + seconds, order=self._order, event=event
            )
            self._waiting.append(waiter)
            if thread is self._at_work:
                self._at_work = None
            self._next()
            while not waiter.turn.is_set():
                if event is not None and event.is_set():
                    self._waiting.remove(waiter)
                    return True
                self._condition.wait(LOOK)
                self._next()
        return event is not None and event.is_set()

    def _next(self) -> None:
        """Give the turn to a thread, when nobody has it and all have come to wait."""
        if self._at_work is not None and self._at_work.is_alive():
            return
        there = {waiter.thread for waiter in self._waiting}
        if not self._members <= there or not self._members:
            return
        candidates = [it for it in self._waiting if it.event is None or not it.event.is_set()]
        due = [it for it in candidates if it.until <= self._timeline.now()]
        if not due:
            self._watch()
            first = min(it.until for it in candidates)
            self._timeline.sleep(first - self._timeline.now())
            due = [it for it in candidates if it.until <= self._timeline.now()]
        chosen = self._random.choice(sorted(due, key=lambda it: (it.thread.name, it.order)))
        self._waiting.remove(chosen)
        self._at_work = chosen.thread
        chosen.turn.set()
        self._condition.notify_all()
