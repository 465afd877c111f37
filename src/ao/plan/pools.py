"""Pools: what those of a site say, which Heat cannot take back. Pure.

Heat's updates of `OS::Octavia::Pool` say nothing that has become None
(heat/engine/resources/openstack/octavia/pool.py: _resource_update), so that persistence of sessions
would be for good, and by the pool method the pools are in the site's own stack, which no deploy
updates. So Ao says it to Octavia. Heat's updates send differences only, and leave it.
"""

from __future__ import annotations

from dataclasses import replace

from ao.cloud import Pool, PoolSettings
from ao.colour import Colour
from ao.plan.facts import Facts
from ao.site import Method, Site
from ao.site.session_persistence import NONE


def are_asked(site: Site) -> bool:
    """Return whether a site file says something of pools that Heat cannot."""
    return site.load_balancer.session_persistence is not None


def wanted(site: Site, pool: Pool) -> PoolSettings:
    """Return the settings of a pool as the site file wants them; what it leaves out stays."""
    kind = site.load_balancer.session_persistence
    if kind is None:
        return pool.settings
    return replace(
        pool.settings,
        persistence=None if kind.type == NONE else kind.type,
        cookie=kind.cookie,
    )


def is_amiss(site: Site, facts: Facts, colour: Colour) -> bool:
    """Return whether a system's pool is not as the site file wants it, and can be changed.

    A load balancer takes no change in ERROR, nor while Heat is at work on it.
    """
    system = facts.systems[colour]
    stacks = [system.stack, *([facts.stack] if facts.method is Method.POOL else [])]
    if system.pool is None or system.load_balancer is None or system.load_balancer.failed:
        return False
    if any(stack is not None and stack.busy for stack in stacks):
        return False
    return wanted(site, system.pool) != system.pool.settings
