"""The doctor's memory: findings are kept in the project, for everybody who releases."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from functools import cache

from pydantic import TypeAdapter, ValidationError

from ao.cloud import Cloud, SoftwareConfig, SoftwareConfigList
from ao.doctor.findings import Findings
from ao.errors import NotFound, Refused
from ao.message import message
from ao.site import Site
from ao.text_format import UPGRADE, newer_format
from ao.work import Work

FORMAT = 1
"""Format of the texts that are written, and the highest one that is read."""
CAP = 10_000
"""Characters of findings that are read; they have about 500."""


def _name(site: Site) -> str:
    return f"ao-{site.name}-doctor"


@cache
def _adapter() -> TypeAdapter[Findings]:
    return TypeAdapter(Findings)


def keep(cloud: Cloud, site: Site, findings: Findings) -> None:
    """Keep findings in place of earlier ones. Raises Refused as `check_format` does."""
    check_format(cloud, site)
    earlier = _records(cloud, site)
    told = {"format": FORMAT, **_adapter().dump_python(findings, mode="json")}
    cloud.software_configs.add(_name(site), json.dumps(told, separators=(",", ":")))
    for record in earlier:
        cloud.software_configs.remove(record)


def check_format(cloud: Cloud, site: Site) -> None:
    """Raise Refused if findings are kept in a format that this version of Ao does not know."""
    for record in _records(cloud, site):
        newer = None
        with suppress(NotFound):
            newer = newer_format(cloud.software_configs.read(record), FORMAT)
        if newer is not None:
            raise Refused(
                message(
                    "what `ao doctor` has found here (record %(id)s) %(why)s",
                    id=record.id,
                    why=newer,
                ),
                cure=UPGRADE,
            )


def recall(work: Work) -> Findings | None:
    """Return the last findings; None when there are none that can be read, which is told.

    Where the command has listed the project's texts as it began, they are those of that moment.
    Anybody with a role in the project may have written them, and another version of Ao too.
    """
    records = _records(work.cloud, work.site, work.texts)
    if not records:
        return None
    try:
        text = work.cloud.software_configs.read(records[-1])
    except NotFound:
        if work.texts is None:
            raise
        # The doctor has examined anew meanwhile.
        return recall(replace(work, texts=None))
    newer = newer_format(text, FORMAT)
    if newer is not None:
        work.tell_once(
            message(
                "What `ao doctor` has found here (record %(id)s) %(why)s.",
                id=records[-1].id,
                why=newer,
            )
        )
        return None
    try:
        if len(text) <= CAP:
            return _adapter().validate_json(text)
    except ValidationError:
        pass
    work.tell_once(
        message(
            "What `ao doctor` has found here (record %(id)s) cannot be "
            "read and is left out. `ao doctor` examines anew.",
            id=records[-1].id,
        )
    )
    return None


def forget(cloud: Cloud, site: Site) -> None:
    """Remove all findings."""
    for record in _records(cloud, site):
        cloud.software_configs.remove(record)


def _records(
    cloud: Cloud, site: Site, listed: SoftwareConfigList | None = None
) -> tuple[SoftwareConfig, ...]:
    """Records of the site's findings; the name of another site's may begin alike."""
    name = _name(site)
    found = listed.named(name) if listed else cloud.software_configs.all(name)
    return tuple(record for record in found if record.name == name)
