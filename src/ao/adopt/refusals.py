"""Systems that cannot be adopted, each with the reason and the cure. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ao.adopt.controllers import controller
from ao.adopt.inventory import PROTOCOLS, BackEnd, BalancerTree
from ao.cloud.models import FloatingIP, Listener, LoadBalancer, Port
from ao.errors import Refused
from ao.message import joined, listed, message
from ao.untrusted.printable import printable

READ = frozenset({"HTTP", "TERMINATED_HTTPS"})
"""Protocols of listeners that read requests."""
IDLE_PROVIDERS = frozenset({"noop_driver", "noop_driver-alt"})
"""Providers that do nothing (octavia: setup.cfg, octavia.api.drivers)."""
LONGEST_NAME = 100
"""Characters of a name that a message tells."""
LONGEST_LIST = 20
"""Things that a message names."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a system is not adopted."""

    what: str
    cure: str


def refused(refusals: Sequence[Refusal]) -> Refused:
    """Return the error that tells refusals, each with its cure."""
    lines = [
        message("%(what)s. %(cure)s", what=it.what, cure=it.cure) if len(refusals) > 1 else it.what
        for it in refusals
    ]
    cure = refusals[0].cure if len(refusals) == 1 else ""
    return Refused(joined("\n", lines), cure=cure)


def of_tree(tree: BalancerTree) -> tuple[Refusal, ...]:
    """Return what of a load balancer, its listeners and pools keeps a system from adoption.

    What a controller looks after is told alone, as nobody is to change anything of it; and so is
    that it is not clear which system is meant.
    """
    controlled = tuple(_controlled(tree))
    if controlled or tree.pool is None:
        return controlled or tuple(_unclear(tree))
    return (
        *_provider(tree),
        *_protocols(tree),
        *_switched_off(tree),
        *_changing(tree),
        *_policies(tree),
    )


def of_back_ends(tree: BalancerTree, back_ends: Sequence[BackEnd]) -> tuple[Refusal, ...]:
    """Return what of the servers behind the pool keeps them from adoption."""
    pool = tree.pool
    assert pool is not None
    if not back_ends:
        return (
            Refusal(
                what=message("nothing is behind pool %(pool)s", pool=named(pool.name, pool.id)),
                cure=message(
                    "Put the servers in by `openstack loadbalancer member create --address ADDRESS "
                    "--protocol-port PORT --subnet-id SUBNET %(pool)s`, or name another listener.",
                    pool=pool.id,
                ),
            ),
        )
    if not any(it.server for it in back_ends):
        return (
            Refusal(
                what=message(
                    "no server of the project has an address of pool %(pool)s: %(addresses)s",
                    pool=named(pool.name, pool.id),
                    addresses=listed(it.member.address for it in back_ends[:LONGEST_LIST]),
                ),
                cure=message(
                    "Ao builds servers like those that are there; log in to the project whose "
                    "servers these are, or put servers of this project into the pool."
                ),
            ),
        )
    moving = [
        it
        for it in back_ends
        if it.member.provisioning_status.startswith("PENDING")
        or it.member.provisioning_status == "ERROR"
    ]
    return tuple(
        Refusal(
            what=message(
                "member %(address)s of pool %(pool)s is in provisioning status %(status)s",
                address=it.member.address,
                pool=named(pool.name, pool.id),
                status=it.member.provisioning_status,
            ),
            cure=message(
                "Wait until it is ACTIVE (`openstack loadbalancer member show %(pool)s "
                "%(member)s`), or take it out, and run the command again.",
                pool=pool.id,
                member=it.member.id,
            ),
        )
        for it in moving[:LONGEST_LIST]
    )


def ambiguous(name: str, found: Sequence[tuple[str, str]]) -> Refused:
    """Return the error that a name is of several things: kinds and IDs."""
    return Refused(
        message(
            "%(name)s is the name of several: %(things)s",
            name=f"{name!r}",
            things=listed(f"{kind} {thing_id}" for kind, thing_id in found[:LONGEST_LIST]),
        ),
        cure=message("Name one of them by its ID."),
    )


def of_another_project(thing_id: str) -> Refused:
    """Return the error that a thing is somebody else's."""
    return Refused(
        message("load balancer %(id)s is of another project", id=thing_id),
        cure=message(
            "Log in to that project (--os-cloud, or OS_PROJECT_NAME): Ao builds beside what it "
            "adopts, by the quota and the roles of that project."
        ),
    )


def leads_nowhere(address: FloatingIP) -> Refused:
    """Return the error that a floating IP points to no port."""
    return Refused(
        message("floating IP %(address)s leads nowhere", address=address.address),
        cure=message(
            "Name the load balancer itself; `openstack floating ip set --port PORT %(id)s` points "
            "it to the port of its address (vip_port_id).",
            id=address.id,
        ),
    )


