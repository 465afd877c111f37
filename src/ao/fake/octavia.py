"""Octavia: the load balancers of a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ao.errors import Conflict
from ao.fake.failure import Failure
from ao.fake.neutron import Port
from ao.fake.timeline import TICK, Job
from ao.visit import Answer, NoAnswer

if TYPE_CHECKING:
    from ao.fake.project import Project

BUILD = 3.0
"""Seconds until a new load balancer is ACTIVE."""
CHANGE = 1.0
"""Seconds that a change of a load balancer takes; it takes no other one meanwhile."""

_HEALTH_PORT = "ovn-lb-hm:distributed"
"""Owner of the port that OVN's load balancer sends health checks from."""


@dataclass(eq=False, kw_only=True)
class Balancer:
    """A load balancer."""

    id: str
    name: str
    description: str
    provider: str
    vip: Port
    provisioning_status: str = "PENDING_CREATE"
    reloads: int = 0
    """Changes that it has carried out: a proxy reloads at each."""
    served: int = 0
    """Requests that came, each on a connection of its own."""


@dataclass(eq=False, kw_only=True)
class Listener:
    """A listener."""

    id: str
    name: str
    balancer: Balancer
    port: int
    pool_id: str | None = None
    """Its default pool, as Octavia's API tells it."""
    serving: str | None = None
    """The pool that requests go to: a change of the default pool takes a moment."""


@dataclass(eq=False, kw_only=True)
class Member:
    """A server's place in a pool."""

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
    path: str | None
    """Path that it asks for; None when it only connects."""


