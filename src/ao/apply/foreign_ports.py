"""Ports that keep a stack's subnets from being deleted, and that no resource of the stack built.

An outage of Neutron or of Heat's engine may leave a server that Heat knows no more: its port holds
an address of the system's subnet and has the system's security group, and Neutron deletes neither
while it is there. Whoever has a role in the project may write what they like into a port's device
and a server's name, so that nothing proves such a server to be the site's. Ao tells of it, and
deletes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from ao.cloud import Port, Resource
from ao.errors import CloudError
from ao.message import Message, message
from ao.untrusted.printable import printable
from ao.work import Work

TOLD = 5
"""Ports that are told of."""
NAME = 80
"""Characters of a name or an owner that are told."""
DELETED_WITH_SUBNET = ("network:dhcp", "network:distributed")
"""Owners of ports that Neutron deletes with their subnet
(neutron/db/_utils.py: AUTO_DELETE_PORT_OWNERS)."""
SERVER = "compute:"
"""What the owner of a server's port begins with."""
ROUTER = ("network:router_interface", "network:ha_router_replicated_interface")
"""What the owner of a router's port begins with, also of a distributed and of a highly available
router's (neutron_lib/constants.py: ROUTER_INTERFACE_OWNERS)."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class ForeignPort:
    """A port in a stack's subnet that no resource of the stack built."""

    text: Message
    """Which port it is, and of what."""
    cure: Message
    """Command that takes it out of the subnet."""


def in_the_way(work: Work, resources: Collection[Resource]) -> tuple[ForeignPort, ...]:
    """Return the foreign ports that keep Neutron from deleting a resource of a stack.

    `resources` are those of the stack and of the stacks nested in it. Nothing is looked for unless
    the deletion of a resource in Neutron has failed, and nothing is found where the cloud does not
    answer: the error that this explains is told anyway.
    """
    failed = [it for it in resources if it.status == "DELETE_FAILED"]
    if not any(it.type.startswith("OS::Neutron::") for it in failed):
        return ()
    built = [it for it in resources if it.physical_id and it.status != "DELETE_COMPLETE"]
    try:
        return tuple(islice(_found(work, built), TOLD))
    except CloudError:
        return ()


def _found(work: Work, built: Iterable[Resource]) -> Iterator[ForeignPort]:
    own = {(it.type, it.physical_id) for it in built}
    # Heat names a router's port to a subnet by both: `ROUTER:subnet_id=SUBNET`.
    routers = {id_.partition(":")[0] for kind, id_ in own if kind == "OS::Neutron::RouterInterface"}
    ports = [
        (subnet, port)
        for kind, subnet in sorted(own)
        if kind == "OS::Neutron::Subnet"
        for port in work.cloud.ports.of_subnet(subnet)
        if port.owner not in DELETED_WITH_SUBNET
        and not port.checks_servers_of(subnet)
        and not (port.owner.startswith(SERVER) and ("OS::Nova::Server", port.device_id) in own)
        and not (port.owner.startswith(ROUTER) and port.device_id in routers)
    ]
    if not ports:
        return
    balancers = {it.vip_port_id: it.id for it in work.cloud.load_balancers.all()}
    locks = {it.id for it in work.cloud.locks.all()}
    for subnet, port in ports:
        balancer = balancers.get(port.id)
        if port.id not in locks and ("OS::Octavia::LoadBalancer", balancer) not in own:
            yield _explained(work, subnet, port, balancer)


def _explained(work: Work, subnet: str, port: Port, balancer: str | None) -> ForeignPort:
    """Tell of a port, and of the command that fits to what it belongs to.

    The device that a port tells may be any text, or the ID of something that is needed, as a
    server of the live system: a server is looked up, and told by name.
    """
    of_device = _ID.fullmatch(port.device_id) is not None
    if balancer is not None:
        return ForeignPort(
            text=message(
                "port %(port)s of load balancer %(balancer)s is in subnet %(subnet)s, and no "
                "resource of the stack is that",
                port=port.id,
                balancer=balancer,
                subnet=subnet,
            ),
            cure=message(
                "If nobody needs that load balancer, `openstack loadbalancer delete --cascade "
                "%(balancer)s` deletes it.",
                balancer=balancer,
            ),
        )
    if port.owner.startswith(ROUTER) and of_device:
        return ForeignPort(
            text=message(
                "port %(port)s of router %(router)s is in subnet %(subnet)s, and no resource of "
                "the stack is that",
                port=port.id,
                router=port.device_id,
                subnet=subnet,
            ),
            cure=message(
                "`openstack router remove port %(router)s %(port)s` takes the router off the "
                "subnet.",
                router=port.device_id,
                port=port.id,
            ),
        )
    if port.owner.startswith(SERVER) and of_device:
        server = work.cloud.servers.get(port.device_id)
        if server is not None:
            return _of_server(subnet, port, server.id, server.name)
    return ForeignPort(
        text=message(
            "port %(port)s (%(owner)s) is in subnet %(subnet)s, and no resource of the stack is "
            "that",
            port=port.id,
            owner=printable(port.owner or port.name or "-", NAME),
            subnet=subnet,
        ),
        cure=message(
            "If nobody needs that port, `openstack port delete %(port)s` deletes it.",
            port=port.id,
        ),
    )


def _of_server(subnet: str, port: Port, server: str, name: str) -> ForeignPort:
    """Tell of a port of a server, which a port may name that is none of its: no deletion of it."""
    return ForeignPort(
        text=message(
            "port %(port)s of server %(name)s (%(server)s) is in subnet %(subnet)s, and no "
            "resource of the stack is that",
            port=port.id,
            name=printable(repr(name), NAME),
            server=server,
            subnet=subnet,
        ),
        cure=message(
            "`openstack server remove port %(server)s %(port)s` takes that server off the subnet. "
            "Look at it: one that Heat has lost track of, and that nobody needs, can be deleted.",
            server=server,
            port=port.id,
        ),
    )