def not_to_a_load_balancer(address: FloatingIP, port: Port | None) -> Refused:
    """Return the error that a floating IP leads to what is no load balancer of the project.

    To a server it tells by which commands a load balancer comes before it.
    """
    if port is None or not port.owner.startswith("compute:") or not port.addresses:
        return Refused(
            message(
                "floating IP %(address)s leads to no load balancer of the project, but to port "
                "%(port)s (%(owner)s)",
                address=address.address,
                port=address.port_id,
                owner=port.owner if port and port.owner else "?",
            ),
            cure=message("Name a load balancer, or one of its listeners."),
        )
    subnet, fixed = port.addresses[0]
    commands = (
        f"openstack loadbalancer create --name web --vip-subnet-id {subnet} --wait",
        "openstack loadbalancer listener create --name web-http --protocol HTTP --protocol-port 80 "
        "--wait web",
        "openstack loadbalancer pool create --name web-pool --listener web-http --protocol HTTP "
        "--lb-algorithm ROUND_ROBIN --wait",
        "openstack loadbalancer healthmonitor create --name web-check --type HTTP --url-path / "
        "--delay 5 --timeout 3 --max-retries 2 --wait web-pool",
        f"openstack loadbalancer member create --address {fixed} --protocol-port 80 --subnet-id "
        f"{subnet} --wait web-pool",
        "openstack loadbalancer show -f value -c vip_port_id web",
        f"openstack floating ip set --port VIP_PORT_ID {address.id}",
        "ao adopt web",
    )
    return Refused(
        message(
            "floating IP %(address)s leads to server %(server)s itself: there is no load balancer "
            "that could lead users to another system",
            address=address.address,
            server=port.device_id,
        ),
        cure=joined(
            "\n",
            [
                message(
                    "Put one before it, by these commands; take your own ports, protocol and path, "
                    "let the subnet into the server's security group, and see that the member is "
                    "ONLINE before the last but one, which moves your users in a moment:"
                ),
                *(f"  {it}" for it in commands),
            ],
        ),
    )


def named(name: str, thing_id: str) -> str:
    """Return a thing's name with its ID, or the ID alone."""
    return f"{printable(name, LONGEST_NAME)} ({thing_id})" if name else thing_id


def _unclear(tree: BalancerTree) -> Iterator[Refusal]:
    """Yield why it is not clear which pool is meant."""
    balancer = named(tree.balancer.name, tree.balancer.id)
    leading = [it for it in tree.listeners if it.default_pool_id and it.protocol in PROTOCOLS]
    there = listed(_listener(it) for it in leading[:LONGEST_LIST]) if leading else "-"
    if len(tree.pool_ids) > 1:
        yield Refusal(
            what=message(
                "load balancer %(balancer)s has several systems: %(listeners)s",
                balancer=balancer,
                listeners=there,
            ),
            cure=message("Name one of its listeners by its ID: the others stay as they are."),
        )
    elif tree.pool is None:
        yield Refusal(
            what=message("listener %(listener)s leads to no pool", listener=tree.asked)
            if tree.asked
            else message(
                "no listener of load balancer %(balancer)s leads to a pool", balancer=balancer
            ),
            cure=message(
                "A switch changes where a listener leads by default. Name one that has a default "
                "pool: %(listeners)s",
                listeners=there,
            ),
        )


def _controlled(tree: BalancerTree) -> Iterator[Refusal]:
    found = controller(tree)
    if found is not None:
        yield Refusal(what=found.what, cure=found.cure)


def _provider(tree: BalancerTree) -> Iterator[Refusal]:
    provider = tree.balancer.provider
    if provider in IDLE_PROVIDERS:
        yield Refusal(
            what=message("provider %(provider)s leads no users anywhere", provider=provider),
            cure=message("Adopt a load balancer of another provider, such as amphora."),
        )
    elif tree.providers and provider not in tree.providers:
        yield Refusal(
            what=message(
                "the cloud no longer has provider %(provider)s, so that nothing of the load "
                "balancer can be changed",
                provider=provider,
            ),
            cure=message(
                "Build it anew by one of %(providers)s, and adopt that.",
                providers=listed(tree.providers),
            ),
        )


def _protocols(tree: BalancerTree) -> Iterator[Refusal]:
    for listener in tree.adopted:
        if listener.protocol not in PROTOCOLS:
            yield Refusal(
                what=message(
                    "listener %(listener)s is one of protocol %(protocol)s, which Ao moves none of",
                    listener=_listener(listener),
                    protocol=listener.protocol or "?",
                ),
                cure=message(
                    "Ao could not see which system answers, nor whether a switch lost anything. "
                    "Name a listener of HTTP, TERMINATED_HTTPS, HTTPS or TCP."
                ),
            )
    kinds = {_kind(it) for it in tree.adopted if it.protocol in PROTOCOLS}
    if len(kinds) > 1 and tree.pool is not None:
        yield Refusal(
            what=message(
                "pool %(pool)s is used by listeners of which some read requests and some do not: "
                "%(listeners)s",
                pool=named(tree.pool.name, tree.pool.id),
                listeners=listed(map(_listener, tree.adopted)),
            ),
            cure=message(
                "Ao has a pool for each protocol, and would move them one after another. Give one "
                "kind a pool of its own with the same members, and adopt the other."
            ),
        )


