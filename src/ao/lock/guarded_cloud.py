"""A cloud that is written to only while a lock is held."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from ao.cloud import Cloud
from ao.cloud.protocols import WRITES


def guarded(cloud: Cloud, prove: Callable[[str], None]) -> Cloud:
    """Return the cloud with `prove` called before each request that would change a site.

    It is given service and method, as `floating_ips.point`. What it raises, say LockLost, keeps
    the request from going out.
    """
    return cast(Cloud, _GuardedCloud(cloud, prove))


class _GuardedCloud:
    """A cloud whose services are guarded."""

    def __init__(self, cloud: Cloud, prove: Callable[[str], None]) -> None:
        self._cloud = cloud
        self._prove = prove

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._cloud, name)
        if any(it.startswith(f"{name}.") for it in WRITES):
            return _Service(found, name, self._prove)
        return found


class _Service:
    """A service of a cloud whose writes are guarded."""

    def __init__(self, service: object, name: str, prove: Callable[[str], None]) -> None:
        self._service = service
        self._name = name
        self._prove = prove

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._service, name)
        if f"{self._name}.{name}" not in WRITES:
            return method

        @wraps(method)
        def write(*args: object, **more: object) -> object:
            self._prove(f"{self._name}.{name}")
            return method(*args, **more)

        return write
