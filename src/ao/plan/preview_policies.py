"""L7 policies by which requests reach the two systems on production's listener. Pure.

Both lead to a pool whether it is live or not, so that the load balancer has, and checks, the
servers of both (octavia/db/models.py: Listener.pools), and a switch changes none of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from ao.cloud import L7Policy
from ao.colour import Colour
from ao.plan.facts import Facts
from ao.plan.preview_key import NAMES, Keyed, PreviewKey, keyed
from ao.site import Method, Preview, Site


def kind(site: Site) -> Preview | None:
    """Return by what a site file wants requests to reach the standby; None where by a port."""
    return site.switch.preview if site.switch.previews_by_request else None


def kept(site: Site, facts: Facts) -> Mapping[Colour, Keyed]:
    """Return the policies on production's listener that are as the site file wants them.

    Where it wants a port, and the site has policies still, either kind is right.
    """
    listener = facts.production_listener
    policies = facts.policies.get(listener.id, ()) if listener else ()
    return keyed(policies, facts.pools, kind(site))


def are_kept(site: Site, facts: Facts) -> bool:
    """Return whether requests reach both systems as the site file wants it."""
    return bool(facts.pools) and kept(site, facts).keys() == facts.pools.keys()


def stale(site: Site, facts: Facts) -> tuple[L7Policy, ...]:
    """Return the policies of Ao's, on any listener that was read, that are not as wanted."""
    right = {it.policy.id for it in kept(site, facts).values()}
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

    A load balancer takes no change in ERROR, nor while Heat is at work on it.
    """
    if not can_change(facts) or facts.production_listener is None:
        return False
    return not are_kept(site, facts) or bool(stale(site, facts))


def can_change(facts: Facts) -> bool:
    """Return whether the load balancer takes a change of policies."""
    busy = facts.stack is not None and facts.stack.busy
    return (
        facts.method is Method.POOL
        and facts.shared is not None
        and not facts.shared.failed
        and not busy
    )


def wanted(site: Site, facts: Facts, colour: Colour, value: str) -> L7Policy:
    """Return the policy by which requests with a value reach a system."""
    others = [it.key.kind for it in kept(site, facts).values()]
    of_kind = kind(site) or next(iter(others), Preview.HEADER)
    return PreviewKey(kind=of_kind, value=value).policy(colour, facts.pools[colour])


def are_whole(policies: tuple[L7Policy, ...], pools: Mapping[Colour, str], site: Site) -> bool:
    """Return whether a listener's policies are as wanted: one for each system, and no other."""
    names = [it.name for it in policies if it.name in NAMES.values()]
    return len(keyed(policies, pools, kind(site))) == len(Colour) == len(names)
