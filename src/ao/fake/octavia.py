"""Octavia: the load balancers of a project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ao.cloud.models import HEALTH_CHECKS
from ao.errors import CloudError, Conflict
from ao.fake.deployment import Deployment
from ao.fake.failure import Failure
from ao.fake.neutron import Neutron, Port
from ao.fake.nova import Nova, Server
from ao.fake.quotas import Quotas
from ao.fake.timeline import TICK, Job
from ao.fake.web_application import Application
from ao.visit import Answer, NoAnswer

BUILD = 3.0
"""Seconds until a new load balancer is ACTIVE."""
CHANGE = 1.0
"""Seconds that a change of a load balancer takes, during which it is immutable."""


_UNSUPPORTED: Mapping[str, Mapping[str, frozenset[str]]] = {
    # ovn_octavia_provider/common/constants.py
    "ovn": {
        "protocol": frozenset({"HTTP"}),
        "algorithm": frozenset({"ROUND_ROBIN", "LEAST_CONNECTIONS"}),
        "health monitor type": frozenset({"HTTP"}),
    },
    # octavia/api/drivers/amphora_driver/v2/driver.py
    "amphora": {"algorithm": frozenset({"SOURCE_IP_PORT"})},
}
"""What providers do not support, by name of the provider and of what is asked for."""


@dataclass(eq=False, kw_only=True)
class Balancer:
    """A load balancer."""

    id: str
    name: str
    description: str
    provider: str
    vip: Port
    provisioning_status: str = "PENDING_CREATE"
    updated_at: str = ""
    """When its provisioning status was last written."""
    reloads: int = 0
    """Number of changes that it has carried out; a proxy reloads at each."""
    served: int = 0
    """Number of requests, each on a connection of its own."""


@dataclass(eq=False, kw_only=True)
class Listener:
    """A listener."""

    id: str
    name: str
    balancer: Balancer
    port: int
    pool_id: str | None = None
    """ID of its default pool, as Octavia's API shows it."""
    serving: str | None = None
    """ID of the pool that requests go to, which follows the default pool after `CHANGE / 2`."""


@dataclass(eq=False, kw_only=True)
class Member:
    """A member of a pool: the address of a server."""

    id: str
    subnet_id: str
    address: str
    provisioning_status: str = "ACTIVE"


@dataclass(eq=False, kw_only=True)
class Pool:
    """A pool."""

    id: str
    name: str
    description: str
    balancer: Balancer
    members: dict[str, Member] = field(default_factory=dict)


@dataclass(eq=False, kw_only=True)
class Monitor:
    """A health monitor."""

    id: str
    pool: Pool
    kind: str
    """Its type: HTTP, TCP, …"""
    path: str | None
    """Path that it requests; None if it only connects."""
    method: str = "GET"
    expected: str = "200"
    """HTTP statuses of a healthy answer: one, a list, or one range."""
    domain_name: str | None = None
    """Host name that it requests; None for none."""
    http_version: float | None = None
    """None for 1.0."""
    tags: frozenset[str] = frozenset()

    def expects(self, status: int) -> bool:
        """Return whether an answer of that status is healthy (octavia: expand_expected_codes)."""
        parts = (part.strip().partition("-") for part in self.expected.split(","))
        return any(int(low) <= status <= int(high or low) for low, _, high in parts)


def refuse_unsupported(balancer: Balancer, what: str, wanted: str) -> None:
    """Raise Failure if the provider of a load balancer does not support a value of `what`."""
    if wanted in _UNSUPPORTED.get(balancer.provider, {}).get(what, ()):
        raise Failure(
            "ServerFault",
            f"Provider '{balancer.provider}' does not support a requested option: "
            f"{what} {wanted} (HTTP 501)",
        )


