"""Changes that another user makes in the project without Ao or Heat."""

from __future__ import annotations

from typing import Any

from ao.cloud.models import FloatingIP
from ao.fake.octavia import Pool
from ao.fake.project import Project

OTHER = "id-of-other-user"
"""ID of that user."""


class OtherUser:
    """Another user with a role in the project. No call is recorded, no fault happens."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = project.deployment.lock

    def delete_server(self, server_id: str) -> None:
        """Delete a server in Nova."""
        with self._lock:
            self._project.nova.delete(server_id)

    def create_security_group(self, name: str) -> str:
        """Create a security group, and return its ID."""
        with self._lock:
            return self._project.neutron.create_security_group(name)

    def delete_security_group(self, group_id: str) -> None:
        """Delete a security group."""
        with self._lock:
            self._project.neutron.delete_security_group(group_id)

    def networks(self, server_id: str) -> dict[str, str]:
        """Return the address that a server has in each network, by the network's ID."""
        with self._lock:
            server = self._project.nova.servers[server_id]
            subnets = self._project.neutron.subnets
            ports = (server.port, *server.more_ports)
            return {subnets[it.subnet_id].network_id: it.address for it in ports}

    def security_groups(self, server_id: str) -> set[str]:
        """Return the IDs of the security groups that a server's port has."""
        with self._lock:
            return set(self._project.nova.servers[server_id].port.security_group_ids)

    def settings(self, server_id: str) -> dict[str, Any]:
        """Return a server's zone, metadata, config drive, and server group with its policy."""
        with self._lock:
            server = self._project.nova.servers[server_id]
        return {
            "availability_zone": server.availability_zone,
            "metadata": server.metadata,
            "config_drive": server.config_drive,
            "server_group": server.group.id if server.group else "",
            "policy": server.group.policy if server.group else "",
        }

    def metadata(self, server_id: str) -> dict[str, str]:
        """Return a server's metadata."""
        with self._lock:
            return dict(self._project.nova.servers[server_id].metadata)

    def rules(self, group_id: str) -> set[tuple[str, str, str]]:
        """Return protocol, ports and source of each ingress rule of a security group."""
        with self._lock:
            rules = self._project.neutron.security_groups[group_id].rules
        return {
            (
                str(rule["protocol"]),
                f"{rule.get('port_range_min', '')}-{rule.get('port_range_max', '')}",
                str(rule["remote_ip_prefix"]),
            )
            for rule in rules
            if rule["direction"] == "ingress"
        }

    def start_server(self, subnet_id: str, name: str, security_group_id: str = "") -> str:
        """Start a server in a subnet, which is in no stack; return its ID."""
        with self._lock:
            deployment = self._project.deployment
            server = self._project.nova.create(
                name=name,
                image=deployment.images[0],
                flavor=deployment.flavors[0],
                network_id=self._project.neutron.subnets[subnet_id].network_id,
                user_data="",
                metadata={},
                tags=frozenset(),
                security_group_ids=(security_group_id,) if security_group_id else (),
            )
            server.status = "ACTIVE"
            return server.id

    def create_network(self, name: str, cidr: str, pool: tuple[str, str]) -> str:
        """Create a network with a subnet of that name, and return the subnet's ID.

        Neutron gives addresses of the pool to ports, from its first to its last one.
        """
        with self._lock:
            neutron = self._project.neutron
            return neutron.create_subnet(name, neutron.create_network(name), cidr, pools=(pool,))

    def delete_network(self, name: str) -> None:
        """Delete the networks of a name, with their subnets."""
        with self._lock:
            neutron = self._project.neutron
            named = [it.id for it in neutron.networks.values() if it.name == name]
            for subnet in [it for it in neutron.subnets.values() if it.network_id in named]:
                neutron.delete_subnet(subnet.id)
            for network_id in named:
                neutron.delete_network(network_id)

    def create_port(self, subnet_id: str, *, owner: str = "", device_id: str = "") -> str:
        """Create a port in a subnet; return its ID."""
        with self._lock:
            return self._project.neutron.create_port(subnet_id, owner, device_id=device_id).id

    def delete_port(self, port_id: str) -> None:
        """Delete a port."""
        with self._lock:
            self._project.neutron.delete_port(port_id)

    def break_server(self, server_id: str) -> None:
        """Stop a server: Nova shows it in status SHUTOFF."""
        with self._lock:
            self._project.nova.servers[server_id].status = "SHUTOFF"

    def rename_server(self, server_id: str, name: str) -> None:
        """Give a server another name in Nova."""
        with self._lock:
            self._project.nova.servers[server_id].name = name

    def write_to_console(self, server_id: str, text: str) -> None:
        """Have a server write to its console."""
        with self._lock:
            self._project.nova.servers[server_id].console += text

    def delete_load_balancer(self, balancer_id: str) -> None:
        """Delete a load balancer in Octavia, with all that is in it."""
        with self._lock:
            self._project.octavia.delete_balancer(balancer_id)

    def mark_load_balancer(self, balancer_id: str, status: str) -> None:
        """Give a load balancer a provisioning status in which it stays, such as ERROR."""
        with self._lock:
            octavia = self._project.octavia
            octavia.mark(octavia.balancers[balancer_id], status)

    def store_container(self, name: str, certificate: bytes, key: bytes) -> str:
        """Put a certificate and its key, in PEM, into a container in Barbican; its reference."""
        with self._lock:
            barbican = self._project.barbican
            return barbican.add_container(name, certificate, key, OTHER).stored.ref

    def hide_certificate(self, ref: str) -> None:
        """Let nobody but who has stored it read a secret in Barbican."""
        with self._lock:
            self._project.barbican.hide(ref)

    def delete_certificate(self, ref: str) -> None:
        """Delete a secret or a container in Barbican, whoever uses it."""
        with self._lock:
            self._project.barbican.remove(ref)

    def delete_listener(self, listener_id: str) -> None:
        """Delete a listener in Octavia."""
        with self._lock:
            self._project.octavia.listeners.pop(listener_id, None)

    def delete_address(self, address_id: str) -> None:
        """Release a floating IP in Neutron."""
        with self._lock:
            self._project.neutron.floating_ips.pop(address_id, None)

    def delete_alarm(self, alarm_id: str) -> None:
        """Delete an alarm in Aodh."""
        with self._lock:
            self._project.aodh.delete(alarm_id)

    def allocate_address(self, description: str = "") -> FloatingIP:
        """Allocate a floating IP in Neutron."""
        with self._lock:
            network = self._project.deployment.external_networks[0]
            return self._project.neutron.allocate(network, description)

    def point(self, address_id: str, port_id: str | None) -> FloatingIP:
        """Associate a floating IP with a port, or with none, whatever its revision is."""
        with self._lock:
            return self._project.neutron.point(address_id, None, port_id, None)

    def add_pool(self, balancer_id: str, name: str) -> str:
        """Give a load balancer a pool without members in Octavia; return its ID."""
        with self._lock:
            octavia = self._project.octavia
            pool = Pool(
                id=self._project.deployment.identifiers.uuid(),
                name=name,
                description="",
                balancer=octavia.balancers[balancer_id],
                protocol="HTTP",
            )
            octavia.pools[pool.id] = pool
            return pool.id

    def signal(self, stack_name: str, policy: str) -> None:
        """Signal a scaling policy of a stack, which changes the size of its group."""
        with self._lock:
            heat = self._project.heat
            stack = next(stack for stack in heat.tops() if stack.name == stack_name)
            heat.signal(stack.id, policy)

    def evaluate(self, stack_name: str, alarm: str, state: str) -> None:
        """Let Aodh give an enabled alarm of a stack a state; state `alarm` signals its policies."""
        with self._lock:
            heat = self._project.heat
            stack = next(stack for stack in heat.tops() if stack.name == stack_name)
            for url in self._project.aodh.evaluate(stack.parts[alarm].physical_id, state):
                stack_id, policy = url.rsplit("/", 2)[1:]
                heat.signal(stack_id, policy)

    def load(self, stack_name: str, value: float) -> None:
        """Set the CPU load of the servers of a stack, from 0 to 1."""
        stack = next(it for it in self._project.heat.tops() if it.name == stack_name)
        self._project.prometheus.loads[stack.id] = value

    def things_named(self, word: str) -> list[str]:
        """Return the kinds of the things with the word in their name, tags or description."""
        neutron, octavia = self._project.neutron, self._project.octavia
        with self._lock:
            named = [
                *(("server", f"{s.name} {s.tags}") for s in self._project.nova.servers.values()),
                *(("network", network.name) for network in neutron.networks.values()),
                *(("subnet", subnet.name) for subnet in neutron.subnets.values()),
                *(("router", router.name) for router in neutron.routers.values()),
                *(("floating IP", ip.description) for ip in neutron.floating_ips.values()),
                *(("security group", group.name) for group in neutron.security_groups.values()),
                *(("load balancer", b.name) for b in octavia.balancers.values()),
                *(("listener", listener.name) for listener in octavia.listeners.values()),
                *(("pool", pool.name) for pool in octavia.pools.values()),
                *(("secret", it.name) for it in self._project.barbican.secrets.values()),
                *(("container", it.name) for it in self._project.barbican.containers.values()),
            ]
        return [kind for kind, text in named if word in text]
