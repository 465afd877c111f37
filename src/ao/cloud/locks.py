"""Locks in Neutron: ports that hold an agreed address.

Neutron gives an address of a subnet to one port only, whoever asks first: the second
request is a conflict (neutron/ipam/exceptions.py: IpAddressAlreadyAllocated).
"""

from __future__ import annotations

from dataclasses import dataclass

from openstack import connection, exceptions
from pydantic import StrictInt

from ao.cloud import login
from ao.cloud.models import LOCK_ADDRESS, Lock, LockAddress, epoch_seconds
from ao.cloud.rest import ID, Answer, Moment, neutron, path
from ao.cloud.sdk_errors import asking
from ao.message import message

OWNER = "ao:lock"
"""Device owner of the ports that are Ao's locks."""
PATIENCE = 20.0
"""Seconds that an answer may take: within its lease a lock is renewed several times."""
QUICK = 3.0
"""Seconds that a look at a lock by its ID may take: a release that watches production, and may have
to move it back, waits for it."""


class Locks:
    """Locks of a project, kept with Neutron's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._neutron = neutron(cloud, PATIENCE)
        self._quick = neutron(cloud, QUICK)

    def all(self) -> tuple[Lock, ...]:
        """Return all locks of the project that Ao has made, of any network."""
        with asking(message("list the locks")):
            return self._list(device_owner=OWNER, project_id=login.project(self._cloud))

    def find(self, network_id: str, at: LockAddress | None = None) -> Lock | None:
        """Return the port that holds the network's agreed address, whoever made it; or None."""
        # In a network that Ao did not make there may be any number of ports.
        query: dict[str, object] = {"network_id": network_id}
        if at is not None:
            query["fixed_ips"] = [f"subnet_id={at.subnet_id}", f"ip_address={at.address}"]
        with asking(message("look for the lock")):
            found = (it for it in self._list(**query) if it.at == at)
            return next(found, None)

    def get(self, lock_id: str) -> Lock | None:
        """Return the lock of that ID, or None."""
        with asking(message("look for the lock")):
            try:
                return _written(self._quick.ask("GET", path("ports", lock_id)))
            except exceptions.NotFoundException:
                return None

    def take(
        self, network_id: str, name: str, description: str, at: LockAddress | None = None
    ) -> Lock:
        """Take the network's agreed address, in one request."""
        fixed = {"ip_address": LOCK_ADDRESS}
        if at is not None:
            fixed = {"subnet_id": at.subnet_id, "ip_address": at.address}
        port = {
            "name": name,
            "network_id": network_id,
            "fixed_ips": [fixed],
            "device_owner": OWNER,
            "admin_state_up": False,
            "description": description,
        }
        with asking(message("take the lock %(name)s", name=name)):
            return _written(self._neutron.ask("POST", "/ports", json={"port": port}))

    def renew(self, lock: Lock, description: str) -> Lock:
        """Describe a lock anew; it counts as written only if that differs."""
        with asking(message("renew the lock %(name)s", name=lock.name)):
            change = {"port": {"description": description}}
            where, headers = path("ports", lock.id), _unchanged(lock)
            return _written(self._neutron.ask("PUT", where, json=change, headers=headers))

    def mark(self, lock: Lock, tag: str) -> None:
        """Give a lock one tag in place of those that it has, whoever holds it.

        That raises the port's revision, and leaves the time at which it was last written
        (neutron/services/timestamp/timestamp_db.py: _update_timestamp). Raises NotFound when the
        lock's port is gone, for which Neutron 29 answers 500.
        """
        with asking(message("mark the lock %(name)s", name=lock.name)):
            where = path("ports", lock.id)
            try:
                answer = self._neutron.ask("PUT", f"{where}/tags", json={"tags": [tag]})
            except exceptions.HttpException:
                self._neutron.ask("GET", where)
                raise
            answer.value(list[str], "tags")

    def remove(self, lock: Lock) -> None:
        """Give the address free; nothing happens when that port is gone."""
        with asking(message("give the lock %(name)s free", name=lock.name)):
            self._neutron.delete(path("ports", lock.id), headers=_unchanged(lock))

    def _list(self, **query: object) -> tuple[Lock, ...]:
        return tuple(
            _lock(port, page.moment)
            for page in self._neutron.pages("/ports", "ports", **query)
            for port in page.value(list[_Port], "ports")
            if port.fixed_ips
        )


@dataclass(frozen=True)
class _Address:
    ip_address: str
    subnet_id: str = ""


@dataclass(frozen=True)
class _Port:
    id: ID
    name: str | None
    network_id: ID
    fixed_ips: list[_Address]
    description: str | None
    revision_number: StrictInt
    created_at: Moment
    updated_at: Moment
    tags: list[str] | None = None


def _unchanged(lock: Lock) -> dict[str, str]:
    """Header that has Neutron refuse a write when somebody else wrote before."""
    return {"If-Match": f"revision_number={lock.revision}"}


def _written(answer: Answer) -> Lock:
    return _lock(answer.value(_Port, "port"), answer.moment)


def _at(port: _Port) -> LockAddress | None:
    """Return the address of a port, unless it is the usual one of a lock."""
    if any(it.ip_address == LOCK_ADDRESS for it in port.fixed_ips):
        return None
    (first, *_) = port.fixed_ips
    return LockAddress(subnet_id=first.subnet_id, address=first.ip_address)


def _lock(port: _Port, moment: float) -> Lock:
    return Lock(
        id=port.id,
        name=port.name or "",
        network_id=port.network_id,
        description=port.description or "",
        revision=port.revision_number,
        created=epoch_seconds(port.created_at),
        written=epoch_seconds(port.updated_at),
        read=moment,
        tags=frozenset(port.tags or ()),
        at=_at(port),
    )
