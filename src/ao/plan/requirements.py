"""Requirements: what a site's servers and load balancers need, against what is there. Pure.

What `ao.config.agreement` refuses can be built in no cloud. Here is what a build with this image
and flavor, from this network, of this version would come to grief at, or what it could not do
afterwards; it is refused before anything is built. Of a system that is there and gets another
version, what it has been built with already is only told: a mend must not wait for it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ao import duration
from ao.cloud import FloatingIP, Image
from ao.colour import Colour
from ao.errors import ConfigError
from ao.message import Message, joined, message
from ao.plan import networks
from ao.plan.facts import Facts
from ao.plan.offers import Offers
from ao.plan.plan import BuildSite, BuildSystem, Plan
from ao.site import Site, tag_value, user_data
from ao.site.network import BALANCER
from ao.site.rules import After
from ao.untrusted.printable import printable

GIB = 1024**3
"""Bytes of a GiB."""
OTHERS = 6
"""Addresses of a system's network that no server gets: network, broadcast and router, the cloud's
own port, and two of a load balancer."""


@dataclass(frozen=True)
class _Complaint:
    key: str
    what: str


def check(site: Site, facts: Facts, steps: Plan, offers: Offers) -> tuple[Message, ...]:
    """Raise ConfigError, with the place of each key, if a plan builds what cannot work.

    Return what is to be told: what only a new system would be refused for, a message each.
    """
    systems = [step for step in steps if isinstance(step, BuildSystem)]
    new = any(isinstance(step, BuildSite) for step in steps)
    if not systems and not new:
        return ()
    new = new or any(facts.systems[step.colour].stack is None for step in systems)
    found = list(_addresses(site, facts, offers))
    found += [_Complaint(*it) for it in networks.complaints(site, facts, steps, offers)]
    doubtful = [*_times(site), *_sizes(site)]
    if systems:
        found += _servers(site, offers)
        found += _groups(offers)
        found += _networks(site, offers)
        found += _secrets(site)
        doubtful += _disk(site, offers)
    for step in systems:
        found += _version(site, facts, step, offers.image)
        found += _user_data(site, step.colour, step.version, offers.sealed)
    if new:
        found += doubtful
    if found:
        raise ConfigError(joined("\n", _told(site, found)), cure=message("Nothing was changed."))
    return _told(site, doubtful)


def _told(site: Site, complaints: Iterable[_Complaint]) -> tuple[Message, ...]:
    return tuple(
        message("%(where)s: %(what)s", where=site.place(it.key), what=it.what)
        for it in dict.fromkeys(complaints)
    )


def _addresses(site: Site, facts: Facts, offers: Offers) -> Iterator[_Complaint]:
    """A router leads the addresses of one external network to the site, its gateway's."""
    address, network = facts.production, offers.external_network
    if (
        site.production_address is not None
        and network is not None
        and isinstance(address, FloatingIP)
        and not facts.connected
        and address.network_id != network.id
    ):
        yield _Complaint(
            "production_address",
            message(
                "%(address)s is of network %(other)s, and external_network is %(network)s; write "
                "an address of that, or the network of this one",
                address=address.address,
                other=address.network_id,
                network=network.name or network.id,
            ),
        )


def _times(site: Site) -> Iterator[_Complaint]:
    check = site.health_check
    if check.timeout > check.interval:
        yield _Complaint(
            "health_check.timeout",
            message(
                "%(timeout)s seconds are longer than `interval`, %(interval)s: a check must have "
                "ended when the next begins",
                timeout=check.timeout,
                interval=check.interval,
            ),
        )
    if site.group.delete_delay >= site.deadlines.build:
        yield _Complaint(
            "group.delete_delay",
            message(
                "%(delay)s are not shorter than deadlines.build, %(deadline)s: Heat would give up "
                "on every change that takes a server away",
                delay=duration.show(site.group.delete_delay),
                deadline=duration.show(site.deadlines.build),
            ),
        )


def _sizes(site: Site) -> Iterator[_Complaint]:
    standby, group = site.rules.standby, site.group
    if standby.after is After.SHRINK and standby.size > group.maximum:
        yield _Complaint(
            "standby.size",
            message(
                "%(size)s servers are more than the greatest number, %(most)s",
                size=standby.size,
                most=group.maximum,
            ),
        )
    # The shared load balancer is in a network of its own; its members' side is in these.
    for colour in Colour:
        if colour not in site.cidrs:
            continue
        addresses = ipaddress.ip_network(site.cidrs[colour]).num_addresses - OTHERS
        if group.maximum > addresses:
            yield _Complaint(
                f"network.{colour}",
                message(
                    "%(network)s has addresses for %(count)s servers, and there may be %(most)s; "
                    "write a wider network, or fewer servers in group.max",
                    network=site.cidrs[colour],
                    count=addresses,
                    most=group.maximum,
                ),
            )


