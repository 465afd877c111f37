"""Types of names that are read back from the cloud, where anybody may have written them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from ao.message import message
from ao.site.names import is_image_id, is_name, is_person, is_user_id, is_version
from ao.untrusted.printable import printable


def _valid_name(text: str) -> str:
    if not is_name(text):
        raise ValueError(message("%(words)s is no name of a site", words=printable(text, 60)))
    return text


def _valid_version(text: str) -> str:
    if not is_version(text):
        raise ValueError(message("%(words)s is no version", words=printable(text, 60)))
    return text


def _valid_person(text: str) -> str:
    if text and not is_person(text):
        raise ValueError(f"{printable(text, 60)} is no name of a person")
    return text


def _valid_user_id(text: str) -> str:
    if text and not is_user_id(text):
        raise ValueError(message("%(words)s is no ID of a user", words=printable(text, 60)))
    return text


def _valid_image_id(text: str) -> str:
    if text and not is_image_id(text):
        raise ValueError(message("%(words)s is no ID of an image", words=printable(text, 60)))
    return text


SiteName = Annotated[str, AfterValidator(_valid_name)]
"""A site's name that is read back from the cloud."""
Version = Annotated[str, AfterValidator(_valid_version)]
"""A version that is read back from the cloud."""
PersonName = Annotated[str, AfterValidator(_valid_person)]
"""A person's name that is read back from the cloud; empty for nobody."""
UserId = Annotated[str, AfterValidator(_valid_user_id)]
"""The ID of an OpenStack user that is read back from the cloud; empty where it was not known."""
ImageId = Annotated[str, AfterValidator(_valid_image_id)]
"""The ID of an image that is read back from the cloud; empty for none."""
