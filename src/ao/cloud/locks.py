"""Locks in Neutron: ports that hold an agreed address.

Neutron gives an address of a subnet to one port only, whoever asks first: the second
request is a conflict (neutron/ipam/exceptions.py: IpAddressAlreadyAllocated).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from openstack import connection, exceptions

from ao.cloud.translate import asking
from ao.cloud.values import LOCK_ADDRESS, Lock

OWNER = "ao:lock"
"""Device owner of the ports that are Ao's locks."""


class Locks:
    """Locks of a project, kept with Neutron's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def all(self) -> tuple[Lock, ...]:
        """All of the project that Ao has made, of whichever network."""
        with asking("list the locks"):
            return self._list(device_owner=OWNER, project_id=str(self._cloud.current_project_id))

    def find(self, network_id: str) -> Lock | None:
        """The port that holds the network's agreed address, whoever made it; or None."""
        with asking("look for the lock"):
            return next(iter(self._list(network_id=network_id)), None)

    def take(self, network_id: str, name: str, description: str) -> Lock:
        """Take the network's agreed address, in one request."""
        port = {
            "name": name,
            "network_id": network_id,
            "fixed_ips": [{"ip_address": LOCK_ADDRESS}],
            "device_owner": OWNER,
            "admin_state_up": False,
            "description": description,
        }
        with asking(f"take the lock {name}"):
            return self._write("POST", "/ports", port)

    def renew(self, lock: Lock, description: str) -> Lock:
        """Describe a lock anew; it counts as written only if that differs."""
        with asking(f"renew the lock {lock.name}"):
            change = {"description": description}
            return self._write("PUT", f"/ports/{lock.id}", change, _unchanged(lock))

    def remove(self, lock: Lock) -> None:
        """Give the address free; nothing happens when that port is gone."""
        with asking(f"give the lock {lock.name} free"):
            answer = self._cloud.network.delete(f"/ports/{lock.id}", headers=_unchanged(lock))
            if answer.status_code != 404:
                exceptions.raise_from_response(answer)

    def _list(self, **query: str) -> tuple[Lock, ...]:
        answer = self._cloud.network.get("/ports", params=query)
        exceptions.raise_from_response(answer)
        moment = _moment(answer.headers)
        return tuple(
            _lock(port, moment)
            for port in answer.json()["ports"]
            if any(fixed["ip_address"] == LOCK_ADDRESS for fixed in port["fixed_ips"])
        )

    def _write(
        self,
        method: str,
        path: str,
        port: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
    ) -> Lock:
        answer = self._cloud.network.request(path, method, json={"port": port}, headers=headers)
        exceptions.raise_from_response(answer)
        return _lock(answer.json()["port"], _moment(answer.headers))


def _unchanged(lock: Lock) -> dict[str, str]:
    """Header that has Neutron refuse a write when somebody else wrote before."""
    return {"If-Match": f"revision_number={lock.revision}"}


def _moment(headers: Mapping[str, str]) -> float:
    """When an answer was given; some servers of Neutron's tell no time."""
    date = headers.get("Date")
    return parsedate_to_datetime(date).timestamp() if date else time.time()


def _lock(port: Mapping[str, Any], moment: float) -> Lock:
    return Lock(
        id=port["id"],
        name=port["name"],
        network_id=port["network_id"],
        description=port["description"],
        revision=port["revision_number"],
        created=datetime.fromisoformat(port["created_at"]).timestamp(),
        written=datetime.fromisoformat(port["updated_at"]).timestamp(),
        read=moment,
    )
