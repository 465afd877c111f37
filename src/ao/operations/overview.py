"""The overview: all sites of a project at a glance, without their site files.

What is asked does not grow with the number of sites. So sites are told apart by Heat's tags
and by the descriptions that Ao gives to addresses, load balancers and pools, where the facts of
one site go by the IDs that Heat keeps; what these words do not tell for sure is told as not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from ao import journal, lock
from ao.cloud import Cloud, FloatingIP, L7Policy, Listener, LoadBalancer, Pool, Stack, Vip
from ao.colour import Colour
from ao.errors import AoError, NotAuthenticated
from ao.journal import Journals, Operation, sentences
from ao.lock import Holder
from ao.plan.facts import VIP
from ao.plan.maintenance import Maintenance
from ao.plan.maintenance_policy import NAME
from ao.plan.observation import vip
from ao.site import Method, is_name, network_places, tag_value, version_of

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SystemGlance:
    """A system, as far as the overview tells of it."""

    colour: Colour
    stack: Stack | None
    """Its Heat stack; None before it is built, and when Heat does not answer."""
    pool: Pool | None
    """Its pool; None before it is built, and when Octavia does not answer."""
    is_adopted: bool = False
    """Whether it was there before, and is somebody else's."""

    @property
    def version(self) -> str | None:
        """Version that it was built or deployed with."""
        return version_of(self.stack.tags) if self.stack else None

    @property
    def wanted(self) -> int | None:
        """Servers that are in its pool."""
        return self.pool.members if self.pool else None

    @property
    def up(self) -> int | None:
        """Servers in the pool that pass the health check; None when some do and some do not."""
        match self.pool:
            case Pool(operating_status="ONLINE" | "NO_MONITOR"):
                return self.pool.members
            case Pool(operating_status="ERROR"):
                return 0
        return 0 if self.wanted == 0 else None


@dataclass(frozen=True, kw_only=True)
class Glance:
    """A site, as far as the overview tells of it."""

    name: str
    stack: Stack | None
    """The site's own Heat stack; None when there is none, and when Heat does not answer."""
    method: Method | None
    """How its production is switched."""
    systems: Mapping[Colour, SystemGlance]
    address: str | None
    """The production address."""
    live: Colour | None
    """Colour of the system that it reaches; None when it reaches none or both, or that is not
    known."""
    is_mixed: bool
    """Whether its listeners lead users to different systems."""
    holder: Holder | None
    """Who holds its lock."""
    releases: tuple[Operation, ...]
    """Releases and other acts that its journal tells of, oldest first."""
    maintenance: Maintenance = field(default_factory=Maintenance)
    """What leads its users elsewhere."""

    @property
    def release(self) -> Operation | None:
        """The open release, or else the last operation that was no lock by hand."""
        acts = [it for it in self.releases if not it.on_lock]
        open_ones = [it for it in acts if it.is_open_release]
        last = open_ones or acts
        return last[-1] if last else None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All sites of a project."""

    sites: tuple[Glance, ...]
    """The sites, in the order of their names."""
    unknown: tuple[str, ...]
    """What the cloud did not answer, a sentence for each."""
    answered: bool = True
    """Whether anything did that tells which sites there are."""
    invalid: tuple[str, ...] = ()
    """What of their journals breaks the rules and is left out, a sentence for each."""
    locks_known: bool = True
    """Whether it is known who holds the locks."""
    journals_known: bool = True
    """Whether it is known what was done to the sites."""


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """What the services told; None of one that did not answer."""

    stacks: tuple[Stack, ...] | None
    addresses: tuple[FloatingIP, ...] | None
    balancers: tuple[LoadBalancer, ...] | None
    listeners: tuple[Listener, ...] | None
    pools: tuple[Pool, ...] | None
    holders: Mapping[str, Holder] | None
    journals: Journals | None
    policies: tuple[L7Policy, ...] | None
    """L7 policies of maintenance; none where no listener has an L7 policy."""


def overview(cloud: Cloud) -> Overview:
    """Look at all sites of a project, in seven lists that are asked for side by side.

    Where listeners have L7 policies, those of maintenance are asked for besides.

    A service that does not answer leaves what it alone knows as not known. Raises
    NotAuthenticated.
    """
    unknown: list[str] = []
    with ThreadPoolExecutor(max_workers=7, thread_name_prefix="overview") as pool:

        def ask(question: Callable[[], T]) -> Future[T]:
            return pool.submit(question)

        def told(answer: Future[T]) -> T | None:
            try:
                return answer.result()
            except NotAuthenticated:
                raise
            except AoError as error:
                unknown.append(error.message)
                return None

        stacks, addresses = ask(cloud.stacks.all), ask(cloud.floating_ips.all)
        balancers, listeners = ask(cloud.load_balancers.all), ask(cloud.load_balancers.listeners)
        pools = ask(cloud.load_balancers.pools)
        holders = ask(lambda: lock.list_holders(cloud))
        journals = ask(lambda: journal.everywhere(cloud))
        heard = told(listeners)
        led = any(it.policy_ids for it in heard or ())
        policies = ask(lambda: cloud.load_balancers.l7_policies_named(NAME)) if led else None
        answers = _Answers(
            stacks=told(stacks),
            addresses=told(addresses),
            balancers=told(balancers),
            listeners=heard,
            policies=told(policies) if policies else (),
            pools=told(pools),
            holders=told(holders),
            journals=told(journals),
        )
    return Overview(
        sites=_glances(answers),
        unknown=tuple(unknown),
        answered=answers.stacks is not None or answers.balancers is not None,
        invalid=(
            tuple(sentences(answers.journals.invalid, cloud.known_as)) if answers.journals else ()
        ),
        locks_known=answers.holders is not None,
        journals_known=answers.journals is not None,
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What the services told of one site."""

    name: str
    stacks: list[Stack]
    addresses: list[FloatingIP]
    """Addresses that say that they are of the site."""
    leading: list[FloatingIP]
    """Those that lead to its load balancers and do not say that."""
    balancers: list[LoadBalancer]
    listeners: list[Listener]
    """Listeners that are called like those of its users."""
    further: list[Listener]
    """Those that are called like its listeners beside the main one."""
    pools: list[Pool]
    adopted: _Adopted | None = None
    """What of a load balancer is somebody else's; None for a site with one of Ao's."""


