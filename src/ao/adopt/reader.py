"""A system that exists, read from the cloud; nothing is changed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ao.adopt import refusals
from ao.adopt.inventory import (
    BackEnd,
    BalancerTree,
    HeatStack,
    Inventory,
    Label,
    PlacedSubnet,
    ServedCertificate,
    site_named,
    site_of,
)
from ao.cloud import Cloud, FloatingIP, Listener, LoadBalancer, Member, Named, Port, Stack, Subnet
from ao.config import stored
from ao.errors import AoError, CloudError, Conflict, Forbidden, NotFound, Unavailable
from ao.http import handshake, trust
from ao.message import message
from ao.x509.certificate import Certificate, Unusable

T = TypeVar("T", Named, Subnet)
Handshake = Callable[[str, int, str, float], handshake.Served]
"""Shakes hands as `ao.http.handshake.served` does."""

MOST_STACKS = 200
"""Heat stacks of which the resources are looked at, in a request each."""
PATIENCE = 5.0
"""Seconds that a handshake with the load balancer may take."""
LONGEST_NAME = 255
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def read(cloud: Cloud, name: str, shake_hands: Handshake = handshake.served) -> Inventory:
    """Read the system that a load balancer, a listener or a floating IP leads to.

    `name` is a name, an ID or an address. Raises NotFound, and Refused for what cannot be adopted,
    with all reasons that were found and their cures.
    """
    tree = _tree(cloud, *_resolve(cloud, name))
    if found := refusals.of_tree(tree):
        raise refusals.refused(found)
    pool = tree.pool
    assert pool is not None
    members = cloud.load_balancers.members(pool.id)
    back_ends = _Servers(cloud, tree.balancer).behind(members)
    if found := refusals.of_back_ends(tree, back_ends):
        raise refusals.refused(found)
    addresses = cloud.floating_ips.find("port_id", {tree.balancer.vip_port_id})
    lookup = cloud.lookup
    servers = [it.server for it in back_ends if it.server]
    volumes = [volume for it in back_ends for volume in it.volumes if volume.bootable]
    image_ids = {
        it for it in (*(s.image_id for s in servers), *(v.image_id for v in volumes)) if it
    }
    groups = {it for end in back_ends if end.port for it in end.port.security_group_ids}
    return Inventory(
        cloud=cloud.known_as,
        tree=tree,
        monitor=cloud.load_balancers.monitor(pool.monitor_id) if pool.monitor_id else None,
        back_ends=back_ends,
        vip=_placed(cloud, tree.balancer.vip_network_id, tree.balancer.vip_subnet_id),
        addresses=addresses,
        external_network=_label(lookup.external_network, addresses[0].network_id)
        if addresses
        else None,
        images={it: _label(lookup.image, it) for it in sorted(image_ids)},
        flavors={it: _label(lookup.flavor, it) for it in sorted({s.flavor_id for s in servers})},
        keypairs={
            it: _label(lookup.keypair, it)
            for it in sorted({s.keypair for s in servers if s.keypair})
        },
        security_groups={it: _label(lookup.security_group, it) for it in sorted(groups)},
        versions={it: _version(cloud, it) for it in sorted(image_ids)},
        zones=lookup.availability_zones(),
        sites=tree.sites,
        certificates=_certificates(cloud, tree),
        served=_certificate(cloud, tree, addresses, shake_hands),
    )


def check(cloud: Cloud, listener_id: str, site: str) -> None:
    """Refuse a listener whose load balancer cannot be adopted by a site, as `read` does.

    Raises NotFound and Refused.
    """
    tree = _tree(cloud, *_resolve(cloud, listener_id))
    # What an `ao up` that was killed has kept is of this site itself.
    kept = {name: text for name, text in tree.kept.items() if name != site}
    if found := refusals.of_tree(replace(tree, kept=kept)):
        raise refusals.refused(found)


def _resolve(cloud: Cloud, name: str) -> tuple[LoadBalancer, str]:
    """Return the load balancer that a name, an ID or an address means, and the listener's ID.

    Raises NotFound and Refused.
    """
    balancers = {it.id: it for it in cloud.load_balancers.all()}
    address = _address(cloud, name)
    if address is not None:
        return _behind(cloud, address, balancers.values()), ""
    listeners = cloud.load_balancers.listeners()
    found = _matching(balancers.values(), listeners, name)
    if len(found) > 1:
        raise refusals.ambiguous(name, [(kind, it.id) for kind, it in found])
    if not found:
        raise _not_found(cloud, name)
    _, thing = found[0]
    if isinstance(thing, LoadBalancer):
        return thing, ""
    if thing.balancer_id not in balancers:
        raise refusals.of_another_project(thing.balancer_id)
    return balancers[thing.balancer_id], thing.id


def _matching(
    balancers: Iterable[LoadBalancer], listeners: Iterable[Listener], name: str
) -> list[tuple[str, LoadBalancer | Listener]]:
    """Return what is meant by an ID, else by a name or an address, with words for their kinds."""
    things: list[tuple[str, LoadBalancer | Listener]] = [
        *(("load balancer", it) for it in balancers),
        *(("listener", it) for it in listeners),
    ]
    by_id = [(kind, it) for kind, it in things if it.id == name.lower()]
    by_name = [(kind, it) for kind, it in things if it.name == name]
    by_vip = [
        (kind, it)
        for kind, it in things
        if (it.vip_address if isinstance(it, LoadBalancer) else None) == name
    ]
    return by_id or by_name or by_vip


def _address(cloud: Cloud, name: str) -> FloatingIP | None:
    """Return the floating IP of that address or ID, or None."""
    try:
        wanted = str(ipaddress.ip_address(name))
    except ValueError:
        found = cloud.floating_ips.find("id", {name.lower()}) if _UUID.fullmatch(name) else ()
    else:
        found = cloud.floating_ips.find("address", {wanted})
    return found[0] if found else None


def _behind(cloud: Cloud, address: FloatingIP, balancers: Iterable[LoadBalancer]) -> LoadBalancer:
    """Return the load balancer that a floating IP leads to. Raises Refused."""
    if address.port_id is None:
        raise refusals.leads_nowhere(address)
    found = next((it for it in balancers if it.vip_port_id == address.port_id), None)
    if found is None:
        raise refusals.not_to_a_load_balancer(address, cloud.ports.get(address.port_id))
    return found


def _not_found(cloud: Cloud, name: str) -> AoError:
    """Return the error that nothing of the project is meant."""
    if _UUID.fullmatch(name):
        try:
            if cloud.load_balancers.get(name) is not None:
                return refusals.of_another_project(name)
        except Forbidden:
            return refusals.of_another_project(name)
    return NotFound(
        message(
            "the project has no load balancer, listener or floating IP %(name)s", name=f"{name!r}"
        ),
        cure=message(
            "`openstack loadbalancer list`, `openstack loadbalancer listener list` and `openstack "
            "floating ip list` show what there is."
        ),
    )


def _tree(cloud: Cloud, balancer: LoadBalancer, asked: str) -> BalancerTree:
    """Read what hangs on a load balancer, and the stacks of the project."""
    listeners = cloud.load_balancers.listeners(balancer.id)
    pools = {it.id: it for it in cloud.load_balancers.pools(balancer.id)}
    stacks = cloud.stacks.all()
    sites = {site_of(it) for it in pools.values()}
    return BalancerTree(
        balancer=balancer,
        asked=asked,
        listeners=listeners,
        pools=pools,
        policies={
            it.id: cloud.load_balancers.l7_policies(it.id) for it in listeners if it.policy_ids
        },
        stacks=_made(cloud, stacks[:MOST_STACKS]),
        providers=cloud.lookup.providers(),
        sites=frozenset(filter(None, (site_named(it.tags) for it in stacks))),
        kept={site: _kept(cloud, site) for site in sorted(filter(None, sites))},
    )


def _kept(cloud: Cloud, site: str) -> str:
    """Return what the project keeps of a site's file; empty where that cannot be read."""
    try:
        return stored.read(cloud, site)
    except Unavailable:
        raise
    except AoError:
        return ""


