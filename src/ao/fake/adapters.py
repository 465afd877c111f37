"""The services of the fake cloud, as the protocols of `ao.cloud` define them."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import TypeVar

from ao.cloud import models
from ao.cloud.certificate_errors import not_shown
from ao.cloud.protocols import FloatingIPKey
from ao.errors import Conflict, Forbidden, NotFound
from ao.fake.barbican import Barbican
from ao.fake.calls import Service, reads, writes
from ao.fake.neutron import Network, Port, Router, Subnet
from ao.fake.octavia import Balancer, Listener, Pool, told
from ao.fake.stack import Part, Stack

T = TypeVar("T", bound=models.Named)
NamedThing = TypeVar("NamedThing", Network, Subnet, Router)


class Stacks(Service):
    """Heat."""

    name = "stacks"

    @reads
    def all(self) -> tuple[models.Stack, ...]:
        """Return the stacks of the project, without nested ones."""
        return tuple(_stack(stack) for stack in self._project.heat.tops())

    @reads
    def tagged(self, tag: str) -> tuple[models.Stack, ...]:
        """Return the stacks with the tag, without nested ones."""
        return tuple(_stack(stack) for stack in self._project.heat.tops() if tag in stack.tags)

    @reads
    def get(self, name: str) -> models.Stack | None:
        """Return the stack of that name, or None."""
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
        """Begin to update a stack to this template, these parameters and tags."""
        self._project.heat.update(stack.id, template, parameters, tags, deadline)

    @writes
    def repair(
        self,
        stack: models.Stack,
        parameters: Mapping[str, object],
        deadline: float,
        template: models.Template | None = None,
        tags: frozenset[str] | None = None,
    ) -> None:
        """Begin to update a stack with these parameters changed, template and tags if given."""
        self._project.heat.repair(stack.id, parameters, deadline, template, tags)

    @reads
    def preview(
        self,
        stack: models.Stack,
        template: models.Template,
        parameters: Mapping[str, object],
        *,
        keeps: bool,
    ) -> models.ResourceChanges:
        """Return what an update would do to the resources of a stack. Raises Forbidden."""
        if self.calls.reader:
            # heat/policies/stacks.py: preview_update; a new stack a reader may preview.
            raise Forbidden("cannot preview a stack: You are not authorized (HTTP 403)")
        return self._project.heat.preview(stack.id, template, parameters, keeps=keeps)

    @reads
    def preview_new(
        self, name: str, template: models.Template, parameters: Mapping[str, object]
    ) -> models.ResourceChanges:
        """Return what a new stack would make. Raises Conflict."""
        return self._project.heat.preview_new(name, template, parameters)

    @reads
    def parameters(self, stack: models.Stack) -> Mapping[str, str]:
        """Return the parameters of a stack by name, as texts."""
        return self._project.heat.parameters(stack.id)

    @writes
    def delete(self, stack: models.Stack) -> None:
        """Begin to delete a stack; nothing happens if it does not exist."""
        self._project.heat.delete(stack.id)

    @writes
    def cancel(self, stack: models.Stack) -> None:
        """Stop to create or update a stack. Raises CloudError if neither is in progress."""
        self._project.heat.cancel(stack.id)

    @reads
    def resources(self, stack: models.Stack) -> tuple[models.Resource, ...]:
        """Return the resources of a stack and of the stacks nested in it."""
        heat = self._project.heat
        return tuple(_resource(part) for part in heat.inside(heat.find(stack.id)))

    @reads
    def validate(self, template: models.Template, parameters: Mapping[str, object]) -> None:
        """Look at a template, with those that it uses. Raises CloudError."""
        self._project.heat.validate(template, parameters)

    @writes
    def mark_unhealthy(self, resource: models.Resource, reason: str) -> None:
        """Mark a resource, so that the next update of its stack replaces it."""
        self._project.heat.mark_unhealthy(resource.stack_id, resource.name, reason)

    @reads
    def last_signal(self, stack: models.Stack) -> models.Signal | None:
        """Return the last signal on which a resource of the stack acted, or None."""
        return self._project.heat.find(stack.id).signal

    @reads
    def output(self, stack: models.Stack, key: str) -> str:
        """Return the value of a stack's output. Raises NotFound while there is none."""
        value = self._project.heat.output(stack.id, key)
        if value is None:
            raise NotFound(f"output {key} of stack {stack.name} has no value yet")
        return str(value)