@dataclass(frozen=True, kw_only=True)
class _Adopted:
    """What the services told of a load balancer of somebody else's, by the stack's tags."""

    balancers: list[LoadBalancer]
    listeners: list[Listener]
    """The main one."""
    colour: str
    """Colour of the system that was there."""
    pool: Pool | None


def _adopted(answers: _Answers, stacks: list[Stack], own: list[Pool]) -> _Adopted | None:
    """Return what a site was built around; None for one with a load balancer of Ao's."""
    tags = next((it.tags for it in stacks if tag_value(it.tags, "colour") is None), frozenset())
    listener_id, pool_id = tag_value(tags, "adopted-listener"), tag_value(tags, "adopted-pool")
    if listener_id is None or pool_id is None:
        return None
    ids = {pool_id, *(it.id for it in own)}
    return _Adopted(
        balancers=[it for it in answers.balancers or () if ids.intersection(it.pool_ids)],
        listeners=[it for it in answers.listeners or () if it.id == listener_id],
        colour=tag_value(tags, "adopted-colour") or "",
        pool=next((it for it in answers.pools or () if it.id == pool_id), None),
    )


def _glances(answers: _Answers) -> tuple[Glance, ...]:
    """Return the sites in the order of their names, by Heat's tags.

    While Heat does not answer they are known by what the load balancers' descriptions say.
    """
    stacks = _grouped(answers.stacks, lambda it: tag_value(it.tags, "site"))
    addresses = _grouped(answers.addresses, lambda it: _says(it.description, "site"))
    leading = _grouped(answers.addresses, lambda it: it.port_id)
    balancers = _grouped(answers.balancers, lambda it: _says(it.description, "site"))
    listeners = _grouped(answers.listeners, lambda it: it.name)
    led = _grouped(answers.listeners, lambda it: it.default_pool_id)
    pools = _grouped(answers.pools, lambda it: _says(it.description, "site"))
    named = stacks if answers.stacks is not None else balancers

    def part(name: str) -> _Part:
        adopted = _adopted(answers, stacks.get(name, []), pools.get(name, []))
        there = balancers.get(name, []) if adopted is None else adopted.balancers
        ports = {it.vip_port_id for it in there}
        own = addresses.get(name, [])
        return _Part(
            name=name,
            stacks=stacks.get(name, []),
            addresses=own,
            leading=[it for port in ports for it in leading.get(port, []) if it not in own],
            balancers=there,
            listeners=[
                it for own in (f"ao-{name}", f"ao-{name}-secure") for it in listeners.get(own, [])
            ]
            if adopted is None
            else adopted.listeners,
            adopted=adopted,
            further=[
                it
                for pool in pools.get(name, [])
                for it in led.get(pool.id, [])
                if it.name.startswith(f"ao-{name}-listener-")
            ],
            pools=pools.get(name, []),
        )

    return tuple(_glance(answers, part(name)) for name in sorted(filter(is_name, named)))


def _grouped(things: Iterable[T] | None, key: Callable[[T], str | None]) -> Mapping[str, list[T]]:
    """Return things by their key, without those that have none."""
    found: dict[str, list[T]] = {}
    for thing in things or ():
        word = key(thing)
        if word:
            found.setdefault(word, []).append(thing)
    return found