def _made(cloud: Cloud, stacks: Iterable[Stack]) -> Mapping[str, HeatStack]:
    """Return stacks by the IDs of what they made."""
    found: dict[str, HeatStack] = {}
    for stack in stacks:
        try:
            resources = cloud.stacks.resources(stack)
        except NotFound:
            # It was deleted meanwhile.
            continue
        it = HeatStack(
            name=stack.name,
            tags=stack.tags,
            is_busy=stack.busy,
            types=frozenset(resource.type for resource in resources),
        )
        found |= {resource.physical_id: it for resource in resources if resource.physical_id}
    return found


class _Servers:
    """Finds the servers behind members, and what they were made of."""

    def __init__(self, cloud: Cloud, balancer: LoadBalancer) -> None:
        self._cloud = cloud
        self._balancer = balancer
        self._ports: dict[str, tuple[Port, ...]] = {}
        self._subnets: dict[str, PlacedSubnet | None] = {}

    def behind(self, members: Sequence[Member]) -> tuple[BackEnd, ...]:
        """Return the members with the servers behind them."""
        return tuple(map(self._back_end, members))

    def _back_end(self, member: Member) -> BackEnd:
        subnet_id = member.subnet_id or self._balancer.vip_subnet_id
        port = self._port(subnet_id, member.address)
        server = None
        if port is not None and port.owner.startswith("compute:") and port.device_id:
            server = self._cloud.servers.details(port.device_id)
        if port is None or server is None:
            return BackEnd(member=member)
        others = [it for it in self._cloud.ports.of_device(server.id) if it.id != port.id]
        networks = dict.fromkeys(it.network_id for it in others if it.network_id)
        volumes = (self._cloud.servers.volume(it) for it in server.volume_ids)
        return BackEnd(
            member=member,
            server=server,
            port=port,
            subnet=self._subnet(port.network_id, subnet_id),
            networks=tuple(_label(self._cloud.lookup.network, it) for it in networks),
            volumes=tuple(it for it in volumes if it is not None),
        )

    def _port(self, subnet_id: str, address: str) -> Port | None:
        if not subnet_id:
            return None
        if subnet_id not in self._ports:
            self._ports[subnet_id] = self._cloud.ports.of_subnet(subnet_id)
        at = (subnet_id, address)
        return next((it for it in self._ports[subnet_id] if at in it.addresses), None)

    def _subnet(self, network_id: str, subnet_id: str) -> PlacedSubnet | None:
        if subnet_id not in self._subnets:
            self._subnets[subnet_id] = _placed(self._cloud, network_id, subnet_id)
        return self._subnets[subnet_id]


