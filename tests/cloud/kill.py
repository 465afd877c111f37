"""A cloud whose user is killed in the middle of a switch."""

from ao.cloud import Cloud, FloatingIP, Listener
from ao.cloud.protocols import FloatingIPs, LoadBalancers


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class _Count:
    """Writes that are left until the user is killed."""

    def __init__(self, writes: int) -> None:
        self._left = writes

    def down(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed


class _FloatingIPs:
    def __init__(self, floating_ips: FloatingIPs, count: _Count) -> None:
        self._floating_ips = floating_ips
        self._count = count

    def point(
        self, address: FloatingIP, port_id: str | None, description: str | None = None
    ) -> FloatingIP:
        pointed = self._floating_ips.point(address, port_id, description)
        self._count.down()
        return pointed

    def __getattr__(self, name: str) -> object:
        return getattr(self._floating_ips, name)


class _LoadBalancers:
    def __init__(self, load_balancers: LoadBalancers, count: _Count) -> None:
        self._load_balancers = load_balancers
        self._count = count

    def set_default_pool(self, listener: Listener, pool_id: str | None) -> None:
        self._load_balancers.set_default_pool(listener, pool_id)
        self._count.down()

    def __getattr__(self, name: str) -> object:
        return getattr(self._load_balancers, name)


class _Cloud:
    def __init__(self, cloud: Cloud, writes: int) -> None:
        self._cloud = cloud
        count = _Count(writes)
        self.floating_ips = _FloatingIPs(cloud.floating_ips, count)
        self.load_balancers = _LoadBalancers(cloud.load_balancers, count)

    def __getattr__(self, name: str) -> object:
        return getattr(self._cloud, name)


def killed_after(cloud: Cloud, writes: int) -> Cloud:
    """The cloud, whose user is killed right after so many moves of addresses or listeners."""
    return _Cloud(cloud, writes)  # type: ignore[return-value]
