"""Networks that are there already: what a site needs of them, before anything is built. Pure."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from ao.cloud import Subnet
from ao.colour import Colour
from ao.errors import Refused
from ao.message import Message, message
from ao.plan.facts import VIP, Facts
from ao.plan.offers import Offers
from ao.plan.plan import BuildSite, BuildSystem, Plan
from ao.site import Method, Site, network_places, tag_value
from ao.site.network import BALANCER
from ao.site.tags import NETWORK_KEYS
from ao.untrusted.printable import printable

Complaint = tuple[str, Message]
"""Key of the site file, and what is wrong with it."""
_FILE_KEYS = {
    "router": "network.router",
    "balancer": "network.balancer",
    "subnet": "network",
    "address": "external_network",
    "lock-network": "network.lock",
    "lock-subnet": "network.lock",
    "lock-address": "network.lock",
}
"""Keys of the site file, by those of the tags."""


def complaints(site: Site, facts: Facts, steps: Plan, offers: Offers) -> Iterator[Complaint]:
    """Yield what of the networks that are there does not fit to what a plan builds."""
    new = _new(facts, steps)
    yield from _router(site, offers, new)
    for key, subnet in offers.subnets.items():
        if key in new:
            yield from _subnet(site, offers, key, subnet)
    yield from _overlaps(site, offers, new)
    yield from _clients(site, offers, new)
    yield from _space(site, steps, offers, new)
    if BALANCER in new or (site.networks.lock and any(isinstance(it, BuildSite) for it in steps)):
        yield from _vip(site, offers)
        yield from _lock(site, offers)
    yield from _rules(site, offers, new)


def places(site: Site, offers: Offers, colour: Colour | None = None) -> dict[str, str]:
    """Return what was there before of the networks of a system, or of the site's own stack.

    By the keys of the tags that tell it.
    """
    if colour is not None:
        subnet = offers.subnets.get(str(colour))
        return {"subnet": subnet.id} if subnet else {}
    told = {}
    if offers.router is not None:
        told["router"] = offers.router.id
    if BALANCER in offers.subnets:
        told["balancer"] = offers.subnets[BALANCER].id
    if site.external_network is None:
        told["address"] = VIP
    if offers.lock is not None and site.networks.lock is not None:
        told["lock-network"], told["lock-subnet"] = offers.lock.network_id, offers.lock.id
        told["lock-address"] = site.networks.lock.address
    return told


def may_stay(site: Site, facts: Facts, steps: Plan, offers: Offers) -> None:
    """Refuse other networks than those that the site, or a system of it, was built in.

    Heat would replace what users reach.
    """
    if facts.stack is not None:
        wanted, built = places(site, offers), network_places(facts.stack.tags)
        for key in (it for it in NETWORK_KEYS if wanted.get(it) != built.get(it)):
            raise Refused(
                message(
                    "%(where)s: site %(site)s was built otherwise (%(key)s: %(built)s), which Ao "
                    "does not change",
                    where=site.place(_FILE_KEYS[key]),
                    site=site.name,
                    key=_FILE_KEYS[key],
                    built=printable(built.get(key, message("one of Ao's own")), 60),
                ),
                cure=message(
                    "Write what it was built with; to have it otherwise, `ao down` and `ao up`."
                ),
            )
    address, shared = site.production_address, facts.shared
    fixed = site.external_network is None and address is not None
    if fixed and shared is not None and shared.vip_address != address:
        raise Refused(
            message(
                "%(where)s: the load balancer of %(site)s has address %(built)s, which Octavia "
                "does not change",
                where=site.place("production_address"),
                site=site.name,
                built=shared.vip_address,
            ),
            cure=message(
                "Write what it was built with; to have it otherwise, `ao down` and `ao up`."
            ),
        )
    for step in steps:
        if not isinstance(step, BuildSystem):
            continue
        stack, key = facts.systems[step.colour].stack, f"network.{step.colour}"
        wanted = places(site, offers, step.colour)
        if stack is not None and wanted != network_places(stack.tags):
            raise Refused(
                message(
                    "%(where)s: %(colour)s was built in another network, in which it stays",
                    where=site.place(key),
                    colour=step.colour,
                ),
                cure=message(
                    "While it is the standby, `ao down %(name)s` and `ao up` build it in the "
                    "network of the site file.",
                    name=step.colour.value,
                ),
            )


def _new(facts: Facts, steps: Plan) -> frozenset[str]:
    """Return the keys of the subnets of what a plan builds that was not there."""
    systems = {
        str(step.colour)
        for step in steps
        if isinstance(step, BuildSystem) and facts.systems[step.colour].stack is None
    }
    shared = any(isinstance(step, BuildSite) for step in steps)
    pooled = facts.method is Method.POOL and facts.adoption is None
    return frozenset(systems | ({BALANCER} if shared and pooled else set()))


def _name(subnet: Subnet) -> str:
    return printable(subnet.name or subnet.id, 60)


def _needs_floating(site: Site, key: str) -> bool:
    """Return whether a floating IP leads to the load balancer of a subnet."""
    if site.external_network is None:
        return False
    return site.switch.method is Method.ADDRESS or key == BALANCER


def _router(site: Site, offers: Offers, new: frozenset[str]) -> Iterator[Complaint]:
    """Neutron refuses a subnet that overlaps with another one of the router.

    neutron/db/l3_db.py: _check_for_dup_router_subnets.
    """
    router, network = offers.router, offers.external_network
    if router is None or not new:
        return
    name = printable(router.name or router.id, 60)
    if network is not None and router.external_network_id != network.id:
        yield (
            "network.router",
            message(
                "%(router)s does not lead to external network %(network)s, so that no floating IP "
                "of it reaches the site; write a router that does, or give this one that gateway",
                router=name,
                network=printable(network.name or network.id, 60),
            ),
        )
    for key in sorted(new - set(offers.subnets)):
        cidr = site.balancer_cidr if key == BALANCER else site.cidrs.get(Colour(key))
        own = ipaddress.ip_network(cidr) if cidr else None
        others = [
            it
            for it in map(ipaddress.ip_network, router.cidrs)
            if own is not None and it.version == own.version and it.overlaps(own)
        ]
        if others:
            yield (
                f"network.{key}",
                message(
                    "%(cidr)s overlaps with %(other)s, which hangs on router %(router)s; write "
                    "other addresses",
                    cidr=own,
                    other=others[0],
                    router=name,
                ),
            )


def _subnet(site: Site, offers: Offers, key: str, subnet: Subnet) -> Iterator[Complaint]:
    """A floating IP reaches a subnet by a router that has an interface in it.

    neutron/db/l3_db.py: get_router_for_floatingip. The ports of a network that another project
    shares are not seen, so that of it nothing is known.
    """
    owner = tag_value(subnet.tags, "site")
    if owner is not None:
        yield (
            f"network.{key}",
            message(
                "%(subnet)s is of site %(site)s, and goes with that; write a subnet that Ao did "
                "not make",
                subnet=_name(subnet),
                site=printable(owner, 60),
            ),
        )
    floating = _needs_floating(site, key)
    if floating and subnet.version == 6:
        yield (
            f"network.{key}",
            message(
                "%(subnet)s is of IPv6, and Neutron has no floating IPs of IPv6; write a subnet of "
                "IPv4, or `external_network: none` and `method: pool`",
                subnet=_name(subnet),
            ),
        )
        return
    if not floating:
        return
    router = offers.router
    if router is not None and router.id not in subnet.routers and subnet.owned:
        yield (
            f"network.{key}",
            message(
                "%(subnet)s does not hang on router %(router)s, so that no floating IP reaches it; "
                "`openstack router add subnet %(router_id)s %(subnet_id)s` connects it",
                subnet=_name(subnet),
                router=printable(router.name or router.id, 60),
                router_id=router.id,
                subnet_id=subnet.id,
            ),
        )
    elif router is None and subnet.owned and not subnet.routers:
        yield (
            f"network.{key}",
            message(
                "%(subnet)s hangs on no router, so that no floating IP reaches it; `openstack "
                "router add subnet ROUTER %(subnet_id)s` connects it, or write "
                "`external_network: none`",
                subnet=_name(subnet),
                subnet_id=subnet.id,
            ),
        )


def _overlaps(site: Site, offers: Offers, new: frozenset[str]) -> Iterator[Complaint]:
    """A load balancer tells servers of two networks apart by their addresses.

    That networks overlap which Ao makes is told when the file is read.
    """
    there = {key: (it.id, it.cidr) for key, it in offers.subnets.items() if key in site.subnet_keys}
    own = {str(colour): cidr for colour, cidr in site.cidrs.items()}
    if BALANCER in site.subnet_keys and site.balancer_cidr is not None:
        own[BALANCER] = site.balancer_cidr
    known = there | {key: (key, cidr) for key, cidr in own.items()}
    for (key, (one, cidr)), (other_key, (other, other_cidr)) in combinations(known.items(), 2):
        first, second = ipaddress.ip_network(cidr), ipaddress.ip_network(other_cidr)
        if one == other or {key, other_key}.isdisjoint(there) or {key, other_key}.isdisjoint(new):
            continue
        if first.version == second.version and first.overlaps(second):
            yield (
                f"network.{other_key}",
                message(
                    "%(cidr)s overlaps with %(other)s, the addresses of %(key)s; write others",
                    cidr=second,
                    other=first,
                    key=key,
                ),
            )


def _clients(site: Site, offers: Offers, new: frozenset[str]) -> Iterator[Complaint]:
    """Octavia lets clients of the VIP's own version of IP in, and OVN leads to such servers.

    octavia/api/v2/controllers/listener.py: _validate_cidr_compatible_with_vip;
    ovn_octavia_provider/driver.py: _ip_version_differs.
    """
    subnet = offers.subnets.get(BALANCER)
    if subnet is None or not new:
        return
    for key, networks in (
        ("load_balancer.allowed_from", site.load_balancer.allowed_from or ()),
        ("switch.preview_from", site.switch.preview_sources),
    ):
        if any(ipaddress.ip_network(it).version != subnet.version for it in networks):
            yield (
                key,
                message(
                    "%(subnet)s, which the load balancer's address is of, is of IPv%(version)s; "
                    "write networks of that",
                    subnet=_name(subnet),
                    version=subnet.version,
                ),
            )
    if site.load_balancer.provider != "ovn":
        return
    for colour in Colour:
        there = offers.subnets.get(str(colour))
        cidr = there.cidr if there else site.cidrs.get(colour)
        if cidr is not None and ipaddress.ip_network(cidr).version != subnet.version:
            yield (
                f"network.{colour}",
                message(
                    "provider ovn leads an address of IPv%(version)s to servers of IPv%(version)s "
                    "only; write such a subnet, or take provider amphora",
                    version=subnet.version,
                ),
            )


def _space(site: Site, steps: Plan, offers: Offers, new: frozenset[str]) -> Iterator[Complaint]:
    """Each server has an address, and so has a load balancer; of a proxy, its machine too."""
    needed: Counter[str] = Counter()
    of = {subnet.id: f"network.{key}" for key, subnet in reversed(tuple(offers.subnets.items()))}
    ids = {key: subnet.id for key, subnet in offers.subnets.items()}
    machine = 0 if site.load_balancer.provider == "ovn" else 1
    for step in steps:
        key = str(step.colour) if isinstance(step, BuildSystem) else ""
        if isinstance(step, BuildSystem) and key in ids:
            needed[ids[key]] += step.size
    for key in new & set(ids):
        if key == BALANCER or site.switch.method is Method.ADDRESS:
            needed[ids[key]] += 1 + machine
        elif ids[key] != ids.get(BALANCER):
            needed[ids[key]] += machine
    for subnet in {it.id: it for it in offers.subnets.values()}.values():
        if needed[subnet.id] > subnet.free:
            yield (
                of[subnet.id],
                message(
                    "%(subnet)s has %(free)s free addresses, and %(needed)s are needed; free some, "
                    "widen its allocation pools, or write another subnet",
                    subnet=_name(subnet),
                    free=subnet.free,
                    needed=needed[subnet.id],
                ),
            )


def _vip(site: Site, offers: Offers) -> Iterator[Complaint]:
    """Without floating IPs the production address is one of the load balancer's subnet."""
    subnet, address = offers.subnets.get(BALANCER), site.production_address
    if site.external_network is not None or subnet is None or address is None:
        return
    if not subnet.holds(address):
        yield (
            "production_address",
            message(
                "%(address)s is none of %(subnet)s, which has %(cidr)s; write one of these, or "
                "`allocate`",
                address=address,
                subnet=_name(subnet),
                cidr=subnet.cidr,
            ),
        )
    elif address in subnet.taken:
        yield (
            "production_address",
            message(
                "a port has %(address)s already; write another address of %(subnet)s, or "
                "`allocate`",
                address=address,
                subnet=_name(subnet),
            ),
        )


