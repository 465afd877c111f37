"""Types of names that are read back from the cloud, where anybody may have written them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from ao.site.names import is_name, is_version
from ao.untrusted.printable import printable


def _valid_name(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"{printable(text, 60)} is no name of a site")
    return text


def _valid_version(text: str) -> str:
    if not is_version(text):
        raise ValueError(f"{printable(text, 60)} is no version")
    return text


SiteName = Annotated[str, AfterValidator(_valid_name)]
"""A site's name that is read back from the cloud."""
Version = Annotated[str, AfterValidator(_valid_version)]
"""A version that is read back from the cloud."""
