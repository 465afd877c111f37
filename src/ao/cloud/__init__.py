"""The only place that talks to OpenStack."""

from __future__ import annotations

from ao.cloud.face import Cloud
from ao.cloud.values import (
    Flavor,
    FloatingIP,
    Listener,
    LoadBalancer,
    Lock,
    Member,
    Named,
    Quota,
    Record,
    Request,
    Resource,
    Server,
    Stack,
    Statistics,
    Template,
)

__all__ = [
    "Cloud",
    "Flavor",
    "FloatingIP",
    "Listener",
    "LoadBalancer",
    "Lock",
    "Member",
    "Named",
    "Quota",
    "Record",
    "Request",
    "Resource",
    "Server",
    "Stack",
    "Statistics",
    "Template",
    "connect",
]


def connect(name: str | None) -> Cloud:
    """Connect to a cloud of clouds.yaml, or with the OS_* variables when name is None.

    Nothing is asked of the cloud yet. Raises NotAuthenticated when there is no such
    cloud or something needed to log in is missing.
    """
    # openstacksdk takes half a second to import, which `ao --help` need not pay.
    from ao.cloud.openstack import OpenStack

    return OpenStack.connect(name)
