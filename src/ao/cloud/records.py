"""Records in Heat: texts that a project keeps, as software configs.

Heat stores a software config and does nothing with it by itself; everybody with a role in
the project can read it, and nobody can change it (heat/api/openstack/v1/software_configs.py
knows no update).
"""

from __future__ import annotations

from openstack import connection, exceptions

from ao.cloud.ownership import of_project
from ao.cloud.translate import asking
from ao.cloud.values import Record

GROUP = "ao"
"""Group of the software configs that are Ao's."""


class Records:
    """Records of a project, kept with Heat's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def all(self, prefix: str) -> tuple[Record, ...]:
        """Records of the project whose names begin so, oldest first, without their texts.

        A project may keep thousands: openstacksdk's objects take 0.4 ms for each, which is
        longer than Heat takes to list it.
        """
        with asking("list the records"):
            answer = self._cloud.orchestration.get("/software_configs")
            exceptions.raise_from_response(answer)
            project = str(self._cloud.current_project_id)
            found = [
                Record(id=config["id"], name=config["name"], created_at=config["creation_time"])
                for config in of_project(project, answer.json()["software_configs"])
                if config["group"] == GROUP and (config["name"] or "").startswith(prefix)
            ]
        return tuple(sorted(found, key=lambda record: (record.created_at, record.id)))

    def read(self, record: Record) -> str:
        """Text of a record."""
        with asking(f"read record {record.name}"):
            return str(self._cloud.orchestration.get_software_config(record.id).config)

    def add(self, name: str, text: str) -> None:
        """Keep a text under a name; there may be others of that name."""
        with asking(f"keep record {name}"):
            self._cloud.orchestration.create_software_config(name=name, group=GROUP, config=text)

    def remove(self, record: Record) -> None:
        """Remove a record; nothing happens when it is gone."""
        with asking(f"remove record {record.name}"):
            self._cloud.orchestration.delete_software_config(record.id)
