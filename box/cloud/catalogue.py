"""Keystone's catalogue: the services, their endpoints and their own accounts."""

import argparse
from collections.abc import Collection, Mapping

import openstack
from openstack.connection import Connection

from box.cloud.identity import Identity
from box.config import ADDRESS
from box.home import Home
from box.passwords import load

SERVICES = {
    "glance": ("image", f"http://{ADDRESS}:9292"),
    "heat": ("orchestration", f"http://{ADDRESS}:8004/v1/%(tenant_id)s"),
    "neutron": ("network", f"http://{ADDRESS}:9696"),
    "nova": ("compute", f"http://{ADDRESS}:8774/v2.1"),
    "octavia": ("load-balancer", f"http://{ADDRESS}:9876"),
    "placement": ("placement", f"http://{ADDRESS}:8778"),
}
"""Type and endpoint of each service by its account's name."""

TELEMETRY = {
    "aodh": ("alarming", f"http://{ADDRESS}:8042"),
    "ceilometer": ("metric-storage", f"http://{ADDRESS}:9090"),
}
"""The same for telemetry. Aodh's client asks the catalogue for Prometheus by that type."""

KEY_MANAGER = {
    "barbican": ("key-manager", f"http://{ADDRESS}:9311"),
}
"""The same for the key manager."""

PARTS = {"key-manager": KEY_MANAGER, "telemetry": TELEMETRY}
"""What the catalogue names only while a part of the box is there, by the part's name."""

SERVICE_ROLES = ("admin", "service")
"""What a service's account may do in the project `service`."""

ROLES = (
    "heat_stack_owner",
    "heat_stack_user",
    "load-balancer_member",
    "load-balancer_observer",
)
"""The roles that Heat and Octavia ask for and `keystone-manage bootstrap` does not make."""


def write(cloud: Connection, password: str, *, without: Collection[str] = ()) -> None:
    """Make what is missing; `password` is that of all service accounts.

    The services of the parts that are left out are removed: who reads the catalogue finds only
    what runs.
    """
    wanted = dict(SERVICES)
    for part, services in PARTS.items():
        if part not in without:
            wanted |= services
    identity = Identity(cloud)
    for name in ROLES:
        identity.role(name)
    project = identity.project("service")
    for name in wanted:
        identity.grant(identity.user(name, password), project, SERVICE_ROLES)
    _write_endpoints(identity, wanted)
    _remove(identity, {kind for part in without for kind, _ in PARTS[part].values()})
    _make_stack_domain(identity, password)


def _write_endpoints(identity: Identity, wanted: Mapping[str, tuple[str, str]]) -> None:
    services = {service.type: service for service in identity.api.services()}
    served = {endpoint.service_id for endpoint in identity.api.endpoints()}
    for name, (kind, url) in wanted.items():
        service = services.get(kind) or identity.api.create_service(name=name, type=kind)
        if service.id not in served:
            for interface in ("public", "internal"):
                identity.api.create_endpoint(
                    service_id=service.id, interface=interface, url=url, region_id="RegionOne"
                )


def _remove(identity: Identity, kinds: Collection[str]) -> None:
    """Remove the services of these types; Keystone removes their endpoints with them."""
    for service in list(identity.api.services()):
        if service.type in kinds:
            identity.api.delete_service(service)


def _make_stack_domain(identity: Identity, password: str) -> None:
    """Make the domain in which Heat keeps the users that it makes for servers."""
    domain = identity.api.find_domain("heat") or identity.api.create_domain(name="heat")
    keeper = identity.user("heat_domain_admin", password, domain=domain.id)
    identity.api.assign_domain_role_to_user(domain, keeper, identity.role("admin"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", action="append", default=[], choices=sorted(PARTS))
    home = Home.from_environment()
    write(
        openstack.connect(cloud="box-admin"),
        load(home.passwords).service_password,
        without=parser.parse_args().without,
    )
