"""A project of a real OpenStack."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Self

from openstack import connection
from openstack.config.loader import OpenStackConfig

import ao
from ao.cloud import cloud_settings, config_files, login, trusts
from ao.cloud.alarms import Alarms
from ao.cloud.answers import MALFORMED, SHOWN
from ao.cloud.certificates import Certificates
from ao.cloud.floating_ips import FloatingIPs
from ao.cloud.load_balancers import LoadBalancers
from ao.cloud.locks import Locks
from ao.cloud.lookup import Lookup
from ao.cloud.metrics import Metrics
from ao.cloud.models import Quota, Request
from ao.cloud.ports import Ports
from ao.cloud.quotas import quotas
from ao.cloud.requests import Requests
from ao.cloud.sdk_errors import asking
from ao.cloud.servers import Servers
from ao.cloud.software_configs import SoftwareConfigs
from ao.cloud.stacks import Stacks
from ao.errors import NotAuthenticated
from ao.message import message
from ao.redaction import redact, remember
from ao.untrusted.printable import printable


class OpenStack:
    """A project of a real OpenStack, by way of openstacksdk."""

    def __init__(self, cloud: connection.Connection, known_as: str = "") -> None:
        self._cloud = cloud
        self.known_as = known_as
        self.name = str(cloud.config.name or "the cloud of OS_* variables")
        cloud_settings.bound(cloud.config.config, self.name)
        self.stacks = Stacks(cloud)
        self.floating_ips = FloatingIPs(cloud)
        self.load_balancers = LoadBalancers(cloud)
        self.servers = Servers(cloud)
        self.alarms = Alarms(cloud)
        self.metrics = Metrics(cloud)
        self.ports = Ports(cloud)
        self.locks = Locks(cloud)
        self.software_configs = SoftwareConfigs(cloud)
        self.certificates = Certificates(cloud)
        self.lookup = Lookup(cloud)
        self._requests = Requests(cloud.session)

    @classmethod
    def connect(cls, name: str | None) -> Self:
        """Connect to a cloud of clouds.yaml, or with the OS_* variables."""
        with asking(
            message("connect to cloud %(name)s", name=name) if name else message("connect")
        ):
            return cls(_connection(name), name or "")

    @property
    def user(self) -> str:
        """Name of the user who is logged in."""
        with asking(message("log in")):
            return login.user(self._cloud)

    @property
    def user_id(self) -> str:
        """ID of the user who is logged in; empty where the login tells none."""
        with asking(message("log in")):
            return login.user_id(self._cloud)

    def quotas(self, of: Collection[str] = ()) -> tuple[Quota, ...]:
        """Quotas of the project, of all services that have one of the resources, or any."""
        return quotas(self._cloud, of)

    def check_trusts(self) -> None:
        """See that Heat can create stacks for this login. Raises Forbidden."""
        trusts.check(self._cloud)

    def requests(self, since: float) -> tuple[Request, ...]:
        """Answered requests to OpenStack's APIs, sent since a moment (seconds since 1970)."""
        return self._requests.since(since)


def _check(found: connection.Connection) -> None:
    """Refuse what openstacksdk notices only at the first request, by an exception of no kind."""
    config = found.config.config
    auth = config.get("auth") or {}
    kind = str(config.get("auth_type") or "password")
    if kind.endswith("password") and not auth.get("password"):
        raise NotAuthenticated(
            message("cloud %(name)s has no password", name=found.config.name or "of OS_*"),
            cure=message("Write it in clouds.yaml or secure.yaml, or set OS_PASSWORD."),
        )
    verify, client = found.config.get_requests_verify_args()
    files = client if isinstance(client, tuple) else (client,)
    for key, file in (("cacert", verify), *(("cert", it) for it in files)):
        if isinstance(file, str) and not Path(file).exists():
            raise NotAuthenticated(
                message("there is no file %(path)s", path=file),
                cure=message("`%(key)s` names it in clouds.yaml or OS_*; correct it.", key=key),
            )


def _connection(name: str | None) -> connection.Connection:
    """Return a connection as clouds.yaml or OS_* configure it.

    Raises NotAuthenticated, and ConfigError for a file that is none.
    """
    config_files.check()
    try:
        files = OpenStackConfig(app_name="ao", app_version=ao.__version__)
        cloud_settings.check_profile(files, name)
        found = connection.Connection(config=files.get_one(cloud=name))
        # That is when openstacksdk looks at the most of it; it asks nobody yet.
        _ = found.session
        remember(found.config.config.get("auth") or {})
        _check(found)
    except (*MALFORMED, OSError) as error:
        raise NotAuthenticated(
            message(
                "what is configured of %(name)s cannot be used: %(words)s",
                name=name or "the cloud",
                # Python's words for a value that is none quote it, and it may be a password.
                words=printable(redact(str(error)), SHOWN)
                if isinstance(error, OSError)
                else type(error).__name__,
            ),
            cure=message("Look at clouds.yaml and at the OS_* variables."),
        ) from error
    return found
