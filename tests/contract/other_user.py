"""What somebody else does in the same project, who knows nothing of Ao."""

from collections.abc import Iterable
from typing import Any, Protocol

from openstack.connection import Connection
from openstack.exceptions import raise_from_response


class OtherUser(Protocol):
    """Somebody else in the project."""

    def delete_server(self, server_id: str) -> None:
        """Delete a server, and see it gone."""

    def break_server(self, server_id: str) -> None:
        """Have a server answer no more."""

    def create_network(self, name: str, cidr: str, pool: tuple[str, str]) -> str:
        """Create a network with a subnet of that name, and return the subnet's ID."""

    def delete_network(self, name: str) -> None:
        """Delete the networks of a name, with their subnets."""

    def create_port(self, subnet_id: str) -> str:
        """Create a port with an address of a subnet, and return its ID."""

    def delete_port(self, port_id: str) -> None:
        """Delete a port."""

    def create_security_group(self, name: str) -> str:
        """Create a security group, and return its ID."""

    def delete_security_group(self, group_id: str) -> None:
        """Delete a security group."""

    def networks(self, server_id: str) -> dict[str, str]:
        """Return the address that a server has in each network, by the network's ID."""

    def security_groups(self, server_id: str) -> set[str]:
        """Return the IDs of the security groups that a server's port has."""

    def settings(self, server_id: str) -> dict[str, Any]:
        """Return a server's zone, metadata, config drive, and server group with its policy."""

    def metadata(self, server_id: str) -> dict[str, str]:
        """Return a server's metadata."""

    def rules(self, group_id: str) -> set[tuple[str, str, str]]:
        """Return protocol, ports and source of each ingress rule of a security group."""

    def delete_address(self, address_id: str) -> None:
        """Delete a floating IP."""

    def delete_alarm(self, alarm_id: str) -> None:
        """Delete an alarm."""

    def signal(self, stack_name: str, policy: str) -> None:
        """Signal a scaling policy of a stack."""

    def things_named(self, word: str) -> list[str]:
        """Kinds of the things in the project with the word in name, tags or description."""


class RealOtherUser:
    """Somebody else with openstacksdk."""

    def __init__(self, cloud: Connection) -> None:
        self._cloud = cloud

    def delete_server(self, server_id: str) -> None:
        compute = self._cloud.compute
        compute.delete_server(server_id)
        compute.wait_for_delete(compute.get_server(server_id), interval=0.5, wait=60)

    def break_server(self, server_id: str) -> None:
        compute = self._cloud.compute
        compute.stop_server(server_id)
        compute.wait_for_server(compute.get_server(server_id), "SHUTOFF", interval=0.5, wait=60)

    def create_network(self, name: str, cidr: str, pool: tuple[str, str]) -> str:
        network = self._cloud.network
        first, last = pool
        subnet = network.create_subnet(
            name=name,
            network_id=network.create_network(name=name).id,
            cidr=cidr,
            ip_version=6 if ":" in cidr else 4,
            allocation_pools=[{"start": first, "end": last}],
        )
        return str(subnet.id)

    def delete_network(self, name: str) -> None:
        network, project = self._cloud.network, self._cloud.current_project_id
        for it in network.networks(name=name, project_id=project):
            network.delete_network(it)

    def create_port(self, subnet_id: str) -> str:
        network = self._cloud.network
        of = network.get_subnet(subnet_id).network_id
        port = network.create_port(network_id=of, fixed_ips=[{"subnet_id": subnet_id}])
        return str(port.id)

    def delete_port(self, port_id: str) -> None:
        self._cloud.network.delete_port(port_id)

    def create_security_group(self, name: str) -> str:
        return str(self._cloud.network.create_security_group(name=name).id)

    def delete_security_group(self, group_id: str) -> None:
        self._cloud.network.delete_security_group(group_id, ignore_missing=False)

    def networks(self, server_id: str) -> dict[str, str]:
        ports = self._cloud.network.ports(device_id=server_id)
        return {str(it.network_id): str(it.fixed_ips[0]["ip_address"]) for it in ports}

    def security_groups(self, server_id: str) -> set[str]:
        (port,) = self._cloud.network.ports(device_id=server_id)
        return set(port.security_group_ids)

    def settings(self, server_id: str) -> dict[str, Any]:
        server = self._cloud.compute.get_server(server_id)
        # A server tells its groups from a later version of the API on than the client's usual one.
        (group,) = (it for it in self._cloud.compute.server_groups() if server_id in it.member_ids)
        return {
            "availability_zone": server.availability_zone,
            "metadata": server.metadata,
            "config_drive": bool(server.has_config_drive),
            "server_group": group.id,
            "policy": group.policy or next(iter(group.policies)),
        }

    def metadata(self, server_id: str) -> dict[str, str]:
        return dict(self._cloud.compute.get_server(server_id).metadata)

    def rules(self, group_id: str) -> set[tuple[str, str, str]]:
        return {
            (
                str(rule.protocol),
                f"{rule.port_range_min or ''}-{rule.port_range_max or ''}",
                str(rule.remote_ip_prefix),
            )
            for rule in self._cloud.network.security_group_rules(
                security_group_id=group_id, direction="ingress"
            )
        }

    def delete_address(self, address_id: str) -> None:
        self._cloud.network.delete_ip(address_id)

    def delete_alarm(self, alarm_id: str) -> None:
        raise_from_response(self._cloud.alarm.delete(f"/alarms/{alarm_id}"))

    def signal(self, stack_name: str, policy: str) -> None:
        stack = self._cloud.orchestration.get_stack(stack_name)
        path = f"/stacks/{stack.name}/{stack.id}/resources/{policy}/signal"
        raise_from_response(self._cloud.orchestration.post(path, json={}))

    def things_named(self, word: str) -> list[str]:
        network, balancer = self._cloud.network, self._cloud.load_balancer
        project = {"project_id": self._cloud.current_project_id}
        found = {
            "server": self._cloud.compute.servers(),
            "network": network.networks(**project),
            "subnet": network.subnets(**project),
            "router": network.routers(**project),
            "floating IP": network.ips(**project),
            "security group": network.security_groups(**project),
            "load balancer": balancer.load_balancers(**project),
            "listener": balancer.listeners(**project),
            "pool": balancer.pools(**project),
            "secret": self._secrets(),
        }
        return [
            kind
            for kind, things in found.items()
            for thing in things
            if word
            in " ".join(str(getattr(thing, key, None)) for key in ("name", "description", "tags"))
        ]

    def _secrets(self) -> Iterable[Any]:
        return self._cloud.key_manager.secrets() if self._cloud.has_service("key-manager") else ()
