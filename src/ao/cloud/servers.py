"""Servers in Nova."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Annotated

from keystoneauth1 import exceptions as keystone
from openstack import connection, exceptions
from pydantic import Field, StrictInt

from ao.cloud.answers import Unreadable
from ao.cloud.models import Server, ServerDetails, Volume
from ao.cloud.rest import ID, Thing, cinder, nova, path
from ao.cloud.sdk_errors import asking
from ao.message import message

MICROVERSION = "2.3"
"""Nova's version in which a server tells its user data and the ID of its flavor."""
UNTOLD = "?"
"""What stands for user data that Nova does not tell; base64 has no such character."""


class Servers:
    """Servers of a project, read with Nova's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._nova = nova(cloud)
        self._cinder = cinder(cloud)

    def active(self) -> tuple[Server, ...]:
        """Servers of the project in status ACTIVE.

        Without details: Nova answers several times faster then.
        """
        with asking(message("list the servers")):
            return tuple(self._nova.all("/servers", list[Server], "servers", status="ACTIVE"))

    def named(self, prefixes: Collection[str]) -> tuple[Server, ...]:
        """Servers in status ACTIVE whose names begin with one of the prefixes, in one request.

        Nova takes a regular expression for a name and no list of IDs; a `|` in one it takes for
        itself (nova/db/main/api.py: _safe_regex_mysql), so that it is asked for what the prefixes
        have in common and the letters that may follow. Prefixes have no special characters.
        """
        with asking(message("list the servers")):
            alike = takewhile(lambda it: len({*it}) == 1, zip(*prefixes, strict=False))
            common = "".join(letter for letter, *_ in alike)
            following = {it.removeprefix(common)[:1] for it in prefixes}
            letters = "" if "" in following else f"[{''.join(sorted(following))}]"
            name = f"^{common}{letters}"
            found = self._nova.all("/servers", list[Server], "servers", status="ACTIVE", name=name)
            return tuple(it for it in found if it.name.startswith(tuple(prefixes)))

    def get(self, server_id: str) -> Server | None:
        """Return the server of that ID, of whatever status; None when there is none."""
        with asking(message("look for server %(server)s", server=server_id)):
            try:
                return self._nova.get(path("servers", server_id), Server, "server")
            except exceptions.NotFoundException:
                return None

    def details(self, server_id: str) -> ServerDetails | None:
        """Return what a server was made of; None when there is none of that ID.

        Later microversions tell no ID of its flavor (2.47), and none before 2.3 its user data
        (nova/api/openstack/compute/views/servers.py: show, _get_flavor).
        """
        where = path("servers", server_id)
        with asking(message("look for server %(server)s", server=server_id)):
            try:
                # User data may hold passwords.
                answer = self._nova.ask(
                    "GET",
                    where,
                    headers={"OpenStack-API-Version": f"compute {MICROVERSION}"},
                    secret=True,
                )
                found = answer.value(_Details, "server")
            except exceptions.NotFoundException:
                return None
            except Unreadable:
                # How the answer begins is not told: user data may be there.
                raise Unreadable(
                    message("what Nova answers to GET %(path)s cannot be read", path=where)
                ) from None
        return ServerDetails(
            id=found.id,
            name=found.name,
            status=found.status,
            image_id=found.image.id if isinstance(found.image, Thing) else None,
            flavor_id=found.flavor.id,
            keypair=found.key_name or None,
            availability_zone=found.zone or "",
            config_drive=found.config_drive in (True, "True"),
            metadata=found.metadata,
            volume_ids=tuple(it.id for it in found.volumes),
            user_data=None if found.user_data == UNTOLD else found.user_data or "",
        )

    def volume(self, volume_id: str) -> Volume | None:
        """Return a volume of Cinder's; None when there is none of that ID, or no Cinder."""
        with asking(message("look for volume %(id)s", id=volume_id)):
            try:
                found = self._cinder.get(path("volumes", volume_id), _Volume, "volume")
            except (
                exceptions.NotFoundException,
                exceptions.ServiceDisabledException,
                exceptions.EndpointNotFound,
                keystone.EndpointNotFound,
            ):
                return None
        return Volume(
            id=found.id,
            size=found.size,
            type=found.volume_type or "",
            bootable=found.bootable == "true",
            image_id=found.volume_image_metadata.get("image_id") or None,
        )

    def is_active(self, server_id: str) -> bool:
        """Return whether there is a server of that ID, in status ACTIVE."""
        with asking(message("look for server %(server)s", server=server_id)):
            try:
                found = self._nova.get(path("servers", server_id), _Status, "server")
            except exceptions.NotFoundException:
                return False
        return found.status == "ACTIVE"

    def console(self, server_id: str, lines: int) -> str:
        """Return the last lines of a server's console.

        Nova answers 404 for one without a console and 409 for one without a host, and removes
        the control characters below 32 but for tabs and line ends
        (nova/api/openstack/compute/console_output.py).
        """
        with asking(message("read the console of server %(server)s", server=server_id)):
            answer = self._nova.ask(
                "POST",
                path("servers", server_id, "action"),
                json={"os-getConsoleOutput": {"length": lines}},
            )
            return answer.value(str, "output")


@dataclass(frozen=True)
class _Status:
    status: str


@dataclass(frozen=True)
class _Details:
    id: ID
    name: str
    status: str
    flavor: Thing
    # An empty text for a server that starts from a volume.
    image: Thing | str
    key_name: str | None = None
    zone: Annotated[str | None, Field(alias="OS-EXT-AZ:availability_zone")] = None
    config_drive: str | bool = ""
    metadata: dict[str, str] = field(default_factory=dict)
    volumes: Annotated[list[Thing], Field(alias="os-extended-volumes:volumes_attached")] = field(
        default_factory=list
    )
    user_data: Annotated[str | None, Field(alias="OS-EXT-SRV-ATTR:user_data")] = UNTOLD


@dataclass(frozen=True)
class _Volume:
    id: ID
    size: StrictInt
    bootable: str = ""
    volume_type: str | None = None
    volume_image_metadata: dict[str, str] = field(default_factory=dict)