class FloatingIPs(Service):
    """Neutron's floating IPs."""

    name = "floating_ips"

    @reads
    def all(self) -> tuple[models.FloatingIP, ...]:
        """Return all floating IPs of the project."""
        return tuple(self._project.neutron.floating_ips.values())

    @reads
    def find(self, key: FloatingIPKey, values: Collection[str]) -> tuple[models.FloatingIP, ...]:
        """Return the floating IPs of which `key` has one of the values."""
        found = self._project.neutron.floating_ips.values()
        return tuple(address for address in found if getattr(address, key) in values)

    @writes
    def point(
        self, address: models.FloatingIP, port_id: str | None, description: str | None = None
    ) -> models.FloatingIP:
        """Associate a floating IP with a port, or with none, in one request."""
        return self._project.neutron.point(address.id, address.revision, port_id, description)


class LoadBalancers(Service):
    """Octavia."""

    name = "load_balancers"

    @reads
    def all(self) -> tuple[models.LoadBalancer, ...]:
        """Return all load balancers of the project."""
        return tuple(map(self._value, self._project.octavia.balancers.values()))

    @reads
    def get(self, balancer_id: str) -> models.LoadBalancer | None:
        """Return the load balancer of that ID, or None."""
        balancer = self._project.octavia.balancers.get(balancer_id)
        return self._value(balancer) if balancer else None

    @reads
    def status(self, balancer_id: str) -> models.BalancerStatus | None:
        """Return the statuses of a load balancer and of what hangs on it, or None without one."""
        octavia = self._project.octavia
        balancer = octavia.balancers.get(balancer_id)
        if balancer is None:
            return None
        listeners = {
            it.id: tuple(pool_id for pool_id in it.pools if pool_id in octavia.pools)
            for it in octavia.listeners.values()
            if it.balancer is balancer
        }
        return models.BalancerStatus(
            provisioning_status=balancer.provisioning_status,
            operating_status="ONLINE",
            listeners=listeners,
            members={
                pool_id: self._members(octavia.pools[pool_id])
                for pool_ids in listeners.values()
                for pool_id in pool_ids
            },
        )

    @reads
    def pools(self, balancer_id: str = "") -> tuple[models.Pool, ...]:
        """Return all pools of the project, or those of one load balancer."""
        octavia = self._project.octavia
        return tuple(
            models.Pool(
                id=pool.id,
                name=pool.name,
                description=pool.description,
                operating_status=octavia.health(pool),
                members=len(pool.members),
                settings=pool.settings,
                protocol=pool.protocol,
                algorithm=pool.algorithm,
                monitor_id=next((it.id for it in octavia.monitors.values() if it.pool is pool), ""),
                provisioning_status=pool.provisioning_status,
                enabled=pool.enabled,
                tags=pool.tags,
            )
            for pool in octavia.pools.values()
            if balancer_id in ("", pool.balancer.id)
        )

    @reads
    def members(self, pool_id: str) -> tuple[models.Member, ...]:
        """Return the members of a pool. Raises NotFound."""
        pool = self._project.octavia.pools.get(pool_id)
        if pool is None:
            raise NotFound(f"cannot list the members of pool {pool_id}: it could not be found")
        return self._members(pool)

    @reads
    def listeners(self, balancer_id: str = "") -> tuple[models.Listener, ...]:
        """Return all listeners of the project, or those of one load balancer."""
        return tuple(
            models.Listener(
                id=it.id,
                name=it.name,
                default_pool_id=it.pool_id,
                protocol=it.protocol,
                port=it.port,
                settings=told(it.settings, self._project.deployment.octavia_api),
                provisioning_status=it.provisioning_status,
                policy_ids=tuple(policy.id for policy in it.policies),
                balancer_id=it.balancer.id,
                description=it.description,
                tags=it.tags,
                enabled=it.enabled,
                connection_limit=it.connection_limit,
            )
            for it in self._project.octavia.listeners.values()
            if balancer_id in ("", it.balancer.id)
        )

    @reads
    def monitor(self, monitor_id: str) -> models.Monitor | None:
        """Return the health monitor of that ID, or None."""
        monitor = self._project.octavia.monitors.get(monitor_id)
        if monitor is None:
            return None
        asks = monitor.kind in {"HTTP", "HTTPS"}
        return models.Monitor(
            id=monitor.id,
            type=monitor.kind,
            domain_name=monitor.domain_name,
            http_version=monitor.http_version,
            tags=monitor.tags,
            interval=monitor.interval,
            timeout=monitor.timeout,
            rise=monitor.rise,
            fall=3,
            method=monitor.method if asks else "",
            path=monitor.path or "",
            expected=monitor.expected if asks else "",
            enabled=monitor.enabled,
        )

    @writes
    def write_monitor(self, monitor: models.Monitor) -> None:
        """Change the host that a health monitor names, and its tags. Raises NotFound."""
        octavia = self._project.octavia
        there = octavia.monitors.get(monitor.id)
        if there is None:
            raise NotFound(f"cannot change health monitor {monitor.id}: it could not be found")
        octavia.write_monitor(there, monitor.domain_name, monitor.http_version, monitor.tags)

    @reads
    def api_version(self) -> tuple[int, int] | None:
        """Return the newest version of Octavia's API."""
        return self._project.deployment.octavia_api

    @writes
    def set_default_pool(self, listener: models.Listener, pool_id: str | None) -> None:
        """Set the default pool of a listener, or none. Raises NotFound."""
        octavia = self._project.octavia
        there = self._listener(listener)
        if pool_id is not None and pool_id not in octavia.pools:
            raise NotFound(
                f"cannot set the default pool of {listener.name}: there is no pool {pool_id}"
            )
        octavia.set_default_pool(there, pool_id)

    @writes
    def configure(self, listener: models.Listener, settings: models.ListenerSettings) -> None:
        """Change the settings of a listener that differ from those that it was read with."""
        there = self._listener(listener)
        change = {
            it.name: getattr(settings, it.name)
            for it in fields(settings)
            if getattr(settings, it.name) != getattr(listener.settings, it.name)
        }
        if change:
            self._project.octavia.configure(there, change, self.calls.user_id)

    @writes
    def configure_pool(self, pool: models.Pool, settings: models.PoolSettings) -> None:
        """Change the settings of a pool that differ from those that it was read with."""
        there = self._project.octavia.pools.get(pool.id)
        if there is None:
            raise NotFound(f"pool {pool.name} could not be found")
        change = {
            it.name: getattr(settings, it.name)
            for it in fields(settings)
            if getattr(settings, it.name) != getattr(pool.settings, it.name)
        }
        if change:
            self._project.octavia.configure_pool(there, change, self.calls.user_id)

    @writes
    def remove_listener(self, listener: models.Listener) -> None:
        """Delete a listener; nothing happens if it does not exist."""
        self._project.octavia.remove_listener(listener.id)

    @reads
    def l7_policies(self, listener_id: str) -> tuple[models.L7Policy, ...]:
        """Return the L7 policies of a listener, in the order of their positions."""
        there = self._project.octavia.listeners.get(listener_id)
        return tuple(there.policies) if there else ()

    @reads
    def l7_policies_named(self, name: str) -> tuple[models.L7Policy, ...]:
        """Return the L7 policies of that name, of all listeners of the project."""
        listeners = self._project.octavia.listeners.values()
        return tuple(it for of in listeners for it in of.policies if it.name == name)

    @writes
    def create_l7_policy(
        self, listener: models.Listener, policy: models.L7Policy
    ) -> models.L7Policy:
        """Give a listener an L7 policy without rules. Raises NotFound."""
        return self._project.octavia.create_policy(self._listener(listener), policy)

    @writes
    def create_l7_rule(self, policy: models.L7Policy, rule: models.L7Rule) -> None:
        """Give an L7 policy a rule. Raises NotFound."""
        self._project.octavia.create_rule(policy.id, rule)

    @writes
    def set_l7_policy(self, policy: models.L7Policy, description: str, *, enabled: bool) -> None:
        """Switch an L7 policy on or off, and describe it. Raises NotFound."""
        self._project.octavia.set_policy(policy.id, description, enabled=enabled)

    @writes
    def remove_l7_policy(self, policy: models.L7Policy) -> None:
        """Take an L7 policy off; nothing happens if it does not exist."""
        self._project.octavia.remove_policy(policy.id)

    @writes
    def reload(self, balancer: models.LoadBalancer) -> None:
        """Begin a change of the load balancer, at which a proxy starts new workers."""
        self._project.octavia.begin_change(self._balancer(balancer))

    @writes
    def failover(self, balancer: models.LoadBalancer) -> None:
        """Begin to build a load balancer anew. Raises Forbidden for who is no administrator."""
        if not self.calls.admin:
            raise Forbidden(f"cannot fail load balancer {balancer.name} over: (HTTP 403)")
        self._project.octavia.failover(self._balancer(balancer))

    @reads
    def statistics(self, balancer: models.LoadBalancer) -> models.Statistics:
        """Return the statistics of a load balancer; all connections are over at once."""
        served = self._balancer(balancer).served
        return models.Statistics(active_connections=0, total_connections=served)

    def _value(self, balancer: Balancer) -> models.LoadBalancer:
        pools = self._project.octavia.pools.values()
        return models.LoadBalancer(
            id=balancer.id,
            name=balancer.name,
            description=balancer.description,
            provider=balancer.provider,
            vip_address=balancer.vip.address,
            vip_port_id=balancer.vip.id,
            provisioning_status=balancer.provisioning_status,
            operating_status="ONLINE",
            updated_at=balancer.updated_at,
            pool_ids=tuple(pool.id for pool in pools if pool.balancer is balancer),
            flavor_id=balancer.flavor_id,
            availability_zone=balancer.availability_zone,
            enabled=balancer.enabled,
            tags=balancer.tags,
            vip_subnet_id=balancer.vip.subnet_id,
            vip_network_id=self._project.neutron.subnets[balancer.vip.subnet_id].network_id,
        )

    def _members(self, pool: Pool) -> tuple[models.Member, ...]:
        return tuple(
            models.Member(
                id=member.id,
                address=member.address,
                operating_status=self._project.octavia.status(pool, member),
                provisioning_status=member.provisioning_status,
                port=member.port,
                subnet_id=member.subnet_id,
                weight=member.weight,
                enabled=member.enabled,
                backup=member.backup,
            )
            for member in pool.members.values()
        )

    def _listener(self, listener: models.Listener) -> Listener:
        there = self._project.octavia.listeners.get(listener.id)
        if there is None:
            raise NotFound(f"listener {listener.name} could not be found")
        return there

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
        """Return the servers of the project in status ACTIVE."""
        return tuple(
            models.Server(id=server.id, name=server.name)
            for server in self._project.nova.servers.values()
            if server.status == "ACTIVE"
        )

    @reads
    def named(self, prefixes: Collection[str]) -> tuple[models.Server, ...]:
        """Return the servers in status ACTIVE whose names begin with one of the prefixes."""
        return tuple(
            models.Server(id=server.id, name=server.name)
            for server in self._project.nova.servers.values()
            if server.status == "ACTIVE" and server.name.startswith(tuple(prefixes))
        )

    @reads
    def get(self, server_id: str) -> models.Server | None:
        """Return the server of that ID, or None."""
        server = self._project.nova.servers.get(server_id)
        return models.Server(id=server.id, name=server.name) if server else None

    @reads
    def details(self, server_id: str) -> models.ServerDetails | None:
        """Return what a server was made of; its user data to administrators alone."""
        server = self._project.nova.servers.get(server_id)
        if server is None:
            return None
        volumes = self._project.cinder.volumes.values()
        told = base64.b64encode(server.user_data.encode()).decode()
        return models.ServerDetails(
            id=server.id,
            name=server.name,
            status=server.status,
            image_id=server.image.id if server.image else None,
            flavor_id=server.flavor.id,
            keypair=server.keypair,
            availability_zone=server.availability_zone
            or self._project.deployment.availability_zones[0],
            config_drive=server.config_drive,
            metadata=dict(server.metadata),
            volume_ids=tuple(it.id for it in volumes if it.server_id == server.id),
            user_data=told if self.calls.admin else None,
        )

    @reads
    def volume(self, volume_id: str) -> models.Volume | None:
        """Return a volume, or None."""
        volume = self._project.cinder.volumes.get(volume_id)
        if volume is None:
            return None
        return models.Volume(
            id=volume.id,
            size=volume.size,
            type=volume.type or "",
            bootable=volume.image is not None,
            image_id=volume.image.id if volume.image else None,
        )

    @reads
    def is_active(self, server_id: str) -> bool:
        """Return whether there is a server of that ID, in status ACTIVE."""
        server = self._project.nova.servers.get(server_id)
        return server is not None and server.status == "ACTIVE"

    @reads
    def console(self, server_id: str, lines: int) -> str:
        """Return the last lines of a server's console. Raises NotFound, and Conflict in BUILD."""
        server = self._project.nova.servers.get(server_id)
        if server is None:
            raise NotFound(f"cannot read the console of server {server_id}: it could not be found")
        if server.status == "BUILD":
            raise Conflict(f"cannot read the console of server {server_id}: it is not ready")
        return "".join(server.console.splitlines(keepends=True)[-lines:])


