"""A cloud whose user is killed in the middle of what he has begun."""

from collections.abc import Callable
from functools import wraps

from ao.cloud import Cloud, FloatingIP
from ao.cloud.protocols import FloatingIPs, LoadBalancers
from ao.lock.guarded_cloud import guarded


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class _Process:
    """A process that is killed after so many writes, and changes nothing after that."""

    def __init__(self, writes: int) -> None:
        self._left = writes

    def count(self) -> None:
        self._left -= 1
        self.check()

    def check(self) -> None:
        if self._left <= 0:
            raise Killed


class _FloatingIPs:
    def __init__(self, floating_ips: FloatingIPs, process: _Process) -> None:
        self._floating_ips = floating_ips
        self._process = process

    def point(
        self, address: FloatingIP, port_id: str | None, description: str | None = None
    ) -> FloatingIP:
        pointed = self._floating_ips.point(address, port_id, description)
        self._process.count()
        return pointed

    def __getattr__(self, name: str) -> object:
        return getattr(self._floating_ips, name)


class _LoadBalancers:
    WRITES = frozenset(
        {
            "set_default_pool",
            "create_l7_policy",
            "create_l7_rule",
            "set_l7_policy",
            "remove_l7_policy",
        }
    )

    def __init__(self, load_balancers: LoadBalancers, process: _Process) -> None:
        self._load_balancers = load_balancers
        self._process = process

    def __getattr__(self, name: str) -> object:
        method: Callable[..., object] = getattr(self._load_balancers, name)
        if name not in self.WRITES:
            return method

        @wraps(method)
        def counted(*arguments: object, **named: object) -> object:
            answer = method(*arguments, **named)
            self._process.count()
            return answer

        return counted


class _Cloud:
    def __init__(self, cloud: Cloud, process: _Process) -> None:
        self._cloud = cloud
        self.floating_ips = _FloatingIPs(cloud.floating_ips, process)
        self.load_balancers = _LoadBalancers(cloud.load_balancers, process)

    def __getattr__(self, name: str) -> object:
        return getattr(self._cloud, name)


def killed_after(cloud: Cloud, writes: int) -> Cloud:
    """The cloud, whose user is killed right after so many moves of addresses or listeners, or
    changes of L7 policies.
    """
    process = _Process(writes)
    return guarded(_Cloud(cloud, process), lambda _call: process.check())  # type: ignore[arg-type]
