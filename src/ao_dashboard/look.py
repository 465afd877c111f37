"""A look at a cloud: what one page asks of it, nothing twice, and each service within its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any, cast

from django.conf import settings

from ao.cloud import Cloud, SoftwareConfig, SoftwareConfigList
from ao.errors import NotFound, Unavailable
from ao.message import message

SECONDS = 5.0
"""Seconds that the services have for all that a look asks of them, unless Django's setting
AO_PAGE_SECONDS says otherwise."""
ASKED = 32
"""Requests of one look that are under way at once."""
SERVICES = {
    "stacks": "Heat",
    "software_configs": "Heat",
    "floating_ips": "Neutron",
    "locks": "Neutron",
    "load_balancers": "Octavia",
    "servers": "Nova",
    "lookup": "Glance",
    "alarms": "Aodh",
    "metrics": "Prometheus",
}
"""Names of the services that answer, by the parts of a cloud."""


def seconds() -> float:
    """Return the seconds that the services have for all that a look asks of them."""
    return float(getattr(settings, "AO_PAGE_SECONDS", SECONDS))


def patience() -> float:
    """Return the seconds that one request of a look has.

    They are fewer, so that a silent service leaves time to ask others, and is told by its address.
    """
    return seconds() * 0.6


@contextmanager
def looking(cloud: Cloud) -> Iterator[Look]:
    """Look at a cloud while the body runs; what is not answered after it is not waited for."""
    pool = ThreadPoolExecutor(max_workers=ASKED, thread_name_prefix="look")
    try:
        yield Look(cloud, pool, seconds())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class Look:
    """A look at a cloud at one moment."""

    def __init__(self, cloud: Cloud, pool: ThreadPoolExecutor, seconds: float) -> None:
        self.origin = cloud
        """The cloud that is looked at, for those who change something."""
        self.cloud = cast(Cloud, _Seen(self))
        """The same cloud as the look sees it, for those who read.

        What has been asked already is not asked again, and all texts that a project keeps are one
        list. A service that does not answer within its time raises Unavailable, at once from then
        on.
        """
        self._pool = pool
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._lock = Lock()
        self._answers: dict[Hashable, Future[Any]] = {}
        self._silent: dict[str, Unavailable] = {}
        """Services that did not answer within their time, by name."""

    def more(self) -> None:
        """Give the services as much time again; those that were silent are not asked any more."""
        self._end = time.monotonic() + self._seconds

    @property
    def left(self) -> float:
        """Seconds that are left for all that is asked; none or fewer when it is over."""
        return self._end - time.monotonic()

    def ask(self, part: str, call: str, *args: object, **more: object) -> Any:
        """Return what a call of a part of the cloud returns.

        Raises what that does, and Unavailable where the service is silent.
        """
        service, key = SERVICES[part], _key(part, call, *args, *more.values())
        left = self.left
        with self._lock:
            if service in self._silent:
                raise self._silent[service]
            answer = self._answers.get(key)
            if answer is None:
                if left <= 0:
                    raise Unavailable(
                        message("no time was left to ask %(service)s", service=service)
                    )
                asked = getattr(getattr(self.origin, part), call)
                answer = self._answers[key] = self._pool.submit(asked, *args, **more)
        wait((answer,), timeout=max(0.0, left))
        if answer.done():
            return answer.result()
        error = Unavailable(
            message(
                "%(service)s has not answered within %(seconds)s s",
                service=service,
                seconds=f"{max(left, 0.1):.1f}",
            )
        )
        # One that was asked late may be well: what others took of the time is not its fault.
        if left > self._seconds / 2:
            with self._lock:
                self._silent[service] = error
        raise error

    def forget(self, part: str, call: str, *args: object) -> None:
        """Forget an answer, so that the next who asks gets a new one."""
        with self._lock:
            self._answers.pop(_key(part, call, *args), None)


class _Seen:
    """A cloud as a look sees it."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.software_configs = _Texts(look)

    def __getattr__(self, name: str) -> Any:
        return _Part(self._look, name) if name in SERVICES else getattr(self._look.origin, name)


class _Part:
    """A part of a cloud as a look sees it."""

    def __init__(self, look: Look, name: str) -> None:
        self._look = look
        self._name = name

    def __getattr__(self, call: str) -> Callable[..., Any]:
        def ask(*args: object, **more: object) -> Any:
            return self._look.ask(self._name, call, *args, **more)

        return ask


class _Texts:
    """The texts that a project keeps, as a look sees them: Heat has one list of all of them."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def listing(self) -> SoftwareConfigList:
        """Return all records, and how many software configs the project has."""
        found: SoftwareConfigList = self._look.ask("software_configs", "listing")
        return found

    def all(self, prefix: str) -> tuple[SoftwareConfig, ...]:
        """Return the records of the project whose names begin so, oldest first."""
        return self.listing().named(prefix)

    def since(self, moment: datetime) -> tuple[SoftwareConfig, ...]:
        """Return the records that were written at a moment or later, oldest first."""
        return tuple(it for it in self.listing().records if it.written >= moment)

    def read(self, record: SoftwareConfig) -> str:
        """Return the text of a record. Raises NotFound, after which the records are listed anew."""
        try:
            text: str = self._look.ask("software_configs", "read", record)
        except NotFound:
            self._look.forget("software_configs", "listing")
            raise
        return text


def _key(*words: object) -> Hashable:
    """Return what tells a question from others, whatever collections it names."""
    return tuple(
        frozenset(it) if isinstance(it, Collection) and not isinstance(it, str) else it
        for it in words
    )