class Octavia:
    """What a project has of Octavia's, by ID."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._turn = 0
        self.balancers: dict[str, Balancer] = {}
        self.listeners: dict[str, Listener] = {}
        self.pools: dict[str, Pool] = {}
        self.monitors: dict[str, Monitor] = {}
        self._haunted: set[str] = set()
        """Subnets where a server was gone before its member was."""

    def change(self, balancer: Balancer) -> Job:
        """The time that a change takes, after those that are under way."""
        while balancer.provisioning_status.startswith("PENDING"):
            yield TICK
        balancer.provisioning_status = "PENDING_UPDATE"
        yield CHANGE
        balancer.provisioning_status = "ACTIVE"
        self._reload(balancer)

    def lead(self, listener: Listener, pool_id: str | None) -> None:
        """Change a listener's default pool; raises Conflict as `put` does."""
        self.put(listener.balancer)
        listener.pool_id = pool_id

    def put(self, balancer: Balancer) -> None:
        """Begin a change that somebody asks for over the API.

        The API tells it at once, the load balancer carries it out before it is ACTIVE again.
        Raises Conflict while another change is under way.
        """
        if balancer.provisioning_status != "ACTIVE":
            raise Conflict(
                f"Load Balancer {balancer.id} is immutable and cannot be updated. (HTTP 409)",
                cure="Look at its state and run the command again.",
            )
        balancer.provisioning_status = "PENDING_UPDATE"
        self._project.timeline.start(self._carry_out(balancer))

    def _carry_out(self, balancer: Balancer) -> Job:
        yield CHANGE / 2
        self._reload(balancer)
        yield CHANGE / 2
        balancer.provisioning_status = "ACTIVE"

    def _reload(self, balancer: Balancer) -> None:
        """Have the load balancer serve what the API tells."""
        balancer.reloads += 1
        for listener in self.listeners.values():
            if listener.balancer is balancer:
                listener.serving = listener.pool_id

    def create_balancer(
        self, name: str, description: str, provider: str, subnet_id: str
    ) -> Balancer:
        """A new load balancer, which is not ACTIVE yet."""
        self._project.quotas.claim(load_balancers=1, ports=1)
        if provider not in self._project.openstack.providers:
            raise Failure("BadRequest", f"Provider '{provider}' is not enabled. (HTTP 400)")
        balancer = Balancer(
            id=self._project.identifiers.uuid(),
            name=name,
            description=description,
            provider=provider,
            vip=self._project.neutron.plug(subnet_id, "Octavia"),
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
        self._project.neutron.unplug(balancer.vip.id)

    def delete_pool(self, pool_id: str) -> None:
        """Delete a pool with its members and its health monitor."""
        pool = self.pools.pop(pool_id, None)
        for monitor in [item for item in self.monitors.values() if item.pool is pool]:
            self.delete_monitor(monitor.id)

    def delete_monitor(self, monitor_id: str) -> None:
        """Delete a health monitor, and the port that its checks came from.

        OVN's provider keeps that port for a member that its server left first
        (ovn_octavia_provider/helper.py: _clean_up_hm_port).
        """
        monitor = self.monitors.pop(monitor_id, None)
        if monitor is None:
            return
        subnet_id = monitor.pool.balancer.vip.subnet_id
        if subnet_id not in self._haunted:
            self.sweep(subnet_id)

    def sweep(self, subnet_id: str) -> None:
        """Delete the ports of health checks that are in a subnet."""
        neutron = self._project.neutron
        for port in list(neutron.ports.values()):
            if (port.subnet_id, port.owner) == (subnet_id, _HEALTH_PORT):
                neutron.unplug(port.id)

    def create_monitor(self, pool: Pool, path: str | None) -> Monitor:
        """A new health monitor; OVN's provider adds a port for its checks."""
        self._project.quotas.claim(health_monitors=1)
        balancer = pool.balancer
        if balancer.provider == "ovn":
            self._project.neutron.plug(balancer.vip.subnet_id, _HEALTH_PORT)
        monitor = Monitor(id=self._project.identifiers.uuid(), pool=pool, path=path)
        self.monitors[monitor.id] = monitor
        return monitor

    def add_member(self, pool: Pool, subnet_id: str, address: str) -> Member:
        """A new member of a pool."""
        member = Member(id=self._project.identifiers.uuid(), subnet_id=subnet_id, address=address)
        pool.members[member.id] = member
        return member

    def remove_member(self, member_id: str) -> None:
        """Take a member out of its pool; nothing happens when it is gone."""
        for pool in self.pools.values():
            member = pool.members.pop(member_id, None)
            if member and self._project.nova.at(member.subnet_id, member.address) is None:
                self._haunted.add(member.subnet_id)

    def status(self, pool: Pool, member: Member) -> str:
        """Operating status of a member: what its health monitor sees of its server."""
        monitor = next((item for item in self.monitors.values() if item.pool is pool), None)
        if monitor is None:
            return "NO_MONITOR"
        server = self._project.nova.at(member.subnet_id, member.address)
        if server is None or server.status not in {"BUILD", "ACTIVE"}:
            return "ERROR"
        if not self._project.nova.is_up(server):
            return "OFFLINE"
        answer = self._project.openstack.application(server, monitor.path or "/")
        healthy = answer is not None and (monitor.path is None or answer.status == 200)
        return "ONLINE" if healthy else "ERROR"

    def health(self, pool: Pool) -> str:
        """Operating status of a pool, by those of its members."""
        statuses = {self.status(pool, member) for member in pool.members.values()}
        if not statuses:
            return "OFFLINE"
        if statuses == {"ERROR"}:
            return "ERROR"
        return "ONLINE" if statuses <= {"ONLINE", "NO_MONITOR"} else "DEGRADED"

    def serve(self, vip_port_id: str, port: int, path: str) -> Answer:
        """Answer a request to a load balancer from one member after another.

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
        answers = [answer for answer in self._answers(listener, path) if answer is not None]
        if answers:
            self._turn += 1
            return answers[self._turn % len(answers)]
        if listener.balancer.provider == "ovn":
            raise NoAnswer("connection refused")
        return Answer(status=503, headers={}, body="no server is available")

    def _answers(self, listener: Listener, path: str) -> list[Answer | None]:
        """What each member that takes requests answers."""
        nova, application = self._project.nova, self._project.openstack.application
        pool = self.pools.get(listener.serving or "")
        members = pool.members.values() if pool else ()
        servers = (
            nova.at(member.subnet_id, member.address)
            for member in members
            if pool and self.status(pool, member) in {"ONLINE", "NO_MONITOR"}
        )
        return [application(server, path) for server in servers if server and nova.is_up(server)]
