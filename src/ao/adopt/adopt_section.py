"""The part of the site file that names what is adopted, and says what is known of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ao.adopt.commented_yaml import Entry
from ao.adopt.controllers import shares_with_kubernetes
from ao.adopt.inventory import BackEnd, Inventory
from ao.adopt.question import MOST_NAMED, question
from ao.adopt.refusals import named
from ao.message import listed, message


def adopt_section(inventory: Inventory) -> Entry:
    """Return the section that names load balancer, listeners and pool by their IDs."""
    ends = inventory.back_ends
    passing = sum(it.member.serving for it in ends)
    listeners = listed(f"{it.port} {it.protocol} {it.name}".strip() for it in inventory.listeners)
    inside: list[Entry] = [
        Entry("load_balancer", inventory.balancer.id, tuple(_about_balancer(inventory))),
        Entry(
            "listeners",
            tuple(it.id for it in inventory.listeners),
            (
                message(
                    "%(listeners)s. All that lead to the pool are moved, the main one first.",
                    listeners=listeners,
                ),
                *_about_others(inventory),
            ),
        ),
        Entry(
            "pool",
            inventory.pool.id,
            (
                message(
                    "%(pool)s: %(passing)s of %(count)s servers get requests: %(servers)s",
                    pool=inventory.pool.name or inventory.pool.id,
                    passing=passing,
                    count=len(ends),
                    servers=listed(map(_told, ends[:MOST_NAMED])),
                ),
                *_about_members(inventory),
            ),
        ),
    ]
    if inventory.addresses:
        inside.append(Entry("floating_ip", inventory.addresses[0].address))
    inside.append(
        Entry(
            "colour",
            "blue",
            (message("The colour that this system takes; new servers are of the other."),),
            is_idle=True,
        )
    )
    return Entry("adopt", tuple(inside), tuple(_about_owner(inventory)))


def _about_owner(inventory: Inventory) -> Iterator[str]:
    """Yield what is known of the tool that keeps these things as they are."""
    ids = (inventory.balancer.id, inventory.pool.id, *(it.id for it in inventory.listeners))
    stack = inventory.tree.stack_of(*ids)
    if stack is not None:
        yield question(
            message(
                "does somebody update Heat stack %(stack)s, which made this? An update that "
                "changes the listener, or goes by --converge or observe_on_update, leads users "
                "back to the old pool",
                stack=stack.name,
            )
        )
    else:
        yield question(
            message(
                "does a tool keep this as it is? Its next run may lead users back: have it "
                "leave `default_pool_id` alone (Terraform: lifecycle { ignore_changes = "
                "[default_pool_id] })"
            )
        )
    if shares_with_kubernetes(inventory.tree):
        yield message(
            "Kubernetes has other listeners of this load balancer, which stay as they are."
        )


def _about_balancer(inventory: Inventory) -> Iterator[str]:
    balancer = inventory.balancer
    yield message(
        "%(name)s, of provider %(provider)s, at %(address)s",
        name=balancer.name or balancer.id,
        provider=balancer.provider,
        address=balancer.vip_address,
    )
    if balancer.more_vips:
        yield message(
            "It has further addresses, which lead to the same listeners: %(addresses)s",
            addresses=listed(balancer.more_vips),
        )


def _about_others(inventory: Inventory) -> Iterator[str]:
    """Yield what users of the load balancer reach that no switch moves."""
    for listener in inventory.tree.others[:MOST_NAMED]:
        yield message(
            "Not adopted, and left as it is: %(port)s %(protocol)s %(listener)s",
            port=listener.port,
            protocol=listener.protocol,
            listener=named(listener.name, listener.id),
        )
    for listener in inventory.listeners:
        for policy in inventory.tree.policies.get(listener.id, ()):
            if policy.acts:
                yield message(
                    "L7 policy %(policy)s of port %(port)s goes on as it is: %(action)s for "
                    "some requests, which no switch moves",
                    policy=named(policy.name, policy.id),
                    port=listener.port,
                    action=policy.action,
                )
        if listener.connection_limit >= 0:
            yield message(
                "Port %(port)s takes %(count)s connections at once, as before.",
                port=listener.port,
                count=listener.connection_limit,
            )


def _about_members(inventory: Inventory) -> Iterator[str]:
    ends = inventory.back_ends
    if not any(it.member.serving for it in ends):
        yield question(message("why does no server of the pool get requests now?"))
    if any(it.member.backup or not it.member.enabled for it in ends):
        yield message("Some of them are backups or switched off: all of a new system get requests.")
    if len({it.member.weight for it in ends}) > 1:
        yield message("Their weights differ: servers of a new system are all alike.")
    unknown = [it.member.address for it in ends if it.server is None]
    if unknown:
        yield question(
            message(
                "what is at %(addresses)s? No server of the project has that address, so that "
                "this file says nothing of it",
                addresses=listed(unknown[:MOST_NAMED]),
            )
        )


def _told(end: BackEnd) -> str:
    """Return how a comment names a member: its server, address and status."""
    what = end.server.name if end.server else "?"
    return f"{what} {end.member.address} {end.member.operating_status}"
