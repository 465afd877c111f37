"""A cloud whose user is killed in the middle of a switch."""

from ao.cloud import Cloud, FloatingIP, Listener
from ao.cloud.face import Addresses, Balancers


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


class _Addresses:
    def __init__(self, addresses: Addresses, count: _Count) -> None:
        self._addresses = addresses
        self._count = count

    def point(
        self, address: FloatingIP, port_id: str | None, description: str | None = None
    ) -> FloatingIP:
        pointed = self._addresses.point(address, port_id, description)
        self._count.down()
        return pointed

    def __getattr__(self, name: str) -> object:
        return getattr(self._addresses, name)


class _Balancers:
    def __init__(self, balancers: Balancers, count: _Count) -> None:
        self._balancers = balancers
        self._count = count

    def lead(self, listener: Listener, pool_id: str | None) -> None:
        self._balancers.lead(listener, pool_id)
        self._count.down()

    def __getattr__(self, name: str) -> object:
        return getattr(self._balancers, name)


class _Cloud:
    def __init__(self, cloud: Cloud, writes: int) -> None:
        self._cloud = cloud
        count = _Count(writes)
        self.addresses = _Addresses(cloud.addresses, count)
        self.balancers = _Balancers(cloud.balancers, count)

    def __getattr__(self, name: str) -> object:
        return getattr(self._cloud, name)


def killed_after(cloud: Cloud, writes: int) -> Cloud:
    """The cloud, whose user is killed right after so many moves of addresses or listeners."""
    return _Cloud(cloud, writes)  # type: ignore[return-value]
