"""The fake cloud: the protocols of `ao.cloud`, in memory."""

from __future__ import annotations

from ao import clock
from ao.cloud import models
from ao.errors import Forbidden
from ao.fake.adapters import (
    Alarms,
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
from ao.visit import Answer


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
        trusts: bool = True,
    ) -> None:
        """Log in as a user to a project of an OpenStack, by default a new one of its own.

        Users of one name are one user, unless `user_id` says otherwise: names repeat over
        domains. A reader may look and change nothing. Without `trusts` the login is an application
        credential for which Heat creates no stack.
        """
        self.openstack = openstack or OpenStack()
        inside = self.openstack.project(project)
        self._project = inside
        calls = Calls(inside, reader=reader)
        self._trusts = trusts
        self._calls = calls
        self.name = project
        self.user = user
        self.user_id = f"id-of-{user}" if user_id is None else user_id
        self.stacks = Stacks(inside, calls)
        self.floating_ips = FloatingIPs(inside, calls)
        self.load_balancers = LoadBalancers(inside, calls)
        self.servers = Servers(inside, calls)
        self.alarms = Alarms(inside, calls)
        self.metrics = Metrics(inside, calls)
        self.ports = Ports(inside, calls)
        self.locks = Locks(inside, calls)
        self.software_configs = SoftwareConfigs(inside, calls)
        self.lookup = Lookup(inside, calls)
        self.other_user = OtherUser(inside)
        """Somebody else in the project."""
        self.clock = clock.Clock(now=self.openstack.timeline.now, sleep=self._sleep)
        """The cloud's time, which passes only when somebody sleeps."""

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self._calls.faults

    @property
    def calls(self) -> list[Call]:
        """Calls so far, oldest first."""
        return self._calls.calls

    def moment(self) -> float:
        """The cloud's present, in seconds since 1970."""
        return self.openstack.timeline.moment()

    def quotas(self) -> tuple[models.Quota, ...]:
        """Quotas of the project, of all services that have them."""
        call = Call(name="quotas", arguments=(), writes=False)
        return self._calls.take(call, self._project.quotas.quotas)

    def check_trusts(self) -> None:
        """See that Heat can create stacks for this login. Raises Forbidden."""
        if not self._trusts:
            raise Forbidden("the application credential is restricted: it may make no trust")

    def requests(self, since: float) -> tuple[models.Request, ...]:
        """The calls since a moment, told as requests that took no time."""
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

    def visit(self, url: str, timeout: float) -> Answer:
        """Visit a floating IP of the cloud, as `ao.visit.visit` does."""
        with self.openstack.lock:
            return self.openstack.visit(url, timeout)

    def _sleep(self, seconds: float) -> None:
        with self.openstack.lock:
            self.openstack.timeline.sleep(seconds)
