"""The site file as its project keeps it, for those who act on the site without the file.

A screen or another machine deploys and switches with it. What only a release has of the file
is left out, because the project's readers read it: commands and webhooks, whose addresses are
often secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from ao.cloud import Cloud, Record
from ao.errors import NotFound
from ao.site import Site

OF_A_RELEASE = frozenset({"checks", "hooks", "logout", "notify", "watch"})
"""Keys of the site file that are not kept."""


class Document(BaseModel):
    """What is kept."""

    site_file: dict[str, Any]
    """The site file's values."""
    user_data: str
    """Text of the file that sets a server up."""


def written(values: Mapping[str, Any], user_data: str) -> str:
    """What is kept of a site file, as text."""
    some = {key: value for key, value in values.items() if key not in OF_A_RELEASE}
    return Document(site_file=some, user_data=user_data).model_dump_json()


def keep(cloud: Cloud, site: Site) -> None:
    """Keep a site's file in place of earlier ones; nothing is written when it is kept already."""
    name = f"{_prefix(site.name)}{sha256(site.source.encode()).hexdigest()[:16]}"
    earlier = cloud.records.all(_prefix(site.name))
    if not any(record.name == name for record in earlier):
        cloud.records.add(name, site.source)
    for record in earlier:
        if record.name != name:
            cloud.records.remove(record)


def read(cloud: Cloud, name: str) -> str:
    """What is kept of the file of a site. Raises NotFound."""
    records: tuple[Record, ...] = cloud.records.all(_prefix(name))
    if not records:
        raise NotFound(
            f"the project keeps no site file of {name}",
            cure="`ao up` with the site file keeps it.",
        )
    return cloud.records.read(records[-1])


def forget(cloud: Cloud, site: Site) -> None:
    """Keep no file of the site any more."""
    for record in cloud.records.all(_prefix(site.name)):
        cloud.records.remove(record)


def _prefix(site: str) -> str:
    return f"ao.site/{site}/"