def _servers(site: Site, offers: Offers) -> Iterator[_Complaint]:
    """Nova makes no server of these (nova/compute/api.py: _validate_flavor_image)."""
    image, flavor = offers.image, offers.flavor
    if image.status != "active":
        yield _Complaint(
            "image",
            message(
                "%(image)s is %(status)s in Glance, and servers are made of active images only",
                image=image.name or image.id,
                status=image.status,
            ),
        )
    if flavor.ram < image.min_ram:
        yield _Complaint(
            "flavor",
            message(
                "%(flavor)s has %(ram)s MiB of memory, and image %(image)s needs %(least)s",
                flavor=flavor.name,
                ram=flavor.ram,
                image=image.name or image.id,
                least=image.min_ram,
            ),
        )
    least = max(image.min_disk, -(-image.size // GIB))
    if site.server_template is not None:
        # It tells itself what its server starts from.
        return
    volume = site.servers.boot_volume
    if volume is not None and volume.size < least:
        # cinder/api/v3/volumes.py, cinder/image/image_utils.py: check_image_metadata
        yield _Complaint(
            "servers.boot_volume.size",
            message(
                "%(size)s GiB are less than image %(image)s needs: %(least)s",
                size=volume.size,
                image=image.name or image.id,
                least=least,
            ),
        )
    if volume is not None or flavor.disk == 0:
        return
    if flavor.disk < least:
        yield _Complaint(
            "flavor",
            message(
                "%(flavor)s has %(disk)s GiB of disk, and image %(image)s needs %(least)s",
                flavor=flavor.name,
                disk=flavor.disk,
                image=image.name or image.id,
                least=least,
            ),
        )


def _groups(offers: Offers) -> Iterator[_Complaint]:
    """A system's security group is deleted with it, which Neutron refuses while others have it."""
    for group in offers.security_groups:
        owner = tag_value(frozenset(group.description.split()), "site")
        if owner is not None:
            yield _Complaint(
                "servers.security_groups",
                message(
                    "%(group)s is of a system of site %(site)s, and goes with that; write a group "
                    "that Ao did not make",
                    group=printable(group.name or group.id, 60),
                    site=printable(owner, 60),
                ),
            )


def _networks(site: Site, offers: Offers) -> Iterator[_Complaint]:
    """What Nova makes no port in, and what goes with a site of Ao's."""
    seen: set[str] = set()
    for number, network in enumerate(offers.networks):
        key, name = f"servers.networks.{number}", printable(network.name or network.id, 60)
        owner = tag_value(network.tags, "site")
        if owner is not None:
            yield _Complaint(
                key,
                message(
                    "%(network)s is of site %(site)s, and goes with that; write a network that Ao "
                    "did not make",
                    network=name,
                    site=printable(owner, 60),
                ),
            )
        if network.external:
            # nova/network/neutron.py: _validate_requested_network_ids
            yield _Complaint(
                key,
                message(
                    "%(network)s is an external network, from which floating IPs come; servers "
                    "have no ports in it",
                    network=name,
                ),
            )
        if not network.subnets:
            yield _Complaint(
                key, message("%(network)s has no subnet, so no port has an address", network=name)
            )
        if not network.secured:
            # nova/network/neutron.py: SecurityGroupCannotBeApplied
            yield _Complaint(
                key,
                message(
                    "%(network)s has ports without security groups, and servers of a system have "
                    "some; have it enable port security",
                    network=name,
                ),
            )
        own = [
            key
            for key, subnet in offers.subnets.items()
            if key != BALANCER and subnet.network_id == network.id
        ]
        if own:
            yield _Complaint(
                key,
                message(
                    "%(network)s is that of network.%(own)s, in which the servers have a port "
                    "already; leave it out",
                    network=name,
                    own=own[0],
                ),
            )
        if network.id in seen:
            yield _Complaint(key, message("%(network)s is there twice", network=name))
        seen.add(network.id)


def _disk(site: Site, offers: Offers) -> Iterator[_Complaint]:
    """Nova asks who may start a server so by its policy: administrators, unless that says else."""
    has_other = site.servers.boot_volume is not None or site.server_template is not None
    if offers.flavor.disk == 0 and not has_other:
        yield _Complaint(
            "flavor",
            message(
                "%(flavor)s has no disk, and the servers start from one; write a flavor that has, "
                "or `servers.boot_volume`",
                flavor=offers.flavor.name,
            ),
        )


def _version(site: Site, facts: Facts, step: BuildSystem, image: Image) -> Iterator[_Complaint]:
    """An image that tells its version is of no other, and is the version without user data."""
    name = printable(image.name or image.id, 60)
    if image.version and image.version != step.version:
        yield _Complaint(
            "image",
            message(
                "%(image)s is of version %(told)s, as its property ao_version tells, and version "
                "%(version)s is to be built; name that one's image with --image, or here",
                image=name,
                told=printable(image.version, 60),
                version=step.version,
            ),
        )
    if site.group.user_data:
        return
    for system in facts.systems.values():
        if system.image_id == image.id and system.version not in (None, step.version):
            yield _Complaint(
                "image",
                message(
                    "%(colour)s runs version %(other)s with %(image)s, and without user data the "
                    "image alone is the version; name another one for %(version)s with --image, or "
                    "here",
                    colour=system.colour,
                    other=system.version,
                    image=name,
                    version=step.version,
                ),
            )


def _secrets(site: Site) -> Iterator[_Complaint]:
    """The project keeps no secrets, and servers would be built without them."""
    if "secrets" in site.left_out:
        yield _Complaint(
            "secrets",
            message(
                "the servers need them, and the project keeps none; deploy where the site file is"
            ),
        )


def _user_data(site: Site, colour: Colour, version: str, sealed: str = "") -> Iterator[_Complaint]:
    text = user_data.given(site, colour, version, sealed=sealed)
    text = user_data.filled(text, site=site.name, colour=colour, version=version)
    size = user_data.encoded(text)
    if size > user_data.LIMIT:
        yield _Complaint(
            "user_data",
            message(
                "with version %(version)s it has %(size)s characters, encoded in base64; Nova "
                "takes %(most)s. Have a short script fetch the rest",
                version=version,
                size=f"{size:,}",
                most=f"{user_data.LIMIT:,}",
            ),
        )
