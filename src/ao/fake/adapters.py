"""The services of the fake cloud's face."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from ao.cloud import models
from ao.errors import NotFound
from ao.fake.calls import Service, reads, writes
from ao.fake.octavia import Balancer
from ao.fake.openstack import OpenStack
from ao.fake.stack import Part, Stack

T = TypeVar("T", bound=models.Named)


class Stacks(Service):
    """Heat."""

    name = "stacks"

    @reads
    def all(self) -> tuple[models.Stack, ...]:
        """Stacks of the project, without nested ones."""
        return tuple(_stack(stack) for stack in self._project.heat.tops())

    @reads
    def tagged(self, tag: str) -> tuple[models.Stack, ...]:
        """Stacks that carry the tag, without nested ones."""
        return tuple(_stack(stack) for stack in self._project.heat.tops() if tag in stack.tags)

    @reads
    def get(self, name: str) -> models.Stack | None:
        """The stack of that name, or None."""
        tops = self._project.heat.tops()
        return next((_stack(stack) for stack in tops if stack.name == name), None)

    @writes
    def create(
        self,
        name: str,
        template: models.Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to create a stack."""
        self._project.heat.create(name, template, parameters, tags, deadline)

    @writes
    def update(
        self,
        stack: models.Stack,
        template: models.Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to change a stack to this template, these parameters and tags."""
        self._project.heat.update(stack.id, template, parameters, tags, deadline)

    @writes
    def repair(
        self, stack: models.Stack, parameters: Mapping[str, object], deadline: float
    ) -> None:
        """Begin to bring a stack back to its definition, save for these parameters."""
        self._project.heat.repair(stack.id, parameters, deadline)

    @writes
    def delete(self, stack: models.Stack) -> None:
        """Begin to delete a stack; nothing happens when it is gone."""
        self._project.heat.delete(stack.id)

    @reads
    def resources(self, stack: models.Stack) -> tuple[models.Resource, ...]:
        """Resources of a stack and of the stacks nested in it."""
        heat = self._project.heat
        return tuple(_resource(part) for part in heat.inside(heat.find(stack.id)))

    @writes
    def mark_unhealthy(self, resource: models.Resource, reason: str) -> None:
        """Have the next update of its stack replace a resource."""
        self._project.heat.mark_unhealthy(resource.stack_id, resource.name, reason)

    @reads
    def last_signal(self, stack: models.Stack) -> models.Signal | None:
        """The last signal on which a resource of the stack acted, or None."""
        return self._project.heat.find(stack.id).signal

    @reads
    def output(self, stack: models.Stack, key: str) -> str:
        """Value of a stack's output."""
        value = self._project.heat.output(stack.id, key)
        if value is None:
            raise NotFound(f"output {key} of stack {stack.name} has no value yet")
        return str(value)


class FloatingIPs(Service):
    """Neutron's floating IPs."""

    name = "floating_ips"

    @reads
    def all(self) -> tuple[models.FloatingIP, ...]:
        """All floating IPs of the project."""
        return tuple(self._project.neutron.addresses.values())

    @writes
    def point(
        self, address: models.FloatingIP, port_id: str | None, description: str | None = None
    ) -> models.FloatingIP:
        """Point a floating IP to a port, or nowhere, in one request."""
        return self._project.neutron.point(address.id, address.revision, port_id, description)


class LoadBalancers(Service):
    """Octavia."""

    name = "load_balancers"

    @reads
    def all(self) -> tuple[models.LoadBalancer, ...]:
        """All load balancers of the project."""
        octavia = self._project.octavia
        return tuple(
            models.LoadBalancer(
                id=balancer.id,
                name=balancer.name,
                description=balancer.description,
                provider=balancer.provider,
                vip_address=balancer.vip.address,
                vip_port_id=balancer.vip.id,
                provisioning_status=balancer.provisioning_status,
                operating_status="ONLINE",
                pool_ids=tuple(
                    pool.id for pool in octavia.pools.values() if pool.balancer is balancer
                ),
            )
            for balancer in octavia.balancers.values()
        )

    @reads
    def pools(self) -> tuple[models.Pool, ...]:
        """All pools of the project."""
        octavia = self._project.octavia
        return tuple(
            models.Pool(
                id=pool.id,
                name=pool.name,
                description=pool.description,
                operating_status=octavia.health(pool),
                members=len(pool.members),
            )
            for pool in octavia.pools.values()
        )

    @reads
    def members(self, pool_id: str) -> tuple[models.Member, ...]:
        """Members of a pool."""
        pool = self._project.octavia.pools.get(pool_id)
        if pool is None:
            raise NotFound(f"cannot list the members of pool {pool_id}: it could not be found")
        return tuple(
            models.Member(
                id=member.id,
                address=member.address,
                operating_status=self._project.octavia.status(pool, member),
                provisioning_status=member.provisioning_status,
            )
            for member in pool.members.values()
        )

    @reads
    def listeners(self) -> tuple[models.Listener, ...]:
        """All listeners of the project."""
        return tuple(
            models.Listener(id=it.id, name=it.name, default_pool_id=it.pool_id)
            for it in self._project.octavia.listeners.values()
        )

    @writes
    def set_default_pool(self, listener: models.Listener, pool_id: str | None) -> None:
        """Have a listener lead to another pool, or to none."""
        octavia = self._project.octavia
        there = octavia.listeners.get(listener.id)
        if there is None:
            raise NotFound(f"cannot lead listener {listener.name}: it could not be found")
        if pool_id is not None and pool_id not in octavia.pools:
            raise NotFound(f"cannot lead listener {listener.name}: there is no pool {pool_id}")
        octavia.lead(there, pool_id)

    @writes
    def reload(self, balancer: models.LoadBalancer) -> None:
        """Have a proxy begin anew."""
        self._project.octavia.put(self._balancer(balancer))

    @reads
    def statistics(self, balancer: models.LoadBalancer) -> models.Statistics:
        """What a load balancer counts of its connections; the fake's end at once."""
        served = self._balancer(balancer).served
        return models.Statistics(active_connections=0, total_connections=served)

    def _balancer(self, balancer: models.LoadBalancer) -> Balancer:
        there = self._project.octavia.balancers.get(balancer.id)
        if there is None:
            raise NotFound(f"load balancer {balancer.name} could not be found")
        return there


class Servers(Service):
    """Nova."""

    name = "servers"

    @reads
    def active(self) -> tuple[models.Server, ...]:
        """Servers of the project in status ACTIVE."""
        return tuple(
            models.Server(id=server.id, name=server.name)
            for server in self._project.nova.servers.values()
            if server.status == "ACTIVE"
        )


class Alarms(Service):
    """Aodh."""

    name = "alarms"

    @reads
    def all(self) -> tuple[models.Alarm, ...]:
        """All alarms of the project."""
        return tuple(self._project.aodh.alarms.values())

    @writes
    def enable(self, alarm: models.Alarm, enabled: bool, query: str = "") -> None:
        """Have an alarm be evaluated, or not, with another query if one is given."""
        self._project.aodh.change(alarm.id, enabled=enabled, query=query or None)


class Metrics(Service):
    """Prometheus."""

    name = "metrics"

    @reads
    def query(self, promql: str) -> float | None:
        """Value of a query now."""
        return self._project.prometheus.query(promql)

    @reads
    def range(
        self, promql: str, begin: float, end: float, step: float
    ) -> tuple[models.Sample, ...]:
        """The same value all the time."""
        value = self._project.prometheus.query(promql)
        moments = [begin + n * step for n in range(int((end - begin) // step) + 1)]
        return tuple(models.Sample(at=at, value=value) for at in moments if value is not None)


class Ports(Service):
    """Neutron's ports."""

    name = "ports"

    @writes
    def sweep(self, subnet_id: str) -> None:
        """Delete the health-check ports that OVN's load balancer has left in a subnet."""
        self._project.octavia.sweep(subnet_id)


class SoftwareConfigs(Service):
    """Heat's software configs."""

    name = "software_configs"

    @reads
    def all(self, prefix: str) -> tuple[models.SoftwareConfig, ...]:
        """Records whose names begin so, oldest first, without their texts."""
        kept = self._project.heat.records
        return tuple(record for record in kept if record.name.startswith(prefix))

    @reads
    def read(self, record: models.SoftwareConfig) -> str:
        """Text of a record."""
        try:
            return self._project.heat.records[record]
        except KeyError:
            raise NotFound(f"cannot read record {record.name}: it could not be found") from None

    @writes
    def add(self, name: str, text: str) -> None:
        """Keep a text under a name."""
        heat = self._project.heat
        record = models.SoftwareConfig(
            id=self._project.identifiers.uuid(), name=name, created_at=self._project.timeline.date()
        )
        heat.records[record] = text

    @writes
    def remove(self, record: models.SoftwareConfig) -> None:
        """Remove a record; nothing happens when it is gone."""
        self._project.heat.records.pop(record, None)


class Lookup(Service):
    """What there is to build with."""

    name = "lookup"

    @reads
    def external_network(self, name_or_id: str) -> models.Named:
        """An external network; NotFound when there is none."""
        return _offered("external network", self._project.openstack.external_networks, name_or_id)

    @reads
    def image(self, name_or_id: str) -> models.Named:
        """An image; NotFound when there is none."""
        return _offered("image", self._project.openstack.images, name_or_id)

    @reads
    def flavor(self, name_or_id: str) -> models.Flavor:
        """A flavor; NotFound when there is none."""
        return _offered("flavor", self._project.openstack.flavors, name_or_id)

    @reads
    def keypair(self, name: str) -> models.Named:
        """A key pair of the user; NotFound when there is none."""
        return _offered("key pair", self._project.openstack.keypairs, name)

    @reads
    def providers(self) -> tuple[str, ...]:
        """Names of Octavia's providers."""
        return self._project.openstack.providers

    @reads
    def services(self) -> frozenset[str]:
        """Types of the services in Keystone's catalogue."""
        return self._project.openstack.services


def _offered(what: str, offers: Iterable[T], name_or_id: str) -> T:
    found = OpenStack.pick(offers, name_or_id)
    if found is None:
        raise NotFound(f"there is no {what} {name_or_id!r}")
    return found


def _stack(stack: Stack) -> models.Stack:
    return models.Stack(
        id=stack.id,
        name=stack.name,
        action=stack.action,
        status=stack.status,
        reason=stack.reason,
        tags=stack.tags,
        updated_at=stack.updated_at,
    )


def _resource(part: Part) -> models.Resource:
    return models.Resource(
        name=part.name,
        type=part.type,
        status=f"{part.action}_{part.status}",
        reason=part.reason,
        physical_id=part.physical_id,
        stack_name=part.stack.name,
        stack_id=part.stack.id,
        parent=part.stack.parent.name if part.stack.parent else "",
    )
