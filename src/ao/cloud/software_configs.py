"""Software configs in Heat, as texts that a project keeps.

Heat stores a software config and does nothing with it by itself; everybody with a role in
the project can read it, and nobody can change it (heat/api/openstack/v1/software_configs.py
knows no update).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from openstack import connection

from ao.cloud import login
from ao.cloud.models import SoftwareConfig, SoftwareConfigList
from ao.cloud.ownership import of_project
from ao.cloud.rest import ID, Moment, Thing, heat, path
from ao.cloud.sdk_errors import asking
from ao.message import message

GROUP = "ao"
"""Group of the software configs that are Ao's."""
PAGE = 100
"""Software configs that are asked for at once where the newest are wanted."""
MOST = 1000
"""Newest ones after which all are asked for in one request."""


class SoftwareConfigs:
    """Records of a project, kept with Heat's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._heat = heat(cloud)

    def all(self, prefix: str) -> tuple[SoftwareConfig, ...]:
        """Records of the project whose names begin so, oldest first, without their texts.

        Heat filters them by nothing, so that it lists them all (heat/db/api.py:
        software_config_get_all).
        """
        return self.listing().named(prefix)

    def listing(self) -> SoftwareConfigList:
        """Return all records, and how many software configs the project has; in one request.

        Heat has no request that tells a member its limit of them, max_software_configs_per_tenant.
        """
        with asking(message("list the records")):
            configs = self._heat.all("/software_configs", list[_Config], "software_configs")
            own = of_project(login.project(self._cloud), configs)
        return SoftwareConfigList(records=_records(own), count=len(own))

    def since(self, moment: datetime) -> tuple[SoftwareConfig, ...]:
        """Return the records that were written at a moment or later, oldest first.

        Heat tells the newest first (heat/db/api.py: _paginate_query). One that does not is asked
        for all.
        """
        with asking(message("list the records")):
            own = of_project(login.project(self._cloud), self._newest(moment))
        return tuple(it for it in _records(own) if it.written >= moment)

    def _newest(self, moment: datetime) -> list[_Config]:
        """Return software configs, those of a moment and later among them."""
        found: list[_Config] = []
        while True:
            params: dict[str, object] = {"limit": PAGE}
            if found:
                params["marker"] = found[-1].id
            answer = self._heat.ask("GET", "/software_configs", params=params)
            page = answer.value(list[_Config], "software_configs")
            found += page
            if len(page) != PAGE:
                # The last page, or all of them from a Heat that knows no pages.
                return found
            times = [_written(it) for it in found]
            if len(found) > MOST or times != sorted(times, reverse=True):
                return self._heat.all("/software_configs", list[_Config], "software_configs")
            if times[-1] < moment:
                return found

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


def _records(configs: Iterable[_Config]) -> tuple[SoftwareConfig, ...]:
    """Return the records among software configs, oldest first."""
    found = (
        SoftwareConfig(id=config.id, name=config.name, created_at=config.creation_time)
        for config in configs
        if config.group == GROUP and config.name
    )
    return tuple(sorted(found, key=lambda record: (record.created_at, record.id)))


_KEY = "software_config"


@dataclass(frozen=True)
class _Config:
    id: ID
    name: str | None
    group: str | None
    creation_time: Moment
    project: str | None = None


def _written(config: _Config) -> datetime:
    return datetime.fromisoformat(config.creation_time).replace(tzinfo=UTC)