def _glance(answers: _Answers, part: _Part) -> Glance:
    name, stacks, balancers = part.name, part.stacks, part.balancers
    stack = _only([s for s in stacks if tag_value(s.tags, "colour") is None])
    pools = {
        colour: _only([pool for pool in part.pools if _says(pool.description, "colour") == colour])
        for colour in Colour
    }
    given_up = pools.get(Colour.BLUE) is not None and pools.get(Colour.GREEN) is not None
    adopted = part.adopted if part.adopted is not None and not given_up else None
    if adopted is not None:
        pools = {it: pools[it] or (adopted.pool if it == adopted.colour else None) for it in Colour}
    method = _method(stack, balancers)
    production = _production(part, stack)
    reached = _only([b for b in balancers if production and b.vip_port_id == production.port_id])
    if method is Method.POOL:
        live = _led_to(part.listeners, pools) if reached else None
    else:
        live = _colour(reached.description) if reached else None
    mixed = method is Method.POOL and live is not None and _lead_elsewhere(part, live)
    return Glance(
        name=name,
        stack=stack,
        method=method,
        systems={
            colour: SystemGlance(
                colour=colour,
                stack=_only([s for s in stacks if tag_value(s.tags, "colour") == colour]),
                pool=pools[colour],
                is_adopted=adopted is not None and colour == adopted.colour,
            )
            for colour in Colour
        },
        address=production.address if production else None,
        live=None if mixed else live,
        is_mixed=mixed,
        holder=(answers.holders or {}).get(name),
        releases=_releases(answers, name),
        maintenance=_maintenance(answers, name, method, live),
    )


def _maintenance(
    answers: _Answers, name: str, method: Method | None, live: Colour | None
) -> Maintenance:
    """Return what leads the users of a site elsewhere, by what its listeners are called."""
    if not answers.policies:
        return Maintenance()
    stems = (
        {f"ao-{name}": True}
        if method is Method.POOL
        else {f"ao-{name}-{it}": live in (it, None) for it in Colour}
    )
    found: dict[str, bool] = {}
    for stem, is_live in stems.items():
        for called in (f"{stem}-secure", stem):
            ids = [it.id for it in answers.listeners or () if it.name == called]
            found |= dict.fromkeys(ids, is_live)
            if ids:
                # The other one leads users to that which terminates TLS.
                break
    return Maintenance(
        policies=tuple(it for it in answers.policies if it.listener_id in found),
        live=frozenset(it for it, is_live in found.items() if is_live),
        listeners=frozenset(found),
    )


def _releases(answers: _Answers, name: str) -> tuple[Operation, ...]:
    """Return the operations of a site, with those as broken off that no lock's holder works on."""
    releases = answers.journals.releases.get(name, ()) if answers.journals else ()
    if answers.holders is None:
        return releases
    holder = answers.holders.get(name)
    return journal.settled(releases, held=holder is not None and not holder.by_hand)


def _method(stack: Stack | None, balancers: list[LoadBalancer]) -> Method | None:
    """Return how a site is switched, by the tag of its stack or the colours of its balancers."""
    if stack is not None:
        word = tag_value(stack.tags, "method") or Method.ADDRESS
        return Method(word) if word in list(Method) else None
    colours = {_says(balancer.description, "colour") for balancer in balancers}
    if not colours:
        return None
    return Method.POOL if colours == {None} else Method.ADDRESS


def _production(part: _Part, stack: Stack | None) -> FloatingIP | Vip | None:
    """Return the address that is described so, or the only one that leads to the balancers.

    Without floating IPs, as the stack tells, it is the load balancer's own.
    """
    if stack is not None and network_places(stack.tags).get("address") == VIP:
        return vip(_only(part.balancers))
    marked = [it for it in part.addresses if _says(it.description, "address") == "production"]
    return _only(marked or part.leading)


def _led_to(listeners: Iterable[Listener], pools: Mapping[Colour, Pool | None]) -> Colour | None:
    """Colour of the pool that the listener for users leads to.

    Where that terminates TLS, the other one leads users to it. Another site's listeners may be
    called alike, and lead to that site's pools.
    """
    colours = {pool.id: colour for colour, pool in pools.items() if pool}
    own = [it for it in listeners if it.default_pool_id in colours]
    listener = _only([it for it in own if it.protocol == "TERMINATED_HTTPS"] or own)
    return colours[listener.default_pool_id or ""] if listener else None


def _lead_elsewhere(part: _Part, live: Colour) -> bool:
    """Return whether a listener beside the main one leads users to the other system."""
    colours = {
        pool.id: _says(pool.description, "system") or _says(pool.description, "colour")
        for pool in part.pools
    }
    return any(colours[it.default_pool_id or ""] == live.other for it in part.further)


def _says(description: str, key: str) -> str | None:
    return tag_value(frozenset(description.split()), key)


def _colour(description: str) -> Colour | None:
    word = _says(description, "colour")
    return Colour(word) if word in list(Colour) else None


def _only(things: list[T]) -> T | None:
    """Return the only one of some things; None where there is none, or more than one."""
    return things[0] if len(things) == 1 else None
