"""Resource types of Octavia."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ao.cloud.models import ListenerSettings, PoolSettings
from ao.errors import CloudError
from ao.fake import octavia
from ao.fake.failure import Failure
from ao.fake.kinds.kind import Kind
from ao.fake.octavia import TERMINATED
from ao.fake.stack import Part
from ao.fake.timeline import TICK, Job

_REFERENCES = {"default_tls_container_ref": "tls_ref", "sni_container_refs": "sni_refs"}
"""Properties of a listener that name certificates, and what Ao calls them."""


@contextmanager
def refusals() -> Iterator[None]:
    """Have Heat tell what Octavia refuses of it."""
    try:
        yield
    except CloudError as error:
        raise Failure("ClientException", error.message) from error


class LoadBalancer(Kind):
    """OS::Octavia::LoadBalancer."""

    required = frozenset({"vip_subnet"})
    fixed = frozenset({"vip_subnet", "vip_address", "provider", "flavor", "availability_zone"})
    optional = frozenset({"name", "description"}) | fixed - required

    def create(self, part: Part) -> Job:
        """Create the load balancer and wait until it is ACTIVE."""
        properties = part.properties
        balancer = part.services.octavia.create_balancer(
            properties["name"],
            properties["description"],
            properties["provider"],
            properties["vip_subnet"],
            properties.get("flavor"),
            properties.get("availability_zone"),
            properties.get("vip_address"),
        )
        part.physical_id = balancer.id
        try:
            yield octavia.BUILD
        finally:
            part.services.octavia.mark(balancer, "ACTIVE")

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Change the name and description of the load balancer."""
        balancer = part.services.octavia.balancers.get(part.physical_id)
        if balancer is None:
            raise _not_found("Load Balancer", part.physical_id)
        yield from part.services.octavia.change(balancer)
        balancer.name = part.properties["name"]
        balancer.description = part.properties["description"]

    def delete(self, part: Part) -> Job:
        """Delete the load balancer."""
        yield octavia.CHANGE
        part.services.octavia.delete_balancer(part.physical_id)


class Listener(Kind):
    """OS::Octavia::Listener."""

    required = frozenset({"loadbalancer", "protocol", "protocol_port"})
    optional = frozenset(
        {
            "name",
            "description",
            "default_pool",
            "allowed_cidrs",
            "default_tls_container_ref",
            "sni_container_refs",
        }
    )
    fixed = required

    def check(self, name: str, properties: Collection[str]) -> None:
        """Refuse a listener that terminates TLS without a certificate too.

        heat/engine/resources/openstack/octavia/listener.py: validate.
        """
        super().check(name, properties)
        terminates = isinstance(properties, Mapping) and properties["protocol"] == TERMINATED
        if terminates and "default_tls_container_ref" not in properties:
            raise CloudError(
                "Property default_tls_container_ref required when protocol is "
                f"{TERMINATED}. (HTTP 400)"
            )

    def create(self, part: Part) -> Job:
        """Create the listener."""
        services, properties = part.services, part.properties
        balancer = services.octavia.balancers.get(properties["loadbalancer"])
        if balancer is None:
            raise _not_found("Load Balancer", properties["loadbalancer"])
        octavia.refuse_unsupported(balancer, "protocol", properties["protocol"])
        if properties.get("allowed_cidrs") and balancer.provider == "ovn":
            raise Failure(
                "ServerFault", "OVN provider does not support allowed_cidrs option (HTTP 501)"
            )
        yield from services.octavia.change(balancer)
        with refusals():
            listener = services.octavia.create_listener(
                balancer,
                properties["name"],
                properties["protocol"],
                properties["protocol_port"],
                properties.get("default_pool"),
                ListenerSettings(
                    tls_ref=properties.get("default_tls_container_ref"),
                    sni_refs=tuple(properties.get("sni_container_refs") or ()),
                    allowed_cidrs=frozenset(properties.get("allowed_cidrs") or ()),
                ),
                None,
            )
        part.physical_id = listener.id

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Write what the template has changed of the listener, and leave the rest as it is."""
        listener = part.services.octavia.listeners.get(part.physical_id)
        if listener is None:
            raise _not_found("Listener", part.physical_id)
        changed = {
            mine: part.properties.get(name)
            for name, mine in _REFERENCES.items()
            if before.get(name) != part.properties.get(name)
        }
        while changed and listener.balancer.provisioning_status != "ACTIVE":
            yield TICK
        if changed:
            with refusals():
                part.services.octavia.configure(listener, changed, None)
        yield from part.services.octavia.change(listener.balancer)
        if before.get("default_pool") != part.properties.get("default_pool"):
            listener.pool_id = listener.serving = part.properties.get("default_pool")

    def delete(self, part: Part) -> Job:
        """Delete the listener."""
        yield octavia.CHANGE
        part.services.octavia.listeners.pop(part.physical_id, None)


class Pool(Kind):
    """OS::Octavia::Pool, which belongs to a listener or to a load balancer alone."""

    required = frozenset({"protocol", "lb_algorithm"})
    optional = frozenset({"listener", "loadbalancer", "name", "description", "tls_enabled"})
    fixed = frozenset({"listener", "loadbalancer", "protocol"})

    def create(self, part: Part) -> Job:
        """Create the pool; it becomes the default pool of the listener that it names."""
        services, name = part.services, part.properties["name"]
        listener = _listener(part)
        balancer_id = part.properties.get("loadbalancer", "")
        balancer = listener.balancer if listener else services.octavia.balancers.get(balancer_id)
        if balancer is None:
            raise _not_found("Load Balancer", balancer_id)
        octavia.refuse_unsupported(balancer, "protocol", part.properties["protocol"])
        octavia.refuse_unsupported(balancer, "algorithm", part.properties["lb_algorithm"])
        yield from services.octavia.change(balancer)
        services.quotas.claim(pools=1)
        pool = octavia.Pool(
            id=services.deployment.identifiers.uuid(),
            name=name,
            description=part.properties.get("description", ""),
            balancer=balancer,
            protocol=part.properties["protocol"],
            algorithm=part.properties["lb_algorithm"],
            settings=PoolSettings(encrypts=bool(part.properties.get("tls_enabled"))),
        )
        if listener:
            with refusals():
                octavia.check_pool(listener, pool)
        services.octavia.pools[pool.id] = pool
        part.physical_id = pool.id
        if listener:
            listener.pool_id = listener.serving = pool.id

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Write what the template has changed of the pool, and leave the rest as it is."""
        pool = part.services.octavia.pools.get(part.physical_id)
        if pool is None:
            raise _not_found("Pool", part.physical_id)
        yield from part.services.octavia.change(pool.balancer)
        encrypts = bool(part.properties.get("tls_enabled"))
        if encrypts is not bool(before.get("tls_enabled")):
            pool.settings = replace(pool.settings, encrypts=encrypts)

    def delete(self, part: Part) -> Job:
        """Delete the pool; Heat asks again while an L7 policy names it."""
        yield octavia.CHANGE
        while part.services.octavia.is_named(part.physical_id):
            yield TICK
        part.services.octavia.delete_pool(part.physical_id)


