"""Software configs in Heat, as texts that a project keeps.

Heat stores a software config and does nothing with it by itself; everybody with a role in
the project can read it, and nobody can change it (heat/api/openstack/v1/software_configs.py
knows no update).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openstack import connection

from ao.cloud import login
from ao.cloud.models import SoftwareConfig
from ao.cloud.ownership import of_project
from ao.cloud.rest import ID, Moment, Thing, heat, path
from ao.cloud.sdk_errors import asking
from ao.message import message

GROUP = "ao"
"""Group of the software configs that are Ao's."""


class SoftwareConfigs:
    """Records of a project, kept with Heat's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._heat = heat(cloud)

    def all(self, prefix: str) -> tuple[SoftwareConfig, ...]:
        """Records of the project whose names begin so, oldest first, without their texts."""
        with asking(message("list the records")):
            found = [
                SoftwareConfig(id=config.id, name=config.name, created_at=config.creation_time)
                for config in self._listed()
                if config.group == GROUP and config.name and config.name.startswith(prefix)
            ]
        return tuple(sorted(found, key=lambda record: (record.created_at, record.id)))

    def count(self) -> int:
        """Return how many software configs the project has, whoever wrote them.

        Heat has no request that tells a member its limit of them, max_software_configs_per_tenant.
        """
        with asking(message("count the records")):
            return len(self._listed())

    def _listed(self) -> Sequence[_Config]:
        """Return the software configs of the project, of any group."""
        configs = self._heat.all("/software_configs", list[_Config], "software_configs")
        return of_project(login.project(self._cloud), configs)

    def read(self, record: SoftwareConfig) -> str:
        """Return the text of a record."""
        with asking(message("read record %(name)s", name=record.name)):
            return self._heat.get(path("software_configs", record.id), str, _KEY, "config")

    def add(self, name: str, text: str) -> None:
        """Keep a text under a name; there may be others of that name."""
        with asking(message("keep record %(name)s", name=name)):
            config = {"name": name, "group": GROUP, "config": text}
            self._heat.ask("POST", "/software_configs", json=config).value(Thing, _KEY)

    def remove(self, record: SoftwareConfig) -> None:
        """Remove a record; nothing happens when it is gone."""
        with asking(message("remove record %(name)s", name=record.name)):
            self._heat.delete(path("software_configs", record.id))


_KEY = "software_config"


@dataclass(frozen=True)
class _Config:
    id: ID
    name: str | None
    group: str | None
    creation_time: Moment
    project: str | None = None
