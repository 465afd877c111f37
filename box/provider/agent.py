"""The provider agent, a process of octavia-driver-agent: does what is PENDING, watches the rest.

It keeps nothing that cannot be read from Octavia's database and from this machine: killed, it goes
on where it was when it is started again. The HAProxys go on meanwhile.
"""

import ctypes
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.synchronize import Event
from threading import BoundedSemaphore

from keystoneauth1.exceptions import ClientException
from octavia.common import clients
from openstack.exceptions import SDKException
from oslo_log import log

from box.provider import database, settings, statuses
from box.provider.balancer import Balancer

LOG = log.getLogger(__name__)

POLL = 0.05
"""Seconds between two looks into the database."""

WATCH = 1.0
"""Seconds between two looks at each load balancer."""

AFTER_FAILURE = 5.0
"""Seconds until a load balancer that could not be watched is looked at again."""

WORKERS = 4
"""Load balancers that are worked on side by side."""

THREADS = 32
"""Load balancers that have a job at a time: those too that wait for the key manager, so that the
others need not wait with them."""

PR_SET_PDEATHSIG = 1


def run(exit_event: Event) -> None:
    """Work until Octavia's driver agent ends."""
    _share_fate()
    with _alone(exit_event), ThreadPoolExecutor(THREADS) as pool:
        _await_neutron(exit_event)
        LOG.info("The haproxy provider's agent has started")
        agent = Agent(pool)
        while not exit_event.wait(POLL):
            agent.turn()


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work on one load balancer."""

    future: Future[None]
    """Its end."""

    settles: bool
    """Whether Octavia waits for it."""


class Agent:
    """The load balancers and the jobs that run on them, one job a load balancer."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._turns = BoundedSemaphore(WORKERS)
        self._balancers: dict[str, Balancer] = {}
        self._jobs: dict[str, Job] = {}
        self._next_watch: dict[str, float] = {}

    def turn(self) -> None:
        """Clear away what has ended and start what is to be done."""
        self._end_jobs()
        # Jobs first, statuses second: what has no job now has its last job's result in there.
        found = database.balancers()
        for gone in self._balancers.keys() - found.keys() - self._jobs.keys():
            del self._balancers[gone]
        now = time.monotonic()
        for id_, status in found.items():
            if id_ in self._jobs:
                continue
            if status.startswith("PENDING_"):
                self._start(id_, settles=True)
            elif status == "ACTIVE" and now >= self._next_watch.get(id_, 0):
                self._next_watch[id_] = now + WATCH
                self._start(id_, settles=False)

    def _start(self, id_: str, *, settles: bool) -> None:
        if id_ not in self._balancers:
            self._balancers[id_] = Balancer(id_, self._turns)
        balancer = self._balancers[id_]
        future = self._pool.submit(balancer.settle if settles else balancer.watch)
        self._jobs[id_] = Job(future=future, settles=settles)

    def _end_jobs(self) -> None:
        for id_, job in list(self._jobs.items()):
            if not job.future.done():
                continue
            del self._jobs[id_]
            error = job.future.exception()
            if error is not None:
                self._balancers.pop(id_)
                self._next_watch[id_] = time.monotonic() + AFTER_FAILURE
                LOG.error("Load balancer %s: %s: %s", id_, type(error).__name__, error)
                LOG.debug("Where it happened", exc_info=error)
                if job.settles:
                    database.report(statuses.failed(database.tree(id_)))


@cache
def _share_fate() -> None:
    """Let this process and the rest of octavia-driver-agent live and die together.

    Octavia starts a provider's agent once, and leaves it alone when its own first process dies.
    Here, whichever dies, all do, and the supervisor starts all again. Once a process: Octavia
    calls `run` anew after an error.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    seen_by_watcher, held_by_us = os.pipe()
    if os.fork() == 0:
        os.close(held_by_us)
        os.read(seen_by_watcher, 1)
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.close(seen_by_watcher)


@contextmanager
def _alone(exit_event: Event) -> Iterator[None]:
    """Wait until no other agent works on this machine."""
    folder = settings.sockets()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "agent.lock").open("w") as lock:
        while not exit_event.is_set():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                exit_event.wait(0.2)
        yield


def _await_neutron(exit_event: Event) -> None:
    """Wait until Neutron answers: at the box's start it comes up together with this process."""
    while not exit_event.is_set():
        try:
            list(clients.NeutronAuth.get_neutron_client().network.extensions())
        except (ClientException, SDKException) as error:
            LOG.info("Neutron does not answer yet: %s", error)
            exit_event.wait(1)
        else:
            return