def _lock(site: Site, offers: Offers) -> Iterator[Complaint]:
    """Only the owner of a network chooses an address in it (neutron/conf/policies/port.py).

    One that Neutron may give to any port would be somebody's while nobody holds the lock.
    """
    lock, subnet = site.networks.lock, offers.lock
    if lock is None or subnet is None:
        return
    if not subnet.owned:
        yield (
            "network.lock",
            message(
                "%(subnet)s is of another project, whose networks let this one choose no address; "
                "write a subnet of the project's own, or leave `lock` out",
                subnet=_name(subnet),
            ),
        )
    elif not subnet.holds(lock.address):
        yield (
            "network.lock.address",
            message(
                "%(address)s is none of %(subnet)s, which has %(cidr)s; write one of these",
                address=lock.address,
                subnet=_name(subnet),
                cidr=subnet.cidr,
            ),
        )
    elif subnet.gives(lock.address):
        yield (
            "network.lock.address",
            message(
                "%(address)s is in an allocation pool of %(subnet)s, so that any port may get it; "
                "write an address outside of them, or leave it out of the pools by `openstack "
                "subnet set --no-allocation-pool --allocation-pool start=…,end=… %(subnet_id)s`",
                address=lock.address,
                subnet=_name(subnet),
                subnet_id=subnet.id,
            ),
        )
    elif lock.address in subnet.taken:
        yield (
            "network.lock.address",
            message(
                "a port has %(address)s already; write an address of %(subnet)s that nothing has",
                address=lock.address,
                subnet=_name(subnet),
            ),
        )


def _rules(site: Site, offers: Offers, new: frozenset[str]) -> Iterator[Complaint]:
    """Neutron takes no rule twice, so none of those that let the load balancer in."""
    ports = {site.load_balancer.server_port, *(it.port for it in site.backends)}
    sources = {subnet.cidr for subnet in offers.subnets.values()}
    if site.load_balancer.provider == "ovn":
        # It shows servers the client's own address.
        systems = [it for key, it in offers.subnets.items() if key != BALANCER]
        shared = {it.cidr for key, it in offers.subnets.items() if key == BALANCER}
        sources = shared | {"::/0" if it.version == 6 else "0.0.0.0/0" for it in systems}
    for index, rule in enumerate(site.servers.rules):
        port = rule.ports[0] if rule.ports else 0
        own = rule.protocol == "tcp" and port in ports and rule.ports == (port, port)
        if own and rule.source in sources and new:
            yield (
                f"servers.rules.{index}",
                message(
                    "port %(port)s is open to %(source)s already, for the load balancer; leave "
                    "the rule out",
                    port=port,
                    source=rule.source,
                ),
            )