class Octavia:
    """Load balancers of a project with their listeners, pools and health monitors, by ID."""

    def __init__(
        self,
        deployment: Deployment,
        quotas: Quotas,
        neutron: Neutron,
        nova: Nova,
        application: Application,
    ) -> None:
        self._deployment = deployment
        self._quotas = quotas
        self._neutron = neutron
        self._nova = nova
        self._application = application
        self._turn = 0
        self.balancers: dict[str, Balancer] = {}
        self.listeners: dict[str, Listener] = {}
        self.pools: dict[str, Pool] = {}
        self.monitors: dict[str, Monitor] = {}
        self._stale_subnets: set[str] = set()
        """IDs of the subnets where a server was gone before its member was."""
        quotas.count("load balancers", lambda: len(self.balancers))
        quotas.count("listeners", lambda: len(self.listeners))
        quotas.count("pools", lambda: len(self.pools))
        quotas.count("health monitors", lambda: len(self.monitors))

    def change(self, balancer: Balancer) -> Job:
        """Wait until a load balancer takes a change, then take the time of one.

        One in ERROR takes none, and Heat asks again and again
        (heat/engine/resources/openstack/octavia/octavia_base.py). A change that has begun is
        carried out, even if whoever waits for it ends.
        """
        while balancer.provisioning_status != "ACTIVE":
            yield TICK
        self.mark(balancer, "PENDING_UPDATE")
        try:
            yield CHANGE
        finally:
            self.mark(balancer, "ACTIVE")
            self._reload(balancer)

    def mark(self, balancer: Balancer, status: str) -> None:
        """Write the provisioning status of a load balancer."""
        balancer.provisioning_status = status
        balancer.updated_at = self._deployment.timeline.date()

    def set_default_pool(self, listener: Listener, pool_id: str | None) -> None:
        """Change a listener's default pool. Raises Conflict as `begin_change` does."""
        self.begin_change(listener.balancer)
        listener.pool_id = pool_id

    def begin_change(self, balancer: Balancer) -> None:
        """Begin a change that is requested over the API.

        The API tells it at once, the load balancer carries it out before it is ACTIVE again.
        Raises Conflict while another change is under way.
        """
        if balancer.provisioning_status != "ACTIVE":
            raise Conflict(
                f"Load Balancer {balancer.id} is immutable and cannot be updated. (HTTP 409)",
                cure="Look at its state and run the command again.",
            )
        self.mark(balancer, "PENDING_UPDATE")
        self._deployment.timeline.start(self._carry_out(balancer))

    def failover(self, balancer: Balancer) -> None:
        """Begin to build a load balancer anew, which is ACTIVE or in ERROR. Raises Conflict."""
        if balancer.provider == "ovn":
            raise CloudError(
                "Provider 'ovn' does not support a requested action: OVN provider does not "
                "support loadbalancer failover (HTTP 501)"
            )
        if balancer.provisioning_status not in {"ACTIVE", "ERROR"}:
            raise Conflict(f"Load Balancer {balancer.id} is immutable. (HTTP 409)")
        self.mark(balancer, "PENDING_UPDATE")
        self._deployment.timeline.start(self._rebuild(balancer))

    def _rebuild(self, balancer: Balancer) -> Job:
        yield BUILD
        self._reload(balancer)
        self.mark(balancer, "ACTIVE")

    def _carry_out(self, balancer: Balancer) -> Job:
        yield CHANGE / 2
        self._reload(balancer)
        yield CHANGE / 2
        self.mark(balancer, "ACTIVE")

    def _reload(self, balancer: Balancer) -> None:
        """Let the listeners of the load balancer serve their default pools."""
        balancer.reloads += 1
        for listener in self.listeners.values():
            if listener.balancer is balancer:
                listener.serving = listener.pool_id

    def create_balancer(
        self, name: str, description: str, provider: str, subnet_id: str
    ) -> Balancer:
        """Create a load balancer in status PENDING_CREATE."""
        self._quotas.claim(load_balancers=1, ports=1)
        if provider not in self._deployment.providers:
            raise Failure("BadRequest", f"Provider '{provider}' is not enabled. (HTTP 400)")
        balancer_id = self._deployment.identifiers.uuid()
        balancer = Balancer(
            id=balancer_id,
            name=name,
            description=description,
            provider=provider,
            vip=self._neutron.create_port(subnet_id, "Octavia", device_id=f"lb-{balancer_id}"),
        )
        self.balancers[balancer.id] = balancer
        return balancer

    def delete_balancer(self, balancer_id: str) -> None:
        """Delete a load balancer with all that is in it."""
        balancer = self.balancers.pop(balancer_id, None)
        if balancer is None:
            return
        for listener in [item for item in self.listeners.values() if item.balancer is balancer]:
            del self.listeners[listener.id]
        for pool in [item for item in self.pools.values() if item.balancer is balancer]:
            self.delete_pool(pool.id)
        self._neutron.delete_port(balancer.vip.id)

    def delete_pool(self, pool_id: str) -> None:
        """Delete a pool with its members and its health monitor."""
        pool = self.pools.pop(pool_id, None)
        for monitor in [item for item in self.monitors.values() if item.pool is pool]:
            self.delete_monitor(monitor.id)

    def delete_monitor(self, monitor_id: str) -> None:
        """Delete a health monitor and the port that its checks came from.

        OVN's provider keeps that port for a member that its server left first
        (ovn_octavia_provider/helper.py: _clean_up_hm_port).
        """
        monitor = self.monitors.pop(monitor_id, None)
        if monitor is None:
            return
        subnet_id = monitor.pool.balancer.vip.subnet_id
        if subnet_id not in self._stale_subnets:
            self.sweep(subnet_id)

    def sweep(self, subnet_id: str) -> None:
        """Delete the ports in a subnet from which health checks came."""
        for port in list(self._neutron.ports.values()):
            if (port.subnet_id, port.owner) == (subnet_id, HEALTH_CHECKS):
                self._neutron.delete_port(port.id)

    def create_monitor(
        self,
        pool: Pool,
        path: str | None,
        kind: str = "TCP",
        expected: str | None = None,
        method: str | None = None,
    ) -> Monitor:
        """Create a health monitor; OVN's provider adds a port for its checks.

        Raises Failure for what the provider cannot do, and for what only an HTTP monitor has
        (octavia/api/v2/controllers/health_monitor.py: _validate_create_hm).
        """
        self._quotas.claim(health_monitors=1)
        balancer = pool.balancer
        refuse_unsupported(balancer, "health monitor type", kind)
        if kind != "HTTP" and (path or expected or method):
            raise Failure("BadRequest", f"a {kind} health monitor asks for no path (HTTP 400)")
        if balancer.provider == "ovn":
            self._neutron.create_port(balancer.vip.subnet_id, HEALTH_CHECKS)
        monitor = Monitor(
            id=self._deployment.identifiers.uuid(),
            pool=pool,
            kind=kind,
            path=path,
        )
        self.define_monitor(monitor, path, expected, method)
        self.monitors[monitor.id] = monitor
        return monitor

    def define_monitor(
        self, monitor: Monitor, path: str | None, expected: str | None, method: str | None
    ) -> None:
        """Give a monitor what Heat can say of its requests; None stands for Octavia's default.

        Raises Failure for what Octavia does not take (octavia/api/v2/types/health_monitor.py), or
        its database does not keep (octavia/db/models.py: HealthMonitor).
        """
        if expected and not (
            re.fullmatch(r"\d{3}(\s*,\s*\d{3})*|\d{3}-\d{3}", expected) and len(expected) <= 64
        ):
            raise Failure(
                "BadRequest", f"Invalid input for field expected_codes: {expected!r} (HTTP 400)"
            )
        monitor.path, monitor.expected, monitor.method = path, expected or "200", method or "GET"

    def write_monitor(
        self,
        monitor: Monitor,
        domain_name: str | None,
        http_version: float | None,
        tags: frozenset[str],
    ) -> None:
        """Change what a monitor names, over the API. Raises CloudError, and Conflict.

        As octavia/api/v2/controllers/health_monitor.py: _validate_update_hm has it, a domain name
        that is there, or comes, needs HTTP 1.1 of the request or from before.
        """
        version = http_version or monitor.http_version
        if domain_name and not version:
            raise CloudError(
                "'http_version' must be specified when 'domain_name' is provided. (HTTP 400)"
            )
        if version and version < 1.1 and (domain_name or monitor.domain_name):
            raise CloudError(f"http_version {version} is not a valid option (HTTP 400)")
        self.begin_change(monitor.pool.balancer)
        monitor.domain_name, monitor.http_version, monitor.tags = domain_name, http_version, tags

    def add_member(self, pool: Pool, subnet_id: str, address: str) -> Member:
        """Add a member to a pool."""
        member = Member(
            id=self._deployment.identifiers.uuid(), subnet_id=subnet_id, address=address
        )
        pool.members[member.id] = member
        return member

    def remove_member(self, member_id: str) -> None:
        """Remove a member from its pool; nothing happens if it does not exist."""
        for pool in self.pools.values():
            member = pool.members.pop(member_id, None)
            if member and self._nova.at(member.subnet_id, member.address) is None:
                self._stale_subnets.add(member.subnet_id)

    def status(self, pool: Pool, member: Member) -> str:
        """Return the operating status of a member, as its health monitor finds it."""
        monitor = next((item for item in self.monitors.values() if item.pool is pool), None)
        if monitor is None:
            return "NO_MONITOR"
        server = self._nova.at(member.subnet_id, member.address)
        if server is None or server.status not in {"BUILD", "ACTIVE"}:
            return "ERROR"
        if not self._nova.is_up(server):
            return "OFFLINE"
        answer = self._ask(server, monitor.path or "/", monitor.domain_name)
        healthy = answer is not None and (monitor.path is None or monitor.expects(answer.status))
        return "ONLINE" if healthy else "ERROR"

    def health(self, pool: Pool) -> str:
        """Return the operating status of a pool, which follows from those of its members."""
        statuses = {self.status(pool, member) for member in pool.members.values()}
        if not statuses:
            return "OFFLINE"
        if statuses == {"ERROR"}:
            return "ERROR"
        return "ONLINE" if statuses <= {"ONLINE", "NO_MONITOR"} else "DEGRADED"

    def serve(self, vip_port_id: str, port: int, path: str, host: str) -> Answer:
        """Answer a request to a load balancer, which names a host, from one member after another.

        Raises NoAnswer when nothing listens there, or OVN has no member that is up; a
        proxy answers 503 then.
        """
        listener = next(
            (
                item
                for item in self.listeners.values()
                if item.balancer.vip.id == vip_port_id and item.port == port
            ),
            None,
        )
        if listener is None:
            raise NoAnswer("connection refused")
        listener.balancer.served += 1
        answers = [answer for answer in self._answers(listener, path, host) if answer is not None]
        if answers:
            self._turn += 1
            return answers[self._turn % len(answers)]
        if listener.balancer.provider == "ovn":
            raise NoAnswer("connection refused")
        return Answer(status=503, headers={}, body="no server is available")

    def _answers(self, listener: Listener, path: str, host: str) -> list[Answer | None]:
        """Return the answers of all members that take requests."""
        pool = self.pools.get(listener.serving or "")
        members = pool.members.values() if pool else ()
        servers = (
            self._nova.at(member.subnet_id, member.address)
            for member in members
            if pool and self.status(pool, member) in {"ONLINE", "NO_MONITOR"}
        )
        return [
            self._ask(server, path, host)
            for server in servers
            if server and self._nova.is_up(server)
        ]

    def _ask(self, server: Server, path: str, host: str | None) -> Answer | None:
        """Return a server's answer to a request that names a host, or none; None for no answer."""
        hosts = self._deployment.hosts
        if hosts is not None and host not in hosts:
            return Answer(status=404, headers={}, body="there is no such host here")
        return self._application(server, path)