class Alarms(Service):
    """Aodh."""

    name = "alarms"

    @reads
    def all(self) -> tuple[models.Alarm, ...]:
        """Return all alarms of the project."""
        return tuple(self._project.aodh.alarms.values())

    @reads
    def get(self, alarm_id: str) -> models.Alarm | None:
        """Return the alarm of that ID, or None."""
        return self._project.aodh.alarms.get(alarm_id)

    @writes
    def enable(self, alarm: models.Alarm, enabled: bool, query: str = "") -> None:
        """Enable or disable an alarm, and set its query if one is given.

        An alarm that is in that state already is left as it is.
        """
        self._project.aodh.switch(alarm.id, enabled=enabled, query=query)


class Metrics(Service):
    """Prometheus."""

    name = "metrics"

    @reads
    def query(self, promql: str) -> float | None:
        """Return the present value of a query."""
        return self._project.prometheus.query(promql)

    @reads
    def range(
        self, promql: str, begin: float, end: float, step: float
    ) -> tuple[models.Sample, ...]:
        """Return the present value of a query for every moment of the range."""
        value = self._project.prometheus.query(promql)
        moments = [begin + n * step for n in range(int((end - begin) // step) + 1)]
        return tuple(models.Sample(at=at, value=value) for at in moments if value is not None)


class Ports(Service):
    """Neutron's ports."""

    name = "ports"

    @reads
    def of_subnet(self, subnet_id: str) -> tuple[models.Port, ...]:
        """Return the ports that have an address of a subnet."""
        return tuple(
            self._value(port)
            for port in self._project.neutron.ports.values()
            if port.subnet_id == subnet_id and port.address
        )

    @reads
    def get(self, port_id: str) -> models.Port | None:
        """Return the port of that ID, or None."""
        port = self._project.neutron.ports.get(port_id)
        return self._value(port) if port else None

    @reads
    def of_device(self, device_id: str) -> tuple[models.Port, ...]:
        """Return the ports of a device."""
        ports = self._project.neutron.ports.values()
        return tuple(self._value(it) for it in ports if it.device_id == device_id)

    def _value(self, port: Port) -> models.Port:
        checks = port.owner == models.HEALTH_CHECKS
        return models.Port(
            id=port.id,
            name=f"ovn-lb-hm-{port.subnet_id}" if checks else "",
            owner=port.owner,
            device_id=port.device_id,
            network_id=self._project.neutron.subnets[port.subnet_id].network_id,
            addresses=((port.subnet_id, port.address),) if port.address else (),
            security_group_ids=port.security_group_ids,
        )

    @writes
    def sweep(self, subnet_id: str) -> None:
        """Delete the health-check ports that OVN's load balancer has left in a subnet."""
        self._project.octavia.sweep(subnet_id)


class SoftwareConfigs(Service):
    """Heat's software configs."""

    name = "software_configs"

    @reads
    def all(self, prefix: str) -> tuple[models.SoftwareConfig, ...]:
        """Return the software configs whose names have the prefix, oldest first, without texts."""
        kept = self._project.heat.software_configs
        return tuple(record for record in kept if record.name.startswith(prefix))

    @reads
    def listing(self) -> models.SoftwareConfigList:
        """Return all software configs, without texts, and how many there are."""
        kept = tuple(self._project.heat.software_configs)
        return models.SoftwareConfigList(records=kept, count=len(kept))

    @reads
    def since(self, moment: datetime) -> tuple[models.SoftwareConfig, ...]:
        """Return the software configs that were created at a moment or later, oldest first."""
        kept = self._project.heat.software_configs
        return tuple(record for record in kept if record.written >= moment)

    @reads
    def read(self, record: models.SoftwareConfig) -> str:
        """Return the text of a software config. Raises NotFound."""
        try:
            return self._project.heat.software_configs[record]
        except KeyError:
            raise NotFound(f"cannot read record {record.name}: it could not be found") from None

    @writes
    def add(self, name: str, text: str) -> None:
        """Create a software config of that name with a text."""
        self._project.heat.add_software_config(name, text)

    @writes
    def remove(self, record: models.SoftwareConfig) -> None:
        """Delete a software config; nothing happens if it does not exist."""
        self._project.heat.software_configs.pop(record, None)


class Certificates(Service):
    """Barbican, which shows a reader nothing."""

    name = "certificates"

    @reads
    def find(self, name_or_ref: str) -> models.StoredCertificate:
        """Return the certificate of that name or reference. Raises NotFound and Conflict."""
        return self._barbican.find(name_or_ref, self.calls.user_id)

    @reads
    def get(self, ref: str) -> models.StoredCertificate | None:
        """Return the certificate of that reference, or None."""
        return self._barbican.get(ref, self.calls.user_id)

    @reads
    def stored(self, name: str) -> tuple[models.StoredCertificate, ...]:
        """Return all certificates of that name, oldest first."""
        return self._barbican.named(name)

    @reads
    def beginning(self, prefix: str) -> tuple[models.StoredCertificate, ...]:
        """Return all certificates whose names begin so, oldest first."""
        return self._barbican.beginning(prefix)

    @writes
    def store(self, name: str, pkcs12: bytes) -> models.StoredCertificate:
        """Keep a secret under a name."""
        return self._barbican.store(name, pkcs12, self.calls.user_id)

    @reads
    def payload(self, ref: str) -> bytes:
        """Return what a secret holds. Raises NotFound."""
        return self._barbican.payload(ref, self.calls.user_id)

    @reads
    def public(self, ref: str) -> bytes | None:
        """Return a container's certificate without its key; None for what is none."""
        return self._barbican.public(ref, self.calls.user_id)

    @reads
    def readers(self, ref: str) -> frozenset[str] | None:
        """Return the users whom the read ACL of a certificate names; None if it does not exist."""
        return self._barbican.readers(ref)

    @writes
    def remove(self, ref: str) -> None:
        """Remove a certificate; nothing happens if it does not exist."""
        self._barbican.remove(ref)

    @property
    def _barbican(self) -> Barbican:
        if self.calls.reader:
            raise not_shown("cannot ask Barbican: the user has no role that allows it (HTTP 403)")
        return self._project.barbican


class Lookup(Service):
    """Images, flavors, external networks and key pairs by name, and what the cloud offers."""

    name = "lookup"

    @reads
    def external_network(self, name_or_id: str) -> models.Named:
        """Return an external network. Raises NotFound."""
        return _found("external network", name_or_id, self._project.deployment.external_network)

    @reads
    def subnet(self, network: str, subnet: str) -> models.Subnet:
        """Return a subnet of a network. Raises NotFound and Conflict."""
        neutron = self._project.neutron
        of = _one("network", network, neutron.networks.values())
        found = _one(
            "subnet",
            subnet,
            [it for it in neutron.subnets.values() if it.network_id == of.id],
        )
        seen = [it for it in neutron.ports.values() if it.subnet_id == found.id]
        taken = frozenset(it.address for it in seen if it.address)
        held = sum(found.gives(it) for it in taken)
        sizes = [
            int(ipaddress.ip_address(last)) - int(ipaddress.ip_address(first)) + 1
            for first, last in found.ranges
        ]
        return models.Subnet(
            id=found.id,
            name=found.name,
            network_id=of.id,
            cidr=found.cidr,
            owned=of.owned,
            free=sum(sizes) - held,
            pools=found.ranges,
            taken=taken,
            routers=frozenset(
                it.device_id for it in seen if it.owner == "network:router_interface"
            ),
        )

    @reads
    def router(self, name_or_id: str) -> models.Router:
        """Return a router of the project. Raises NotFound and Conflict."""
        neutron = self._project.neutron
        router = _one("router", name_or_id, neutron.routers.values())
        return models.Router(
            id=router.id,
            name=router.name,
            external_network_id=router.external_network_id,
            cidrs=tuple(sorted(neutron.subnets[it].cidr for it in router.interfaces)),
        )

    @reads
    def image(self, name_or_id: str) -> models.Image:
        """Return an image. Raises NotFound."""
        return _found("image", name_or_id, self._project.deployment.image)

    @reads
    def flavor(self, name_or_id: str) -> models.Flavor:
        """Return a flavor. Raises NotFound."""
        return _found("flavor", name_or_id, self._project.deployment.flavor)

    @reads
    def keypair(self, name: str) -> models.Named:
        """Return a key pair of the user. Raises NotFound."""
        return _found("key pair", name, self._project.deployment.keypair)

    @reads
    def security_group(self, name_or_id: str) -> models.SecurityGroup:
        """Return a security group of the project. Raises NotFound and Conflict."""
        groups = self._project.neutron.security_groups
        named = [group for group in groups.values() if group.name == name_or_id]
        found = [groups[name_or_id]] if name_or_id in groups else named
        if not found:
            raise NotFound(
                f"there is no security group {name_or_id!r}", cure="Name one that there is."
            )
        if len(found) > 1:
            raise Conflict(
                f"security group {name_or_id!r} is there {len(found)} times",
                cure="Write its ID instead.",
            )
        (group,) = found
        return models.SecurityGroup(id=group.id, name=group.name, description=group.description)

    @reads
    def network(self, name_or_id: str) -> models.Network:
        """Return a network. Raises NotFound and Conflict."""
        neutron, external = self._project.neutron, self._project.deployment.external_networks
        there = [
            *(
                models.Network(
                    id=it.id,
                    name=it.name,
                    subnets=sum(of.network_id == it.id for of in neutron.subnets.values()),
                    secured=it.secured,
                    tags=it.tags,
                )
                for it in neutron.networks.values()
            ),
            *(models.Network(id=it.id, name=it.name, external=True) for it in external),
        ]
        named = [it for it in there if it.id == name_or_id] or [
            it for it in there if it.name == name_or_id
        ]
        if len(named) > 1:
            raise Conflict(f"network {name_or_id!r} is there {len(named)} times")
        return _found("network", name_or_id, lambda _: next(iter(named), None))

    @reads
    def volume_type(self, name_or_id: str) -> models.Named:
        """Return a volume type. Raises NotFound."""
        return _found("volume type", name_or_id, self._project.deployment.volume_type)

    @reads
    def providers(self) -> tuple[str, ...]:
        """Return the names of Octavia's providers."""
        return self._project.deployment.providers

    @reads
    def availability_zones(self) -> tuple[str, ...]:
        """Return the names of Nova's availability zones."""
        return self._project.deployment.availability_zones

    @reads
    def balancer_flavor(self, name_or_id: str) -> models.Named:
        """Return Octavia's flavor. Raises NotFound."""
        find = self._project.deployment.balancer_flavor
        return _found("load-balancer flavor", name_or_id, find)

    @reads
    def balancer_zone(self, name: str) -> models.Named:
        """Return Octavia's availability zone. Raises NotFound."""
        find = self._project.deployment.balancer_zone
        return _found("load-balancer availability zone", name, find)

    @reads
    def services(self) -> frozenset[str]:
        """Return the types of the services in Keystone's catalogue."""
        return self._project.deployment.services


def _one(what: str, name_or_id: str, among: Iterable[NamedThing]) -> NamedThing:
    """Return the one thing of an ID, or of a name. Raises NotFound and Conflict."""
    things = list(among)
    found = [it for it in things if it.id == name_or_id]
    found = found or [it for it in things if it.name == name_or_id]
    if not found:
        raise NotFound(f"there is no {what} {name_or_id!r}", cure="Name one that there is.")
    if len(found) > 1:
        raise Conflict(
            f"{what} {name_or_id!r} is there {len(found)} times", cure="Write its ID instead."
        )
    return found[0]


def _found(what: str, name_or_id: str, find: Callable[[str], T | None]) -> T:
    found = find(name_or_id)
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
        read=stack.services.deployment.timeline.moment(),
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
        updated_at=part.updated_at,
    )