class HealthMonitor(Kind):
    """OS::Octavia::HealthMonitor."""

    required = frozenset({"pool", "type", "delay", "timeout", "max_retries"})
    optional = frozenset({"url_path", "expected_codes", "http_method"})
    fixed = frozenset({"pool", "type"})

    def create(self, part: Part) -> Job:
        """Create the health monitor."""
        pool = _pool(part)
        yield from part.services.octavia.change(pool.balancer)
        properties = part.properties
        monitor = part.services.octavia.create_monitor(
            pool,
            properties.get("url_path"),
            properties["type"],
            properties.get("expected_codes"),
            properties.get("http_method"),
        )
        self._time(part, monitor)
        part.physical_id = monitor.id

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Change what the health monitor requests, and the answer that it expects.

        Heat sends what differs (heat/engine/resources/openstack/octavia/health_monitor.py), so that
        the rest stays.
        """
        yield octavia.CHANGE
        monitor = part.services.octavia.monitors.get(part.physical_id)
        if monitor is None:
            raise _not_found("Health Monitor", part.physical_id)
        asked = [part.properties.get(it) for it in ("url_path", "expected_codes", "http_method")]
        part.services.octavia.define_monitor(monitor, *asked)
        self._time(part, monitor)

    def _time(self, part: Part, monitor: octavia.Monitor) -> None:
        """Set how often a health monitor asks, how long it waits, and how many answers it wants."""
        monitor.interval, monitor.timeout, monitor.rise = (
            int(part.properties[it]) for it in ("delay", "timeout", "max_retries")
        )

    def delete(self, part: Part) -> Job:
        """Delete the health monitor."""
        yield octavia.CHANGE
        part.services.octavia.delete_monitor(part.physical_id)


class PoolMember(Kind):
    """OS::Octavia::PoolMember."""

    required = frozenset({"pool", "address", "protocol_port", "subnet"})
    optional = frozenset({"tags"})
    fixed = required

    def create(self, part: Part) -> Job:
        """Add the member to its pool."""
        pool, properties = _pool(part), part.properties
        if not properties["address"]:
            raise Failure("BadRequest", "Invalid input for field address. (HTTP 400)")
        yield from part.services.octavia.change(pool.balancer)
        member = part.services.octavia.add_member(
            pool, properties["subnet"], properties["address"], int(properties["protocol_port"])
        )
        part.physical_id = member.id

    def delete(self, part: Part) -> Job:
        """Take the member out of its pool."""
        yield octavia.CHANGE
        part.services.octavia.remove_member(part.physical_id)


def _listener(part: Part) -> octavia.Listener | None:
    listener_id = part.properties.get("listener", "")
    if listener_id and listener_id not in part.services.octavia.listeners:
        raise _not_found("Listener", listener_id)
    return part.services.octavia.listeners.get(listener_id)


def _pool(part: Part) -> octavia.Pool:
    pool_id = part.properties["pool"]
    if pool_id not in part.services.octavia.pools:
        raise _not_found("Pool", pool_id)
    return part.services.octavia.pools[pool_id]


def _not_found(what: str, which: str) -> Failure:
    return Failure("NotFound", f"{what} {which} not found. (HTTP 404)")
