"""A site that somebody builds by plain calls of OpenStack, who knows nothing of Ao."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from ao.cloud.models import FloatingIP, L7Policy, ListenerSettings, PoolSettings
from ao.errors import CloudError
from ao.fake.failure import Failure
from ao.fake.octavia import Pool, check_pool, refuse_unsupported
from ao.fake.other_user import OTHER
from ao.fake.project import Project

SETTINGS = ListenerSettings()
POOL_SETTINGS = PoolSettings()


class Owner:
    """Makes networks, servers and load balancers, as `openstack server create` and so on do.

    All is whole at once. No call is recorded, and no fault happens; what the services refuse is
    refused, by CloudError.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = project.deployment.lock

    def subnet(self, name: str, cidr: str, *, router: str = "", reachable: bool = False) -> str:
        """Create a network with a subnet of that name, and return the subnet's ID.

        With the name of a router, a new one of that name leads from it to the external network. One
        that is `reachable` is a provider network, whose addresses users reach.
        """
        with self._lock:
            neutron, external = self._project.neutron, self._project.deployment.external_networks
            network_id = neutron.create_network(name, reachable=reachable)
            subnet_id = neutron.create_subnet(name, network_id, cidr)
            if router:
                neutron.add_interface(neutron.create_router(router, external[0].id), subnet_id)
            return subnet_id

    def security_group(self, name: str) -> str:
        """Create a security group, and return its ID."""
        with self._lock:
            return self._project.neutron.create_security_group(name)

    def server(
        self,
        name: str,
        subnet_id: str,
        *,
        image: str = "",
        flavor: str = "",
        keypair: str | None = None,
        user_data: str = "",
        metadata: Mapping[str, str] | None = None,
        security_group_ids: tuple[str, ...] = (),
        availability_zone: str | None = None,
        config_drive: bool = False,
        more_network_ids: tuple[str, ...] = (),
        boot_volume: int = 0,
    ) -> str:
        """Create a server whose application answers, and return its ID.

        Image and flavor are the cloud's first ones unless said. With `boot_volume` it starts from a
        volume of so many GiB, made of the image.
        """
        with self._lock:
            deployment, nova = self._project.deployment, self._project.nova
            of = deployment.image(image) if image else deployment.images[0]
            volumes: tuple[str, ...] = ()
            if boot_volume:
                volumes = (self._project.cinder.create(name, boot_volume, None, of).id,)
            made_as = deployment.flavor(flavor) if flavor else deployment.flavors[0]
            assert made_as is not None, f"there is no flavor {flavor}"
            server = nova.create(
                name=name,
                image=None if boot_volume else of,
                flavor=made_as,
                network_id=self._project.neutron.subnets[subnet_id].network_id,
                subnet_id=subnet_id,
                user_data=user_data,
                metadata=metadata or {},
                tags=frozenset(),
                security_group_ids=security_group_ids,
                availability_zone=availability_zone,
                config_drive=config_drive,
                keypair=keypair,
                more_network_ids=more_network_ids,
                volume_ids=volumes,
            )
            server.status = "ACTIVE"
            return server.id

    def load_balancer(self, name: str, subnet_id: str, provider: str = "amphora") -> str:
        """Create a load balancer, and return its ID."""
        with self._lock, _refusals():
            octavia = self._project.octavia
            balancer = octavia.create_balancer(name, "", provider, subnet_id)
            octavia.mark(balancer, "ACTIVE")
            return balancer.id

    def pool(
        self,
        balancer_id: str,
        name: str,
        protocol: str = "HTTP",
        algorithm: str = "ROUND_ROBIN",
        settings: PoolSettings = POOL_SETTINGS,
    ) -> str:
        """Give a load balancer a pool, and return its ID."""
        with self._lock, _refusals():
            octavia = self._project.octavia
            balancer = octavia.balancers[balancer_id]
            refuse_unsupported(balancer, "protocol", protocol)
            refuse_unsupported(balancer, "algorithm", algorithm)
            self._project.quotas.claim(pools=1)
            pool = Pool(
                id=self._project.deployment.identifiers.uuid(),
                name=name,
                description="",
                balancer=balancer,
                protocol=protocol,
                algorithm=algorithm,
                settings=settings,
            )
            octavia.pools[pool.id] = pool
            return pool.id

    def listener(
        self,
        balancer_id: str,
        name: str,
        protocol: str,
        port: int,
        pool_id: str | None = None,
        settings: ListenerSettings = SETTINGS,
    ) -> str:
        """Give a load balancer a listener that leads to a pool, and return its ID."""
        with self._lock, _refusals():
            octavia = self._project.octavia
            balancer = octavia.balancers[balancer_id]
            refuse_unsupported(balancer, "protocol", protocol)
            return octavia.create_listener(
                balancer, name, protocol, port, pool_id, settings, OTHER
            ).id

    def policy(self, listener_id: str, policy: L7Policy) -> str:
        """Give a listener an L7 policy with its rules, and return its ID."""
        with self._lock:
            octavia = self._project.octavia
            listener = octavia.listeners[listener_id]
            if listener.balancer.provider == "ovn":
                raise CloudError("Provider 'ovn' does not support creating l7policies. (HTTP 501)")
            if policy.redirect_pool_id:
                check_pool(listener, octavia.pools[policy.redirect_pool_id])
            made = replace(
                policy,
                id=self._project.deployment.identifiers.uuid(),
                position=len(listener.policies) + 1,
                listener_id=listener_id,
                provisioning_status="ACTIVE",
            )
            listener.policies.append(made)
            return made.id

    def member(self, pool_id: str, server_id: str, port: int = 80) -> str:
        """Put a server into a pool, and return the ID of the member."""
        with self._lock:
            at = self._project.nova.servers[server_id].port
            pool = self._project.octavia.pools[pool_id]
            return self._project.octavia.add_member(pool, at.subnet_id, at.address, port).id

    def monitor(
        self,
        pool_id: str,
        kind: str = "HTTP",
        path: str | None = "/health",
        expected: str | None = None,
        method: str | None = None,
    ) -> str:
        """Have a pool's members checked, and return the ID of the health monitor."""
        with self._lock, _refusals():
            octavia = self._project.octavia
            pool = octavia.pools[pool_id]
            return octavia.create_monitor(pool, path, kind, expected, method).id

    def floating_ip(self, port_id: str) -> FloatingIP:
        """Allocate a floating IP and point it to a port."""
        with self._lock:
            neutron = self._project.neutron
            made = neutron.allocate(self._project.deployment.external_networks[0], "")
            return neutron.point(made.id, None, port_id, None)

    def change(self, thing_id: str, **values: object) -> None:
        """Give a thing in Octavia other values of its fields, such as `enabled` and `tags`."""
        octavia = self._project.octavia
        with self._lock:
            members = {it.id: it for pool in octavia.pools.values() for it in pool.members.values()}
            things: Mapping[str, object] = {
                **octavia.balancers,
                **octavia.listeners,
                **octavia.pools,
                **octavia.monitors,
                **members,
            }
            for name, value in values.items():
                assert hasattr(things[thing_id], name)
                setattr(things[thing_id], name, value)


@contextmanager
def _refusals() -> Iterator[None]:
    """Raise what a service refuses as its API tells it, and not as Heat does."""
    try:
        yield
    except Failure as error:
        raise CloudError(str(error)) from error
