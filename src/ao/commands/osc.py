"""Ao as a plugin of OpenStackClient: `openstack bluegreen …`.

The commands are those of `ao`, under the names of the entry points openstack.bluegreen.v1.
What the names here mean is OpenStackClient's (doc/source/contributor/plugins.rst).
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ao.cloud import Cloud

API_NAME = "bluegreen"
API_VERSION_OPTION = "os_bluegreen_api_version"
API_VERSIONS = ("1",)
DEFAULT_API_VERSION = "1"


def make_client(instance: Any) -> Cloud:
    """Return the cloud that `openstack` has logged in to."""
    from ao.cloud import of

    return of(instance.sdk_connection)


def build_option_parser(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add nothing: Ao has one version of its commands."""
    return parser