def _kind(listener: Listener) -> str:
    return "HTTP" if listener.protocol in READ else listener.protocol


def _switched_off(tree: BalancerTree) -> Iterator[Refusal]:
    """Yield what somebody has switched off: Ao would not know whether it is to serve."""
    pool = tree.pool
    if not tree.balancer.enabled:
        yield _off("loadbalancer", named(tree.balancer.name, tree.balancer.id), tree.balancer.id)
    for listener in tree.adopted:
        if not listener.enabled:
            yield _off("loadbalancer listener", _listener(listener), listener.id)
    if pool is not None and not pool.enabled:
        yield _off("loadbalancer pool", named(pool.name, pool.id), pool.id)


def _off(command: str, what: str, thing_id: str) -> Refusal:
    return Refusal(
        what=message("%(what)s is switched off: its admin_state_up is false", what=what),
        cure=message(
            "Where it is to serve, `openstack %(command)s set --enable %(id)s` switches it on; "
            "else name another one.",
            command=command,
            id=thing_id,
        ),
    )


def _changing(tree: BalancerTree) -> Iterator[Refusal]:
    """Yield what is in a state in which it takes no change."""
    balancer, pool = tree.balancer, tree.pool
    yield from _status(balancer.provisioning_status, balancer.name, balancer.id, balancer)
    for listener in tree.adopted:
        yield from _status(listener.provisioning_status, listener.name, listener.id, balancer)
    if pool is not None:
        yield from _status(pool.provisioning_status, pool.name, pool.id, balancer)
    ids = [balancer.id, *(it.id for it in tree.adopted), *([pool.id] if pool else [])]
    stack = tree.stack_of(*ids)
    if stack is not None and stack.is_busy:
        yield Refusal(
            what=message("Heat is at work on stack %(stack)s, which it is of", stack=stack.name),
            cure=message(
                "Wait for `openstack stack show %(stack)s`, and run the command again.",
                stack=stack.name,
            ),
        )


def _status(status: str, name: str, thing_id: str, balancer: LoadBalancer) -> Iterator[Refusal]:
    what = message(
        "%(what)s is in provisioning status %(status)s", what=named(name, thing_id), status=status
    )
    if status.startswith("PENDING"):
        yield Refusal(
            what=what,
            cure=message(
                "A change of it is under way: wait until `openstack loadbalancer show "
                "%(balancer)s` says ACTIVE, and run the command again.",
                balancer=balancer.id,
            ),
        )
    elif status == "ERROR":
        yield Refusal(
            what=what,
            cure=message(
                "It takes no change. Have an administrator run `openstack loadbalancer failover "
                "%(balancer)s`; a listener is in it while its certificate cannot be read.",
                balancer=balancer.id,
            ),
        )


def _policies(tree: BalancerTree) -> Iterator[Refusal]:
    """Yield L7 policies that would split users between the systems, or tell several sites apart."""
    pool, adopted = tree.pool, {it.id for it in tree.adopted}
    assert pool is not None
    for listener in tree.listeners:
        for policy in tree.policies.get(listener.id, ()):
            if not policy.redirect_pool_id or not policy.acts:
                continue
            policy_name = named(policy.name, policy.id)
            by_host = any(rule.type == "HOST_NAME" for rule in policy.rules)
            if listener.id in adopted and by_host:
                yield Refusal(
                    what=message(
                        "listener %(listener)s has several sites: L7 policy %(policy)s leads a "
                        "host name to pool %(pool)s",
                        listener=_listener(listener),
                        policy=policy_name,
                        pool=policy.redirect_pool_id,
                    ),
                    cure=message(
                        "A switch changes where the listener leads by default, of which such a "
                        "policy knows nothing. Give the site a listener of its own, on another "
                        "port or load balancer, and adopt that."
                    ),
                )
            elif policy.redirect_pool_id == pool.id:
                yield Refusal(
                    what=message(
                        "pool %(pool)s is used twice: L7 policy %(policy)s of listener "
                        "%(listener)s leads some requests to it",
                        pool=named(pool.name, pool.id),
                        policy=policy_name,
                        listener=_listener(listener),
                    ),
                    cure=message(
                        "They would stay with the present servers when all others are moved. "
                        "Remove the policy (`openstack loadbalancer l7policy delete %(id)s`), or "
                        "have it lead to a pool of its own.",
                        id=policy.id,
                    ),
                )


def _listener(listener: Listener) -> str:
    """Return how a message names a listener: port, protocol, name and ID."""
    about = f"{listener.port}/{listener.protocol}"
    return f"{about} {named(listener.name, listener.id)}"
