"""The only place that talks to OpenStack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ao.cloud.models import (
    Alarm,
    BalancerStatus,
    Flavor,
    FloatingIP,
    Image,
    L7Policy,
    L7Rule,
    Listener,
    ListenerSettings,
    LoadBalancer,
    Lock,
    LockAddress,
    Member,
    Monitor,
    Named,
    Network,
    Pool,
    PoolSettings,
    Port,
    Quota,
    Request,
    Resource,
    ResourceChanges,
    Router,
    Sample,
    SecurityGroup,
    Server,
    ServerDetails,
    Signal,
    SoftwareConfig,
    SoftwareConfigList,
    Stack,
    Statistics,
    StoredCertificate,
    Subnet,
    Template,
    Vip,
    Volume,
)
from ao.cloud.protocols import Cloud

if TYPE_CHECKING:
    from openstack.connection import Connection

__all__ = [
    "Alarm",
    "BalancerStatus",
    "Cloud",
    "Flavor",
    "FloatingIP",
    "Image",
    "L7Policy",
    "L7Rule",
    "Listener",
    "ListenerSettings",
    "LoadBalancer",
    "Lock",
    "LockAddress",
    "Member",
    "Monitor",
    "Named",
    "Network",
    "Pool",
    "PoolSettings",
    "Port",
    "Quota",
    "Request",
    "Resource",
    "ResourceChanges",
    "Router",
    "Sample",
    "SecurityGroup",
    "Server",
    "ServerDetails",
    "Signal",
    "SoftwareConfig",
    "SoftwareConfigList",
    "Stack",
    "Statistics",
    "StoredCertificate",
    "Subnet",
    "Template",
    "Vip",
    "Volume",
    "connect",
    "of",
]


def of(connection: Connection) -> Cloud:
    """Return the cloud that somebody is logged in to already."""
    from ao.cloud.openstack import OpenStack

    return OpenStack(connection)


def connect(name: str | None) -> Cloud:
    """Connect to a cloud of clouds.yaml, or with the OS_* variables when name is None.

    Nothing is asked of the cloud yet. Raises NotAuthenticated when there is no such
    cloud or something needed to log in is missing.
    """
    # openstacksdk takes half a second to import, which `ao --help` need not pay.
    from ao.cloud.openstack import OpenStack

    return OpenStack.connect(name)
