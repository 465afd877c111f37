"""The part of the site file that tells of networks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ao.adopt.commented_yaml import Entry
from ao.adopt.inventory import Inventory, PlacedSubnet
from ao.adopt.question import differ, most
from ao.message import message


def network_section(inventory: Inventory) -> Iterator[Entry]:
    """Yield the subnets in which servers and the load balancer are."""
    subnets = [end.subnet for end, _ in inventory.known if end.subnet]
    by_id = {it.subnet.id: it for it in subnets}
    subnet_id, others = most(it.subnet.id for it in subnets)
    inside: list[Entry] = []
    if subnet_id is not None:
        placed = by_id[subnet_id]
        where = _subnet(placed)
        inside += [
            Entry("blue", where),
            Entry(
                "green",
                where,
                (
                    *_about_subnet(placed),
                    *differ(f"{by_id[it].subnet.text} ({by_id[it].value.cidr})" for it in others),
                ),
            ),
        ]
    if inventory.vip is not None:
        inside.append(Entry("balancer", _subnet(inventory.vip)))
    if inside:
        yield Entry(
            "network",
            tuple(inside),
            (message("Where the present servers and the load balancer are."),),
        )


def _subnet(placed: PlacedSubnet) -> tuple[Entry, ...]:
    return (Entry("network", placed.network.text), Entry("subnet", placed.subnet.text))


def _about_subnet(placed: PlacedSubnet) -> Iterator[str]:
    value = placed.value
    if value.owned:
        yield message(
            "%(cidr)s, of which %(free)s addresses are free for new servers.",
            cidr=value.cidr,
            free=value.free,
        )
    else:
        yield message(
            "%(cidr)s, of another project: only Neutron knows which addresses are free.",
            cidr=value.cidr,
        )
