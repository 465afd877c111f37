"""A project of a real OpenStack."""

from __future__ import annotations

from typing import Self

import openstack
from keystoneauth1.identity.base import BaseIdentityPlugin
from openstack import connection

import ao
from ao.cloud import trusts
from ao.cloud.addresses import Addresses
from ao.cloud.alarms import Alarms
from ao.cloud.balancers import Balancers
from ao.cloud.catalogue import Catalogue
from ao.cloud.locks import Locks
from ao.cloud.metrics import Metrics
from ao.cloud.ports import Ports
from ao.cloud.quotas import quotas
from ao.cloud.records import Records
from ao.cloud.requests import Requests
from ao.cloud.servers import Servers
from ao.cloud.stacks import Stacks
from ao.cloud.translate import asking
from ao.cloud.values import Quota, Request


class OpenStack:
    """A project of a real OpenStack, by way of openstacksdk."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self.name = str(cloud.config.name or "the cloud of OS_* variables")
        self.stacks = Stacks(cloud)
        self.addresses = Addresses(cloud)
        self.balancers = Balancers(cloud)
        self.servers = Servers(cloud)
        self.alarms = Alarms(cloud)
        self.metrics = Metrics(cloud)
        self.ports = Ports(cloud)
        self.locks = Locks(cloud)
        self.records = Records(cloud)
        self.catalogue = Catalogue(cloud)
        self._requests = Requests(cloud.session)

    @classmethod
    def connect(cls, name: str | None) -> Self:
        """Connect to a cloud of clouds.yaml, or with the OS_* variables."""
        with asking(f"connect to cloud {name}" if name else "connect"):
            return cls(openstack.connect(cloud=name, app_name="ao", app_version=ao.__version__))

    @property
    def user(self) -> str:
        """Name of the user who is logged in."""
        with asking("log in"):
            auth = self._cloud.session.auth
            if isinstance(auth, BaseIdentityPlugin):
                return str(auth.get_access(self._cloud.session).username)
            return str(self._cloud.current_user_id)

    @property
    def user_id(self) -> str:
        """ID of the user who is logged in; empty where the login tells none."""
        with asking("log in"):
            return str(self._cloud.session.get_user_id() or "")

    def quotas(self) -> tuple[Quota, ...]:
        """Quotas of the project, of all services that have them."""
        return quotas(self._cloud)

    def check_trusts(self) -> None:
        """See that Heat can create stacks for this login. Raises Forbidden."""
        trusts.check(self._cloud)

    def requests(self, since: float) -> tuple[Request, ...]:
        """Answered requests to OpenStack's APIs, sent since a moment (seconds since 1970)."""
        return self._requests.since(since)
