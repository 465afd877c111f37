"""Resource types of Neutron."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from ao.fake.failure import Failure
from ao.fake.kinds.kind import Kind
from ao.fake.stack import Part
from ao.fake.timeline import Job

WORK = 1.0
"""Seconds that Heat needs to create or delete a resource of Neutron."""


class NeutronKind(Kind):
    """A resource type of Neutron."""

    def lost(self, part: Part) -> bool:
        """Return whether the resource is gone; one that failed is updated else.

        heat/engine/resources/openstack/neutron/neutron.py: needs_replace_failed.
        """
        neutron = part.services.neutron
        there = (
            neutron.networks,
            neutron.subnets,
            neutron.routers,
            neutron.security_groups,
            neutron.floating_ips,
        )
        return not any(part.physical_id in things for things in there)


class Network(NeutronKind):
    """OS::Neutron::Net."""

    optional = frozenset({"name", "tags"})

    def create(self, part: Part) -> Job:
        """Create the network."""
        properties = part.properties
        part.physical_id = part.services.neutron.create_network(
            properties["name"], frozenset(properties.get("tags", ()))
        )
        yield WORK

    def delete(self, part: Part) -> Job:
        """Delete the network."""
        yield WORK
        part.services.neutron.delete_network(part.physical_id)


class Subnet(NeutronKind):
    """OS::Neutron::Subnet."""

    required = frozenset({"network", "cidr"})
    optional = frozenset(
        {
            "name",
            "dns_nameservers",
            "enable_dhcp",
            "gateway_ip",
            "tags",
            "ip_version",
            "ipv6_address_mode",
            "ipv6_ra_mode",
        }
    )
    fixed = required | {"ip_version", "ipv6_address_mode", "ipv6_ra_mode"}

    def create(self, part: Part) -> Job:
        """Create the subnet."""
        properties = part.properties
        version = properties.get("ip_version", 4)
        if ipaddress.ip_network(properties["cidr"]).version != version:
            raise Failure(
                "BadRequest",
                f"Invalid input for operation: cidr {properties['cidr']} does not match the "
                f"ip_version '{version}'.",
            )
        part.physical_id = part.services.neutron.create_subnet(
            properties["name"],
            properties["network"],
            properties["cidr"],
            dhcp=properties.get("enable_dhcp", True),
        )
        yield WORK

    def delete(self, part: Part) -> Job:
        """Delete the subnet."""
        yield WORK
        part.services.neutron.delete_subnet(part.physical_id)


class Router(NeutronKind):
    """OS::Neutron::Router."""

    optional = frozenset({"name", "external_gateway_info", "tags"})
    fixed = frozenset({"external_gateway_info"})

    def create(self, part: Part) -> Job:
        """Create the router with its gateway."""
        network = part.properties["external_gateway_info"]["network"]
        deployment = part.services.deployment
        external = deployment.external_network(network)
        if external is None:
            raise Failure("NotFound", f"Network {network} could not be found.")
        part.physical_id = part.services.neutron.create_router(part.properties["name"], external.id)
        yield WORK

    def delete(self, part: Part) -> Job:
        """Delete the router."""
        yield WORK
        part.services.neutron.delete_router(part.physical_id)


class RouterInterface(NeutronKind):
    """OS::Neutron::RouterInterface."""

    required = frozenset({"router", "subnet"})
    fixed = required

    def create(self, part: Part) -> Job:
        """Connect the subnet to the router."""
        router, subnet = part.properties["router"], part.properties["subnet"]
        part.services.neutron.add_interface(router, subnet)
        part.physical_id = f"{router}:subnet_id={subnet}"
        yield WORK

    def lost(self, part: Part) -> bool:
        """Return whether the subnet was never connected; of one that was, Heat cannot find it out.

        heat/engine/resources/openstack/neutron/neutron.py: _show_resource asks for the kind by a
        name that a router interface has not.
        """
        if part.physical_id:
            raise Failure("", 'can only concatenate str (not "NoneType") to str')
        return True

    def delete(self, part: Part) -> Job:
        """Disconnect the subnet from the router."""
        yield WORK
        router, _, subnet = part.physical_id.partition(":subnet_id=")
        part.services.neutron.remove_interface(router, subnet)


class SecurityGroup(NeutronKind):
    """OS::Neutron::SecurityGroup."""

    optional = frozenset({"name", "description", "rules"})

    def create(self, part: Part) -> Job:
        """Create the group with its rules."""
        properties = part.properties
        part.physical_id = part.services.neutron.create_security_group(
            properties["name"], properties.get("rules", []), properties.get("description", "")
        )
        yield WORK

    def update(self, part: Part, before: Mapping[str, Any]) -> Job:
        """Give the group its rules."""
        yield WORK
        part.services.neutron.set_rules(part.physical_id, part.properties.get("rules", []))

    def delete(self, part: Part) -> Job:
        """Delete the group."""
        yield WORK
        part.services.neutron.delete_security_group(part.physical_id)


class FloatingIP(NeutronKind):
    """OS::Neutron::FloatingIP."""

    required = frozenset({"floating_network"})
    optional = frozenset({"value_specs"})
    fixed = required | optional

    def create(self, part: Part) -> Job:
        """Allocate the floating IP."""
        deployment = part.services.deployment
        network = deployment.external_network(part.properties["floating_network"])
        if network is None:
            raise Failure("NotFound", "External network could not be found.")
        description = part.properties.get("value_specs", {}).get("description", "")
        part.physical_id = part.services.neutron.allocate(network, description).id
        yield WORK

    def delete(self, part: Part) -> Job:
        """Release the floating IP, whichever port it points to."""
        yield WORK
        part.services.neutron.floating_ips.pop(part.physical_id, None)
