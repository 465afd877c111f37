"""The doctor's memory: findings are kept in the project, for everybody who releases."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from ao.cloud import Cloud, Record
from ao.doctor.findings import Findings
from ao.site import Site

_ADAPTER: TypeAdapter[Findings] = TypeAdapter(Findings)


def _name(site: Site) -> str:
    return f"ao-{site.name}-doctor"


def keep(cloud: Cloud, site: Site, findings: Findings) -> None:
    """Keep findings in place of earlier ones."""
    earlier = _records(cloud, site)
    cloud.records.add(_name(site), _ADAPTER.dump_json(findings).decode())
    for record in earlier:
        cloud.records.remove(record)


def recall(cloud: Cloud, site: Site) -> Findings | None:
    """The last findings; None when there are none, or another version of Ao wrote them."""
    records = _records(cloud, site)
    if not records:
        return None
    try:
        return _ADAPTER.validate_json(cloud.records.read(records[-1]))
    except ValidationError:
        return None


def forget(cloud: Cloud, site: Site) -> None:
    """Remove all findings."""
    for record in _records(cloud, site):
        cloud.records.remove(record)


def _records(cloud: Cloud, site: Site) -> list[Record]:
    """Records of the site's findings, oldest first; other sites' names may begin alike."""
    return [record for record in cloud.records.all(_name(site)) if record.name == _name(site)]
