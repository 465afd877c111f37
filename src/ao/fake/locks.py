"""The locks of the fake cloud, as the protocol of `ao.cloud` defines them."""

from __future__ import annotations

import math
from dataclasses import replace

from ao.cloud.models import LOCK_ADDRESS, Lock, LockAddress
from ao.errors import Changed, CloudError, Conflict, Forbidden, NotFound
from ao.fake.calls import Service, reads, writes
from ao.fake.failure import Failure


class Locks(Service):
    """Neutron's ports that are locks."""

    name = "locks"

    @reads
    def all(self) -> tuple[Lock, ...]:
        """Return all locks of the project, of whichever network."""
        return tuple(self._read(lock) for lock in self._project.neutron.locks.values())

    @reads
    def find(self, network_id: str, at: LockAddress | None = None) -> Lock | None:
        """Return the port that holds the network's agreed address, or None."""
        locks = self._project.neutron.locks.values()
        found = (it for it in locks if (it.network_id, it.at) == (network_id, at))
        return next(map(self._read, found), None)

    @reads
    def get(self, lock_id: str) -> Lock | None:
        """Return the lock of that ID, or None."""
        lock = self._project.neutron.locks.get(lock_id)
        return self._read(lock) if lock else None

    @writes
    def take(
        self, network_id: str, name: str, description: str, at: LockAddress | None = None
    ) -> Lock:
        """Create a port with the network's agreed address. Raises Conflict if it is taken."""
        _check(description)
        neutron, now = (
            self._project.neutron,
            math.floor(self._project.deployment.timeline.moment()),
        )
        network = neutron.networks.get(network_id)
        if network is not None and not network.owned:
            raise Forbidden("rule:create_port:fixed_ips:ip_address is disallowed by policy")
        address = at.address if at else LOCK_ADDRESS
        try:
            subnet_id = at.subnet_id if at else neutron.subnet_of(network_id)
            port = neutron.create_port(subnet_id, "ao:lock", address)
        except Failure as error:
            kinds = {"NotFound": NotFound, "BadRequest": CloudError}
            raise kinds.get(error.error, Conflict)(error.message) from error
        lock = Lock(
            id=port.id,
            name=name,
            network_id=network_id,
            description=description,
            revision=1,
            created=now,
            written=now,
            read=now,
            at=at,
        )
        neutron.locks[lock.id] = lock
        return self._read(lock)

    @writes
    def renew(self, lock: Lock, description: str) -> Lock:
        """Write the description of a lock. Raises Changed and NotFound."""
        _check(description)
        there = self._unchanged(lock)
        if there is None:
            raise NotFound(f"Port {lock.id} could not be found.")
        if description != there.description:
            there = replace(
                there,
                description=description,
                revision=there.revision + 1,
                written=math.floor(self._project.deployment.timeline.moment()),
            )
            self._project.neutron.locks[lock.id] = there
        return self._read(there)

    @writes
    def mark(self, lock: Lock, tag: str) -> None:
        """Replace the tags of a lock by one, whoever has written it. Raises NotFound."""
        there = self._project.neutron.locks.get(lock.id)
        if there is None:
            raise NotFound(f"Port {lock.id} could not be found.")
        marked = replace(there, tags=frozenset({tag}), revision=there.revision + 1)
        self._project.neutron.locks[lock.id] = marked

    @writes
    def remove(self, lock: Lock) -> None:
        """Delete the port; nothing happens if it does not exist. Raises Changed."""
        if self._unchanged(lock) is not None:
            self._project.neutron.delete_port(lock.id)

    def _unchanged(self, lock: Lock) -> Lock | None:
        """Return the present lock, or None. Raises Changed if it was written since it was read."""
        there = self._project.neutron.locks.get(lock.id)
        if there is not None and there.revision != lock.revision:
            raise Changed(
                f"Constrained to {lock.revision}, but current revision is {there.revision}"
            )
        return there

    def _read(self, lock: Lock) -> Lock:
        return replace(lock, read=self._project.deployment.timeline.moment())


def _check(description: str) -> None:
    if len(description) > 255:
        raise CloudError("Invalid input for description.")
