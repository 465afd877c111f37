"""L7 policies by which requests reach the two systems on the listeners of users. Pure.

Both lead to a pool whether it is live or not, so that the load balancer has, and checks, the
servers of both (octavia/db/models.py: Listener.pools), and a switch changes none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ao.cloud import L7Policy, Listener
from ao.colour import Colour
from ao.plan.facts import Facts
from ao.plan.maintenance_policy import holds_back
from ao.plan.preview_key import NAMES, Keyed, PreviewKey, keyed
from ao.site import Method, Preview, Site


def kind(site: Site) -> Preview | None:
    """Return by what a site file wants requests to reach the standby; None where by a port."""
    return site.switch.preview if site.switch.previews_by_request else None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A listener of users that leads requests to either system by what they say."""

    listener: Listener
    pools: Mapping[Colour, str]
    """IDs of the systems' pools that it leads to."""
    kept: Mapping[Colour, Keyed]
    """Its policies that are as the site file wants them."""
    policies: tuple[L7Policy, ...]
    """All of its policies that were read."""

    @property
    def missing(self) -> Mapping[Colour, str]:
        """IDs of the pools that no such policy leads to."""
        return {it: pool_id for it, pool_id in self.pools.items() if it not in self.kept}


def places(site: Site, facts: Facts) -> tuple[Place, ...]:
    """Return the listeners that lead requests to either system, the main one first.

    A system is reached by one value on all of them, which is that of the main one. Where the site
    file wants a port, and the site has policies still, either kind is right.
    """
    found: list[Place] = []
    for listener, pools in facts.reading:
        policies = facts.policies.get(listener.id, ())
        own = keyed(policies, pools, kind(site))
        if listener is not facts.production_listener:
            main = kept(site, facts)
            own = {it: at for it, at in own.items() if it in main and at.key == main[it].key}
        found.append(Place(listener=listener, pools=pools, kept=own, policies=policies))
    return tuple(found)


def kept(site: Site, facts: Facts) -> Mapping[Colour, Keyed]:
    """Return the policies on the main listener that are as the site file wants them."""
    listener = facts.production_listener
    policies = facts.policies.get(listener.id, ()) if listener else ()
    return keyed(policies, facts.pools, kind(site))


def are_kept(site: Site, facts: Facts) -> bool:
    """Return whether requests reach both systems as the site file wants it."""
    return bool(facts.pools) and not any(it.missing for it in places(site, facts))


def stale(site: Site, facts: Facts) -> tuple[L7Policy, ...]:
    """Return the policies of Ao's, on any listener that was read, that are not as wanted."""
    right = {it.policy.id for place in places(site, facts) for it in place.kept.values()}
    return tuple(it for it in own(facts) if it.id not in right)


def own(facts: Facts) -> tuple[L7Policy, ...]:
    """Return the policies of Ao's that lead requests to the systems, wherever they were read."""
    names = frozenset(NAMES.values())
    return tuple(it for there in facts.policies.values() for it in there if it.name in names)


def lead_to_systems(policies: tuple[L7Policy, ...]) -> bool:
    """Return whether some of a listener's policies are of those."""
    return any(it.name in NAMES.values() for it in policies)


def is_amiss(site: Site, facts: Facts) -> bool:
    """Return whether policies are missing or not as wanted, and can be changed.

    So they are where a maintenance would not let those pass whom they lead.

    A load balancer takes no change in ERROR, nor while Heat is at work on it.
    """
    if not can_change(facts) or facts.production_listener is None:
        return False
    return (
        not are_kept(site, facts)
        or bool(stale(site, facts))
        or any(holds_back(it.policies) for it in places(site, facts))
    )


def can_change(facts: Facts) -> bool:
    """Return whether the load balancer takes a change of policies."""
    busy = facts.stack is not None and facts.stack.busy
    return (
        facts.method is Method.POOL
        and facts.shared is not None
        and not facts.shared.failed
        and not busy
    )


def new_key(site: Site, facts: Facts, value: str) -> PreviewKey:
    """Return what requests are to say that reach a system by a value."""
    others = [it.key.kind for it in kept(site, facts).values()]
    of_kind = kind(site) or next(iter(others), Preview.HEADER)
    return PreviewKey(kind=of_kind, value=value)


def are_whole(policies: tuple[L7Policy, ...], pools: Mapping[Colour, str], site: Site) -> bool:
    """Return whether a listener's policies are as wanted: one for each system, and no other."""
    names = [it.name for it in policies if it.name in NAMES.values()]
    return len(keyed(policies, pools, kind(site))) == len(Colour) == len(names)
