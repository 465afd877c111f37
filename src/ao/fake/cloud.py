"""The fake cloud: an implementation of `ao.cloud.Cloud` in memory."""

from __future__ import annotations

from collections.abc import Collection

from ao import clock
from ao.cloud import models
from ao.errors import Forbidden
from ao.fake.adapters import (
    Alarms,
    Certificates,
    FloatingIPs,
    LoadBalancers,
    Lookup,
    Metrics,
    Ports,
    Servers,
    SoftwareConfigs,
    Stacks,
)
from ao.fake.calls import Calls
from ao.fake.faults import Call, Faults
from ao.fake.locks import Locks
from ao.fake.openstack import OpenStack
from ao.fake.other_user import OtherUser
from ao.fake.owner import Owner
from ao.fake.process import Process
from ao.fake.turns import Turns
from ao.http.handshake import Served
from ao.http.request_options import RequestOptions
from ao.visit import AS_URL, Answer


class Cloud:
    """One project of a fake OpenStack, as `ao.cloud.connect` gives one of a real.

    Time passes only in `clock.sleep`. Give `clock` and `visit` to the work on it:
    `Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit)`.
    """

    def __init__(
        self,
        project: str = "shop",
        *,
        openstack: OpenStack | None = None,
        user: str = "operator",
        user_id: str | None = None,
        reader: bool = False,
        admin: bool = False,
        trusts: bool = True,
        turns: Turns | None = None,
    ) -> None:
        """Log in as a user to a project of an OpenStack, by default a new one of its own.

        Users of one name are one user, unless `user_id` says otherwise: names repeat over
        domains. A reader may look and change nothing, an administrator may fail load balancers
        over. Without `trusts` the login is an application credential for which Heat creates no
        stack. With `turns` the login is of a thread that takes turns with others.
        """
        self.openstack = openstack or OpenStack()
        inside = self.openstack.project(project)
        self._project = inside
        pause = turns.pause if turns else lambda: None
        self.user_id = f"id-of-{user}" if user_id is None else user_id
        calls = Calls(inside, reader=reader, admin=admin, user_id=self.user_id, pause=pause)
        self._trusts = trusts
        self._calls = calls
        self.name = project
        self.known_as = ""
        self.user = user
        self.stacks = Stacks(inside, calls)
        self.floating_ips = FloatingIPs(inside, calls)
        self.load_balancers = LoadBalancers(inside, calls)
        self.servers = Servers(inside, calls)
        self.alarms = Alarms(inside, calls)
        self.metrics = Metrics(inside, calls)
        self.ports = Ports(inside, calls)
        self.locks = Locks(inside, calls)
        self.software_configs = SoftwareConfigs(inside, calls)
        self.certificates = Certificates(inside, calls)
        self.lookup = Lookup(inside, calls)
        self.other_user = OtherUser(inside)
        """Another user of the project."""
        self.owner = Owner(inside)
        """Somebody who builds a site in the project by plain calls of OpenStack."""
        own = clock.Clock(now=self.openstack.timeline.now, sleep=self._sleep)
        self.clock = turns.clock if turns else own
        """Virtual time of the cloud, which passes only during `sleep`."""

    @property
    def faults(self) -> Faults:
        """Return the faults that wait for a call; more can be added to them."""
        return self._calls.faults

    @property
    def process(self) -> Process:
        """Return the process that uses the cloud, which may be killed."""
        return self._calls.process

    @property
    def calls(self) -> list[Call]:
        """Return the calls so far, oldest first."""
        return self._calls.calls

    def moment(self) -> float:
        """The cloud's present, in seconds since 1970."""
        return self.openstack.timeline.moment()

    def quotas(self, of: Collection[str] = ()) -> tuple[models.Quota, ...]:
        """Return the quotas of the project in all services that have quotas."""
        call = Call(name="quotas", arguments=(), writes=False)
        return self._calls.take(call, self._project.quotas.quotas)

    def check_trusts(self) -> None:
        """Check that Heat can create stacks for this login. Raises Forbidden."""
        if not self._trusts:
            raise Forbidden("the application credential is restricted: it may make no trust")

    def requests(self, since: float) -> tuple[models.Request, ...]:
        """Return the calls since a moment (seconds since 1970) as requests of zero seconds."""
        return tuple(
            models.Request(
                at=call.at,
                method="PUT" if call.writes else "GET",
                host="fake",
                path=f"/{call.name}",
                seconds=0.0,
                status=200,
            )
            for call in self.calls
            if call.at >= since
        )

    def visit(self, url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        """Request a URL at a floating IP of the cloud, as `ao.visit.visit` does."""
        with self.openstack.lock:
            return self.openstack.visit(url, timeout, options)

    def served(
        self, address: str, port: int, server_name: str, deadline: float, *, ca: str | None = None
    ) -> Served:
        """Return the certificate that a floating IP serves, as `ao.http.handshake.served` does."""
        with self.openstack.lock:
            return self.openstack.served(address, port, server_name, deadline, ca=ca)

    def _sleep(self, seconds: float) -> None:
        with self.openstack.lock:
            self.openstack.timeline.sleep(seconds)
