"""A cloud whose user is killed in the middle of the work."""

from ao.cloud import Cloud, FloatingIP
from ao.cloud.face import Addresses


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class _Addresses:
    def __init__(self, addresses: Addresses, writes: int) -> None:
        self._addresses = addresses
        self._left = writes

    def all(self) -> tuple[FloatingIP, ...]:
        return self._addresses.all()

    def point(
        self, address: FloatingIP, port_id: str | None, description: str | None = None
    ) -> FloatingIP:
        self._addresses.point(address, port_id, description)
        self._left -= 1
        if self._left == 0:
            raise Killed
        return address


class _Cloud:
    def __init__(self, cloud: Cloud, writes: int) -> None:
        self._cloud = cloud
        self.addresses = _Addresses(cloud.addresses, writes)

    def __getattr__(self, name: str) -> object:
        return getattr(self._cloud, name)


def killed_after(cloud: Cloud, writes: int) -> Cloud:
    """The cloud, whose user is killed right after so many writes of addresses."""
    return _Cloud(cloud, writes)  # type: ignore[return-value]