def _placed(cloud: Cloud, network_id: str, subnet_id: str) -> PlacedSubnet | None:
    """Return a subnet with its network; None where the project does not see it."""
    if not network_id or not subnet_id:
        return None
    try:
        value = cloud.lookup.subnet(network_id, subnet_id)
    except NotFound:
        return None
    return PlacedSubnet(
        network=_label(cloud.lookup.network, network_id),
        subnet=_label(lambda it: cloud.lookup.subnet(network_id, it), subnet_id),
        value=value,
    )


def _label(find: Callable[[str], T], thing_id: str) -> Label:
    """Return how a site file names a thing: by its name where that finds it, and nothing else."""
    try:
        name = find(thing_id).name
    except NotFound:
        return Label(id=thing_id, is_found=False)
    if not name or not name.isprintable() or name.strip() != name or len(name) > LONGEST_NAME:
        return Label(id=thing_id, name=name)
    try:
        is_unique = find(name).id == thing_id
    except (Conflict, NotFound):
        is_unique = False
    return Label(id=thing_id, name=name, is_unique=is_unique)


def _version(cloud: Cloud, image_id: str) -> str:
    try:
        return cloud.lookup.image(image_id).version
    except NotFound:
        return ""


def _certificates(cloud: Cloud, tree: BalancerTree) -> Mapping[str, str]:
    """Return the names of the certificates of the adopted listeners, by reference."""
    found: dict[str, str] = {}
    for listener in tree.adopted:
        settings = listener.settings
        for ref in filter(None, (settings.tls_ref, *settings.sni_refs)):
            try:
                stored_one = cloud.certificates.get(ref)
            except (Forbidden, NotFound):
                continue
            if stored_one is not None:
                found[ref] = stored_one.name
    return found


def _certificate(
    cloud: Cloud,
    tree: BalancerTree,
    addresses: Sequence[FloatingIP],
    shake_hands: Handshake,
) -> ServedCertificate | None:
    """Return the certificate that users of the main listener see, or None.

    It is asked for as users get it, by a handshake, and else of Barbican where that has it without
    its key.
    """
    main = tree.adopted[0]
    if main.protocol not in {"TERMINATED_HTTPS", "HTTPS"}:
        return None
    at = [*(it.address for it in addresses), tree.balancer.vip_address]
    shown = next(filter(None, (_shown(it, main.port, shake_hands) for it in at if it)), None)
    if shown is not None or main.settings.tls_ref is None:
        return shown
    try:
        text = cloud.certificates.public(main.settings.tls_ref)
        certificate = Certificate.from_pem(text)[0] if text else None
    except (CloudError, Unusable):
        return None
    return ServedCertificate(certificate=certificate) if certificate else None


def _shown(address: str, port: int, shake_hands: Handshake) -> ServedCertificate | None:
    """Return the certificate that an address shows at a port, whoever signed it; or None."""
    try:
        found = shake_hands(address, port, address, PATIENCE)
    except handshake.NoHandshake:
        return None
    # That it is not of the address is as it should be: it is of a name.
    unknown = found.distrust is not None and found.distrust.why == trust.UNKNOWN_AUTHORITY.why
    return ServedCertificate(certificate=found.certificate, is_trusted=not unknown)
